"""Whom to reward although they were rewarded before: one decision per campaign, with a reason, and its way back.

Guests whom another campaign rewarded return to their arms, or leave them. Those of the list's own campaign are
included by an override, as claims stand against them. Planning stays the guard: whatever was decided here, a guest is
issued a second time only under an override, and only if every claim of the guest is older than that decision.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet
from django.utils import timezone

from campaigns.models import CONTROL, Campaign
from issuance.checking.cached_counts import count_guests
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.lifecycle.activity import note_activity
from issuance.models import ClaimOverride, Event, Guest, GuestClaim, GuestList, lock_claims, note_event
from issuance.models.states import ListState, Outcome
from thanxportal.accounts.models import User
from thanxportal.counted import counted
from thanxportal.moments import written
from thanxportal.plain_text import nameless
from thanxportal.reviewed import Facts


class RewardedBefore(NamedTuple):
    """Guests of a list whom one campaign had promised a reward between `first` and `last`."""

    campaign: Campaign
    set_aside: int
    included: int
    first: datetime
    last: datetime

    @property
    def facts(self) -> Facts:
        """On what somebody decides whether they get another reward."""
        first, last = (written(at, "DATE_FORMAT") for at in (self.first, self.last))
        return {
            f"Guests of “{self.campaign.name}” who are left out": f"{self.set_aside:,}",
            f"Guests of “{self.campaign.name}” who get another reward": f"{self.included:,}",
            f"Days on which “{self.campaign.name}” rewarded them": f"{first} to {last}",
        }


def rewarded_by_campaign(guest_list: GuestList) -> list[RewardedBefore]:
    """Who was rewarded before, by campaign: the list's own first, then the latest."""
    guests = Guest.objects.filter(guest_list=guest_list, earlier_campaign__isnull=False).order_by()
    groups = guests.values("earlier_campaign", "outcome")
    by_campaign: dict[int, list[Any]] = {}
    for group in groups.annotate(count=Count("pk"), first=Min("earlier_at"), last=Max("earlier_at")):
        by_campaign.setdefault(group["earlier_campaign"], []).append(group)
    campaigns = Campaign.objects.in_bulk(list(by_campaign))
    rewarded = [_of_campaign(campaigns[pk], groups) for pk, groups in by_campaign.items()]
    return sorted(rewarded, key=lambda of: (of.campaign.pk != guest_list.campaign_id, -of.last.timestamp()))


def _of_campaign(campaign: Campaign, groups: list[Any]) -> RewardedBefore:
    aside = sum(group["count"] for group in groups if group["outcome"] == Outcome.ALREADY_REWARDED)
    included = sum(group["count"] for group in groups) - aside
    first, last = min(group["first"] for group in groups), max(group["last"] for group in groups)
    return RewardedBefore(campaign, aside, included, first, last)


def rewarded_by(guest_list: GuestList, campaign_id: int | None) -> RewardedBefore | None:
    """The guests of a list whom this campaign had rewarded; None if there are none."""
    return next((guests for guests in rewarded_by_campaign(guest_list) if guests.campaign.pk == campaign_id), None)


class Decision(NamedTuple):
    """Who decided that guests are rewarded again, and why."""

    actor: User | None
    why: str


def decision_on(guest_list: GuestList, campaign: Campaign) -> Decision | None:
    """The latest decision to reward guests of this campaign again. Of the list's own one an override says it, of
    others the story of the list."""
    if campaign.pk == guest_list.campaign_id:
        made = guest_list.overrides.filter(withdrawn_at=None).select_related("actor").first()
        return Decision(made.actor, made.reason) if made else None
    begins = re.compile(rf"Included [\d,]+ guests? {re.escape(nameless(_whom(guest_list, campaign)))}: ")
    said = Event.objects.filter(guest_list=guest_list, note__startswith="Included ").select_related("actor")
    found = ((event, begins.match(event.note)) for event in said.order_by("-pk"))
    return next((Decision(event.actor, event.note[match.end() :]) for event, match in found if match), None)


def _whom(guest_list: GuestList, campaign: Campaign) -> str:
    own = campaign.pk == guest_list.campaign_id
    return "rewarded before" if own else f"whom “{campaign.name}” had rewarded"


@transaction.atomic
def look_again(guest_list: GuestList) -> None:
    """Sets aside who was rewarded since the list was read, so that a decision is about all whom it concerns."""
    if _under_review(guest_list) and set_aside_rewarded(guest_list):
        GuestList.objects.filter(pk=guest_list.pk).update(confirm_token=uuid4())
        count_guests(guest_list)
        guest_list.refresh_from_db()


