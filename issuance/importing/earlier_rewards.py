"""Guests of a list whom the merchant has rewarded before: by the same campaign, or lately by another one.

Reading ends with `set_aside_repeats`: it moves them to the outcome *already rewarded*, so that nobody is rewarded
again by accident, and writes beside each guest which campaign it was (`earlier_campaign`) and when (`earlier_at`).
The check page shows `repeats_by_campaign` and offers, for each other campaign, `include_repeats` with a reason, or
`skip_repeats` to take that back. Those of the list's own campaign are decided by `claim_overrides`, because a claim
stands against them; here they are only found. The merchant's `repeat_days` says how many days are *lately*; 0 looks at
the list's own campaign alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Count, F, Max, Min, QuerySet
from django.utils import timezone

from campaigns.models import Campaign
from issuance.lifecycle.activity import note_activity
from issuance.models import Guest, GuestList, note_event
from issuance.models.states import ListState, Outcome
from thanxportal.accounts.models import User

FEW = 2_000  # rows that are named one by one


class Repeats(NamedTuple):
    """Guests of a list whom one campaign had promised a reward between `first` and `last`."""

    campaign: Campaign
    set_aside: int
    included: int
    first: datetime
    last: datetime


@transaction.atomic
def set_aside_repeats(guest_list: GuestList, *, rows: Sequence[int] | None = None) -> int:
    """Moves the list's guests who were rewarded before to *already rewarded*; returns how many.

    `rows` looks at these alone, where they are few. Whoever was found before is left as somebody decided meanwhile.

    In all arms alike, Control too: taking them out of the others alone would make the arms differ. The list's own
    campaign names itself before others, and of others the latest.
    """
    campaigns = _campaigns_with_claims(guest_list)
    if not campaigns:
        return 0
    since = timezone.now() - timedelta(days=guest_list.merchant.repeat_days)
    values = {
        "list": guest_list.pk,
        "campaign": guest_list.campaign_id,
        "since": connection.ops.adapt_datetimefield_value(since),
    }
    marks = ", ".join(map(str, campaigns))
    few = rows is not None and len(rows) <= FEW
    among = f"AND issuance_guest.row IN ({', '.join(map(str, rows or [0]))})" if few else ""
    moved = {}
    with connection.cursor() as cursor:
        for outcome in (Outcome.WAITING, Outcome.CONTROL):
            cursor.execute(
                f"""UPDATE issuance_guest SET outcome = 'already_rewarded', earlier_campaign_id = earlier.campaign_id,
                earlier_at = earlier.claimed_at FROM (
                    SELECT identity, campaign_id, claimed_at, ROW_NUMBER() OVER (
                        PARTITION BY identity ORDER BY campaign_id <> %(campaign)s, claimed_at DESC, id DESC) AS place
                    FROM issuance_guestclaim WHERE campaign_id IN ({marks}) AND guest_list_id <> %(list)s
                    AND (campaign_id = %(campaign)s OR claimed_at >= %(since)s)) AS earlier
                WHERE earlier.place = 1 AND earlier.identity = issuance_guest.identity
                AND issuance_guest.guest_list_id = %(list)s {among}
                AND issuance_guest.earlier_campaign_id IS NULL AND issuance_guest.outcome = %(outcome)s""",  # noqa: S608 - all marks are numbers of ours
                values | {"outcome": outcome.value},
            )
            moved[outcome] = cursor.rowcount
    _count(guest_list, {outcome: -count for outcome, count in moved.items()})
    return sum(moved.values())


def _campaigns_with_claims(guest_list: GuestList) -> list[int]:
    """The list's own campaign and the merchant's others that issued anything lately."""
    since = timezone.now() - timedelta(days=guest_list.merchant.repeat_days)
    planned = GuestList.objects.filter(merchant=guest_list.merchant_id, planned_at__isnull=False)
    own = planned.filter(campaign=guest_list.campaign_id)
    others = planned.filter(planned_at__gte=since) if guest_list.merchant.repeat_days else planned.none()
    return sorted(set((own | others).order_by().values_list("campaign", flat=True)))


def repeats_by_campaign(guest_list: GuestList) -> list[Repeats]:
    """Who was rewarded before, by campaign: the list's own first, then the latest."""
    groups = _repeats(guest_list).order_by().values("earlier_campaign", "outcome")
    counted = groups.annotate(count=Count("pk"), first=Min("earlier_at"), last=Max("earlier_at"))
    found: dict[int, list[Any]] = {}
    for group in counted:
        found.setdefault(group["earlier_campaign"], []).append(group)
    campaigns = Campaign.objects.in_bulk(list(found))
    repeats = [_of_campaign(campaigns[pk], rows) for pk, rows in found.items()]
    return sorted(repeats, key=lambda of: (of.campaign.pk != guest_list.campaign_id, -of.last.timestamp()))


