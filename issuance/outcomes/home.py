"""What the start page shows beside needs: what runs, what came last, and how fresh the rewards of Thanx are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Sum

from campaigns.models import RewardTemplate
from issuance.models import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.models import Merchant
from thanxportal.counted import counted

MOST = 5  # lists that are shown


class Running(NamedTuple):
    list: GuestList
    done: int
    total: int
    detail: str


def running_of(merchant: Merchant) -> list[Running]:
    """Lists on their way, with how far they are: bytes while read, guests while issued."""
    lists = GuestList.objects.for_merchant(merchant).running()
    return [_running(guest_list) for guest_list in lists.annotate(processed=Sum("jobs__processed_count"))[:MOST]]


def _running(guest_list: GuestList) -> Running:
    if guest_list.status in (ListState.UPLOADED, ListState.READING):
        return Running(
            guest_list, guest_list.bytes_read, guest_list.bytes_total, f"{counted(guest_list.rows_count, 'row')} read"
        )
    if guest_list.status == ListState.REPAIRING:
        return Running(guest_list, 0, 0, "Rows are being repaired")
    if guest_list.status == ListState.HELD:
        waiting = counted(guest_list.waiting_count, "guest waits for the start", "guests wait for the start")
        return Running(guest_list, 0, guest_list.waiting_count, waiting)
    total = guest_list.waiting_count + guest_list.rewarded_count + guest_list.refused_count + guest_list.unknown_count
    detail = f"{guest_list.rewarded_count:,} of {total:,} rewarded"
    return Running(guest_list, guest_list.processed or 0, total, detail)  # type: ignore[attr-defined]


def latest_of(merchant: Merchant) -> list[GuestList]:
    return list(GuestList.objects.for_merchant(merchant)[:MOST])


class Mirror(NamedTuple):
    """How many reward templates Thanx publishes for the merchant, and when that was last asked."""

    templates: int
    seen_at: datetime | None


def mirror_of(merchant: Merchant) -> Mirror:
    published = RewardTemplate.objects.for_merchant(merchant).published().order_by()
    seen = published.aggregate(templates=Count("pk"), seen_at=Max("seen_at"))
    return Mirror(seen["templates"], seen["seen_at"])
