"""What the start page shows beside needs: what runs."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from issuance.models import SOON, GuestList, GuestListQuerySet
from issuance.models.states import ListState
from issuance.outcomes.glance import MOST, PROCESSED
from thanxportal.accounts.models import Merchant, User
from thanxportal.counted import counted
from thanxportal.prepared import Prepared


class Running(NamedTuple):
    list: GuestList
    done: int
    total: int
    detail: str


def running_of(person: User, handle: str) -> list[Running]:
    """A merchant's lists on their way, if the person is a member, with how far they are: bytes while read, guests
    while issued."""
    return [as_running(guest_list) for guest_list in _running(person.pk, handle, timezone.now() + SOON)]


@Prepared
def _running(person: int, handle: str, soon: datetime) -> QuerySet[GuestList]:
    return _on_their_way(GuestList.objects.filter(merchant__handle=handle, merchant__memberships__user=person), soon)


def running_at(merchant: Merchant) -> list[Running]:
    """The same for staff who look at the merchant's pages."""
    lists = _on_their_way(GuestList.objects.filter(merchant=merchant), timezone.now() + SOON)
    return [as_running(guest_list) for guest_list in lists]


def _on_their_way(lists: GuestListQuerySet, soon: datetime) -> GuestListQuerySet:
    counts = [f"{count}_count" for count in ("rows", "waiting", "rewarded", "refused", "unknown")]
    shown = ("name", "state", "launch_at", "held_until", "bytes_read", "bytes_total", *counts, "campaign__name")
    lists = lists.running(soon).select_related("campaign").only(*shown).order_by("-pk")
    return lists.annotate(processed=PROCESSED)[:MOST]


def as_running(guest_list: GuestList) -> Running:
    """How far a list is, of whose jobs so many guests are `processed`."""
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
