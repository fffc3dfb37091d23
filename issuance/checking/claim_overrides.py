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
from issuance.models import ClaimOverride, GuestClaim, Recipient, RecipientList, lock_claims, note_event
from issuance.models.states import ListState, Outcome
from thanxportal.accounts.models import User, record_activity


def repeats_of(recipient_list: RecipientList) -> QuerySet[Recipient]:
    """The list's guests whom another list of its campaign has claimed, whether set aside or included; never Control."""
    claimed = GuestClaim.objects.filter(campaign=recipient_list.campaign_id, identity=OuterRef("identity"), holds=True)
    guests = Recipient.objects.filter(recipient_list=recipient_list, job=None).exclude(variant__name=CONTROL)
    return guests.filter(Exists(claimed.exclude(recipient_list=recipient_list)))


def set_aside_repeats(recipient_list: RecipientList) -> int:
    """Moves waiting guests whom the campaign has claimed to *already rewarded*; returns how many."""
    return _move(recipient_list, Outcome.WAITING, Outcome.ALREADY_REWARDED)


@transaction.atomic
def override_claims(*, recipient_list: RecipientList, actor: User, reason: str) -> int:
    """Includes the guests whom the campaign has claimed before; returns how many.

    0: the list isn't waiting for its review any more, there are no such guests, or somebody has included them
    already. Review forms that are open elsewhere become void, as their numbers have changed.
    """
    if not _under_review(recipient_list) or recipient_list.overrides.filter(withdrawn_at=None).exists():
        return 0
    lock_claims(recipient_list.campaign_id)  # What another list is claiming just now has to be seen, too.
    set_aside_repeats(recipient_list)  # Those who were claimed since the list was read.
    included = _move(recipient_list, Outcome.ALREADY_REWARDED, Outcome.WAITING)
    if included:
        ClaimOverride.objects.create(
            recipient_list=recipient_list, actor=actor, reason=reason[:300], guests_count=included
        )
        _tell(recipient_list, actor, f"Included {included:,} guests rewarded before: {reason}")
    return included


@transaction.atomic
def withdraw_override(*, recipient_list: RecipientList, actor: User) -> bool:
    """Sets the guests aside again; False if nothing was included or the list isn't waiting for its review."""
    if not _under_review(recipient_list):
        return False
    in_force = ClaimOverride.objects.filter(recipient_list=recipient_list, withdrawn_at=None)
    if not in_force.update(withdrawn_at=timezone.now(), withdrawn_by=actor):
        return False
    aside = set_aside_repeats(recipient_list)
    _tell(recipient_list, actor, f"Set {aside:,} guests rewarded before aside again.")
    return True


def _under_review(recipient_list: RecipientList) -> bool:
    """Takes the list's row, so that nobody launches it meanwhile."""
    checked = RecipientList.objects.select_for_update().filter(pk=recipient_list.pk, state=ListState.CHECKED)
    return checked.first() is not None


def _move(recipient_list: RecipientList, before: Outcome, after: Outcome) -> int:
    moved = repeats_of(recipient_list).filter(outcome=before).update(outcome=after)
    if moved:
        changes = {f"{before}_count": F(f"{before}_count") - moved, f"{after}_count": F(f"{after}_count") + moved}
        RecipientList.objects.filter(pk=recipient_list.pk).update(confirm_token=uuid4(), **changes)
    return moved


def _tell(recipient_list: RecipientList, actor: User, sentence: str) -> None:
    note_event(recipient_list, ListState.CHECKED, actor=actor, note=sentence)
    target = f"list:{recipient_list.pk}"
    record_activity(merchant=recipient_list.merchant, actor=actor, sentence=sentence, target=target)
