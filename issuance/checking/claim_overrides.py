"""Guests whom the list's own campaign has claimed before: set aside, unless a named person includes them with a reason.

Planning stays the guard: whatever was decided here, a guest is issued a second time only under an override, and
only if every claim of the guest is older than that decision.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from campaigns.models import CONTROL
from issuance.lifecycle.activity import note_activity
from issuance.models import ClaimOverride, Guest, GuestClaim, GuestList, lock_claims, note_event
from issuance.models.states import ListState, Outcome
from thanxportal.accounts.models import User


def repeats_of(guest_list: GuestList) -> QuerySet[Guest]:
    """The list's guests whom another list of its campaign has claimed, whether set aside or included; never Control."""
    claimed = GuestClaim.objects.filter(campaign=guest_list.campaign_id, identity=OuterRef("identity"), primary=True)
    guests = Guest.objects.filter(guest_list=guest_list, job=None).exclude(variant__name=CONTROL)
    return guests.filter(Exists(claimed.exclude(guest_list=guest_list)))


def set_aside_repeats(guest_list: GuestList) -> int:
    """Moves waiting guests whom the campaign has claimed to *already rewarded*; returns how many."""
    return _move(guest_list, Outcome.WAITING, Outcome.ALREADY_REWARDED)


@transaction.atomic
def override_claims(*, guest_list: GuestList, actor: User, reason: str) -> int:
    """Includes the guests whom the campaign has claimed before; returns how many.

    0: the list isn't waiting for its review any more, there are no such guests, or somebody has included them
    already. Review forms that are open elsewhere become void, as their numbers have changed.
    """
    if not _under_review(guest_list) or guest_list.overrides.filter(withdrawn_at=None).exists():
        return 0
    lock_claims(guest_list.campaign_id)  # What another list is claiming just now has to be seen, too.
    set_aside_repeats(guest_list)  # Those who were claimed since the list was read.
    included = _move(guest_list, Outcome.ALREADY_REWARDED, Outcome.WAITING)
    if included:
        ClaimOverride.objects.create(guest_list=guest_list, actor=actor, reason=reason[:300], guests_count=included)
        _tell(guest_list, actor, f"Included {included:,} guests rewarded before: {reason}")
    return included


@transaction.atomic
def withdraw_override(*, guest_list: GuestList, actor: User) -> bool:
    """Sets the guests aside again; False if nothing was included or the list isn't waiting for its review."""
    if not _under_review(guest_list):
        return False
    in_force = ClaimOverride.objects.filter(guest_list=guest_list, withdrawn_at=None)
    if not in_force.update(withdrawn_at=timezone.now(), withdrawn_by=actor):
        return False
    aside = set_aside_repeats(guest_list)
    _tell(guest_list, actor, f"Set {aside:,} guests rewarded before aside again.")
    return True


def _under_review(guest_list: GuestList) -> bool:
    """Takes the list's row, so that nobody launches it meanwhile."""
    checked = GuestList.objects.select_for_update().filter(pk=guest_list.pk, state=ListState.CHECKED)
    return checked.first() is not None


def _move(guest_list: GuestList, before: Outcome, after: Outcome) -> int:
    moved = repeats_of(guest_list).filter(outcome=before).update(outcome=after)
    if moved:
        changes = {f"{before}_count": F(f"{before}_count") - moved, f"{after}_count": F(f"{after}_count") + moved}
        GuestList.objects.filter(pk=guest_list.pk).update(confirm_token=uuid4(), **changes)
    return moved


def _tell(guest_list: GuestList, actor: User, sentence: str) -> None:
    note_event(guest_list, ListState.CHECKED, actor=actor, note=sentence)
    note_activity(guest_list, actor, sentence)
