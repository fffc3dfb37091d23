"""How far the reading of a file is, and the results of its first rows: from the list's counters and its first rows."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import NamedTuple

from issuance.guests.grid import GuestReader, GuestRow
from issuance.models import Event, Guest, GuestList, RowError
from issuance.models.states import ListState

FIRST_ROWS = 5


class ReadingProgress(NamedTuple):
    """`rate` is in rows per second; both it and `seconds_left` are None as long as they would say nothing."""

    rate: float | None
    seconds_left: float | None
    counts: list[tuple[str, int]]
    first_rows: list[GuestRow]


def reading_progress(reader: GuestReader, now: datetime) -> ReadingProgress:
    """What the page says while a file is read; a poll costs the same for ten rows and for a million."""
    guest_list = reader.list
    if not guest_list.rows_count:
        return ReadingProgress(None, None, [], [])
    guests = Guest.objects.of_list(guest_list).defer("identity", "other")[:FIRST_ROWS]
    errors = RowError.objects.of_list(guest_list)[:FIRST_ROWS]
    seconds = _seconds_since_start(guest_list, now)
    share = guest_list.bytes_read / guest_list.bytes_total if guest_list.bytes_total else 0
    counts = [
        ("Ready", guest_list.ready_count),
        ("Needs you", guest_list.invalid_count),
        ("Duplicate", guest_list.duplicate_count),
    ]
    return ReadingProgress(
        rate=guest_list.rows_count / seconds if seconds else None,
        seconds_left=seconds * (1 - share) / share if seconds and 0 < share < 1 else None,
        counts=counts,
        first_rows=list(islice(reader.rows(guests, errors), FIRST_ROWS)),
    )


def _seconds_since_start(guest_list: GuestList, now: datetime) -> float | None:
    starts = Event.objects.filter(guest_list=guest_list, job=None, new_state=ListState.READING)
    start = starts.order_by("-pk").values_list("at", flat=True).first()
    seconds = (now - start).total_seconds() if start else 0
    return seconds if seconds >= 1 else None