@transaction.atomic
def include_rewarded(*, guest_list: GuestList, campaign: Campaign, actor: User, reason: str) -> int:
    """Has them rewarded again, each in the arm where they fell; returns how many.

    0 if the list isn't waiting for its review, if there are none, or if somebody has included them already. Review
    forms that are open elsewhere become void, as their numbers have changed.
    """
    if not _under_review(guest_list):
        return 0
    if campaign.pk == guest_list.campaign_id:
        included = _override_claims(guest_list, actor, reason)
    else:
        included = _move(guest_list, _rewarded_by_other(guest_list, campaign), to_arms=True)
    if included:
        _tell(guest_list, actor, f"Included {counted(included, 'guest')} {_whom(guest_list, campaign)}: {reason}")
    count_guests(guest_list)
    return included


@transaction.atomic
def skip_rewarded(*, guest_list: GuestList, campaign: Campaign, actor: User) -> bool:
    """Leaves them out again; False if nobody was included, or the list isn't waiting for its review."""
    if not _under_review(guest_list):
        return False
    if campaign.pk == guest_list.campaign_id:
        in_force = guest_list.overrides.filter(withdrawn_at=None)
        skipped = bool(in_force.update(withdrawn_at=timezone.now(), withdrawn_by=actor))
        aside = set_aside_claimed(guest_list) if skipped else 0
        sentence = f"Set {counted(aside, 'guest')} rewarded before aside again."
    else:
        aside = _move(guest_list, _rewarded_by_other(guest_list, campaign), to_arms=False)
        skipped = bool(aside)
        sentence = f"Left out {counted(aside, 'guest')} whom “{campaign.name}” had rewarded."
    if skipped:
        _tell(guest_list, actor, sentence)
    count_guests(guest_list)
    return skipped


def claimed_before(guest_list: GuestList) -> QuerySet[Guest]:
    """The list's guests whom another list of its campaign has claimed, whether set aside or included; never Control."""
    claimed = GuestClaim.objects.filter(campaign=guest_list.campaign_id, identity=OuterRef("identity"), primary=True)
    guests = Guest.objects.filter(guest_list=guest_list, job=None).exclude(variant__name=CONTROL)
    return guests.filter(Exists(claimed.exclude(guest_list=guest_list)))


def set_aside_claimed(guest_list: GuestList) -> int:
    """Moves waiting guests whom the campaign has claimed to *already rewarded*; returns how many."""
    return _move(guest_list, claimed_before(guest_list), to_arms=False)


def _override_claims(guest_list: GuestList, actor: User, reason: str) -> int:
    if guest_list.overrides.filter(withdrawn_at=None).exists():
        return 0
    lock_claims(guest_list.campaign_id)  # What another list is claiming just now has to be seen, too.
    set_aside_claimed(guest_list)  # Those who were claimed since the list was read.
    included = _move(guest_list, claimed_before(guest_list), to_arms=True)
    if included:
        last = GuestClaim.objects.aggregate(last=Max("pk"))["last"]
        decision = {"reason": reason[:300], "guests_count": included, "last_claim": last}
        ClaimOverride.objects.create(guest_list=guest_list, actor=actor, **decision)
    return included


def _rewarded_by_other(guest_list: GuestList, campaign: Campaign) -> QuerySet[Guest]:
    return Guest.objects.filter(guest_list=guest_list, earlier_campaign=campaign)


def _under_review(guest_list: GuestList) -> bool:
    """Takes the list's row, so that nobody launches it meanwhile."""
    checked = GuestList.objects.select_for_update().filter(pk=guest_list.pk, state=ListState.CHECKED)
    return checked.first() is not None


def _move(guest_list: GuestList, guests: QuerySet[Guest], *, to_arms: bool) -> int:
    """Moves guests from *already rewarded* to their arms, or back, with the terms of the ledger; returns how many."""
    changes = {}
    for control, in_arm in ((False, Outcome.WAITING), (True, Outcome.CONTROL)):
        arms = [variant.pk for variant in guest_list.campaign.variants.all() if variant.is_control is control]
        before, after = (Outcome.ALREADY_REWARDED, in_arm) if to_arms else (in_arm, Outcome.ALREADY_REWARDED)
        moved = guests.filter(variant__in=arms, outcome=before).update(outcome=after)
        changes[in_arm] = moved if to_arms else -moved
    into_arms = sum(changes.values())
    if into_arms:
        terms: dict[str, Any] = {f"{term}_count": F(f"{term}_count") + change for term, change in changes.items()}
        terms["already_rewarded_count"] = F("already_rewarded_count") - into_arms
        GuestList.objects.filter(pk=guest_list.pk).update(confirm_token=uuid4(), **terms)
    return abs(into_arms)


def _tell(guest_list: GuestList, actor: User, sentence: str) -> None:
    note_event(guest_list, ListState.CHECKED, actor=actor, note=sentence)
    note_activity(guest_list, actor, sentence)