def _of_campaign(campaign: Campaign, rows: list[Any]) -> Repeats:
    aside = sum(row["count"] for row in rows if row["outcome"] == Outcome.ALREADY_REWARDED)
    included = sum(row["count"] for row in rows) - aside
    return Repeats(campaign, aside, included, min(row["first"] for row in rows), max(row["last"] for row in rows))


def include_repeats(*, guest_list: GuestList, campaign: Campaign, actor: User, reason: str) -> int:
    """Has guests of another campaign rewarded again, each in the arm where they fell; returns how many.

    0 if the list isn't waiting for its review, or if there are none. Review forms that are open become void.
    """
    moved = _decide(guest_list, campaign, to_arms=True)
    if moved:
        sentence = f"Included {moved:,} guests whom “{campaign.name}” had rewarded: {reason}"
        _tell(guest_list, actor, sentence)
    return moved


def skip_repeats(*, guest_list: GuestList, campaign: Campaign, actor: User) -> int:
    """Takes `include_repeats` back; returns how many guests are left out again."""
    moved = _decide(guest_list, campaign, to_arms=False)
    if moved:
        _tell(guest_list, actor, f"Left out {moved:,} guests whom “{campaign.name}” had rewarded.")
    return moved


@transaction.atomic
def _decide(guest_list: GuestList, campaign: Campaign, *, to_arms: bool) -> int:
    if campaign.pk == guest_list.campaign_id:
        raise ValueError("Guests of the list's own campaign are decided by an override of their claims.")
    under_review = GuestList.objects.filter(pk=guest_list.pk, state=ListState.CHECKED)
    if not under_review.update(confirm_token=uuid4()):
        return 0
    changes = {}
    for control, outcome in ((False, Outcome.WAITING), (True, Outcome.CONTROL)):
        arms = [variant.pk for variant in guest_list.campaign.variants.all() if variant.is_control is control]
        before, after = (Outcome.ALREADY_REWARDED, outcome) if to_arms else (outcome, Outcome.ALREADY_REWARDED)
        guests = _repeats(guest_list).filter(earlier_campaign=campaign, variant__in=arms, outcome=before)
        moved = guests.update(outcome=after)
        changes[outcome] = moved if to_arms else -moved
    _count(guest_list, changes)
    return abs(sum(changes.values()))


def _repeats(guest_list: GuestList) -> QuerySet[Guest]:
    return Guest.objects.filter(guest_list=guest_list, earlier_campaign__isnull=False)


def _count(guest_list: GuestList, changes: dict[Outcome, int]) -> None:
    """Changes the terms of the ledger; what they lose together is what *already rewarded* gains."""
    terms: dict[str, Any] = {f"{outcome}_count": F(f"{outcome}_count") + change for outcome, change in changes.items()}
    terms["already_rewarded_count"] = F("already_rewarded_count") - sum(changes.values())
    GuestList.objects.filter(pk=guest_list.pk).update(**terms)


def _tell(guest_list: GuestList, actor: User, sentence: str) -> None:
    note_event(guest_list, ListState.CHECKED, actor=actor, note=sentence)
    note_activity(guest_list, actor, sentence)
