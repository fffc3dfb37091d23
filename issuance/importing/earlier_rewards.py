"""Sets aside the guests of a list whom the merchant has rewarded before, so that nobody is rewarded twice by accident.

They move to the outcome *already rewarded*, with the campaign that rewarded them (`earlier_campaign`) and when
(`earlier_at`): the list's own campaign, or another one lately. The merchant's `repeat_days` says how many days are
*lately*; 0 looks at the list's own campaign alone. Whom to reward all the same is decided in `checking.reward_again`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from issuance.models import GuestList
from issuance.models.states import Outcome

FEW = 2_000  # rows that are named one by one
MARGIN = timedelta(minutes=10)  # more than planning takes, whose claims are seen when it ends, and than clocks differ


@transaction.atomic
def set_aside_rewarded(guest_list: GuestList, *, rows: Sequence[int] | None = None) -> int:
    """Moves the list's guests who were rewarded before to *already rewarded*; returns how many.

    `rows` looks at these alone, where they are few. Whoever was found before is left as somebody decided meanwhile.

    In all arms alike, Control too: taking them out of the others alone would make the arms differ. The list's own
    campaign names itself before others, and of others the latest.
    """
    campaigns, since = _campaigns_with_claims(guest_list), _lately(guest_list)
    few = rows is not None and len(rows) <= FEW
    among = f"AND issuance_guest.row IN ({_marks(rows or [0])})" if few else ""
    of = f"campaign_id IN ({_marks(campaigns)}) AND (campaign_id = %(campaign)s OR claimed_at >= %(since)s)"
    return _move(guest_list, of, since, among) if campaigns else 0


@transaction.atomic
def set_aside_rewarded_meanwhile(guest_list: GuestList) -> int:
    """The same as the list is planned: of those alone whom other campaigns rewarded since the list was made, so that a
    large list is looked through again only if there are any. Of its own campaign claims keep them apart."""
    since = max(_lately(guest_list), guest_list.created_at - MARGIN)
    planned = GuestList.objects.filter(merchant=guest_list.merchant_id, planned_at__gte=since)
    lists = [*planned.exclude(campaign=guest_list.campaign_id).values_list("pk", flat=True)]
    if not (lists and days_looked_back(guest_list)):
        return 0
    return _move(guest_list, f"guest_list_id IN ({_marks(lists)}) AND claimed_at >= %(since)s", since)


def _move(guest_list: GuestList, of: str, since: datetime, among: str = "") -> int:
    """Moves guests to *already rewarded* who have claims `of` which this is true, with the terms of the ledger."""
    values = {
        "list": guest_list.pk,
        "campaign": guest_list.campaign_id,
        "since": connection.ops.adapt_datetimefield_value(since),
    }
    moved = {}
    with connection.cursor() as cursor:
        for outcome in (Outcome.WAITING, Outcome.CONTROL):
            cursor.execute(
                f"""UPDATE issuance_guest SET outcome = 'already_rewarded', earlier_campaign_id = earlier.campaign_id,
                earlier_at = earlier.claimed_at FROM (
                    SELECT identity, campaign_id, claimed_at, ROW_NUMBER() OVER (
                        PARTITION BY identity ORDER BY campaign_id <> %(campaign)s, claimed_at DESC, id DESC) AS rank
                    FROM issuance_guestclaim WHERE guest_list_id <> %(list)s AND {of}) AS earlier
                WHERE earlier.rank = 1 AND earlier.identity = issuance_guest.identity
                AND issuance_guest.guest_list_id = %(list)s {among}
                AND issuance_guest.earlier_campaign_id IS NULL AND issuance_guest.outcome = %(outcome)s""",  # noqa: S608 - all marks are numbers of ours
                values | {"outcome": outcome.value},
            )
            moved[outcome] = cursor.rowcount
    _count(guest_list, {outcome: -count for outcome, count in moved.items()})
    return sum(moved.values())


def _marks(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _campaigns_with_claims(guest_list: GuestList) -> list[int]:
    """The list's own campaign and the merchant's others that issued anything lately."""
    planned = GuestList.objects.filter(merchant=guest_list.merchant_id, planned_at__isnull=False)
    own = planned.filter(campaign=guest_list.campaign_id)
    others = planned.filter(planned_at__gte=_lately(guest_list)) if days_looked_back(guest_list) else planned.none()
    return sorted(set((own | others).order_by().values_list("campaign", flat=True)))


def _lately(guest_list: GuestList) -> datetime:
    return timezone.now() - timedelta(days=days_looked_back(guest_list))


def days_looked_back(guest_list: GuestList) -> int:
    """How many days are lately: at least one for rewards on the fly, as a person gives a guest one a day."""
    return max(guest_list.merchant.repeat_days, 1 if guest_list.campaign.preset_id else 0)


def _count(guest_list: GuestList, changes: dict[Outcome, int]) -> None:
    """Changes the terms of the ledger; what they lose together is what *already rewarded* gains."""
    terms: dict[str, Any] = {f"{outcome}_count": F(f"{outcome}_count") + change for outcome, change in changes.items()}
    terms["already_rewarded_count"] = F("already_rewarded_count") - sum(changes.values())
    GuestList.objects.filter(pk=guest_list.pk).update(**terms)
