"""How far the reading of a file is, and its first verdicts: from the list's counters and its first rows."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import NamedTuple

from issuance.guests.grid import GuestReader, GuestRow
from issuance.models import Event, Recipient, RecipientList, RowError
from issuance.models.states import ListState

FIRST_ROWS = 5


class Reading(NamedTuple):
    """`rate` is in rows per second; both it and `seconds_left` are None as long as they would say nothing."""

    rate: float | None
    seconds_left: float | None
    counts: list[tuple[str, int]]
    first_rows: list[GuestRow]


def reading_of(reader: GuestReader, now: datetime) -> Reading:
    """What the page says while a file is read; a poll costs the same for ten rows and for a million."""
    recipient_list = reader.list
    if not recipient_list.rows_count:
        return Reading(None, None, [], [])
    guests = Recipient.objects.of_list(recipient_list).defer("identity", "other")[:FIRST_ROWS]
    errors = RowError.objects.of_list(recipient_list)[:FIRST_ROWS]
    seconds = _seconds_since_start(recipient_list, now)
    share = recipient_list.bytes_read / recipient_list.bytes_total if recipient_list.bytes_total else 0
    counts = [
        ("Ready", recipient_list.ready_count),
        ("Needs you", recipient_list.invalid_count),
        ("Duplicate", recipient_list.duplicate_count),
    ]
    return Reading(
        rate=recipient_list.rows_count / seconds if seconds else None,
        seconds_left=seconds * (1 - share) / share if seconds and 0 < share < 1 else None,
        counts=counts,
        first_rows=list(islice(reader.rows(guests, errors), FIRST_ROWS)),
    )


def _seconds_since_start(recipient_list: RecipientList, now: datetime) -> float | None:
    starts = Event.objects.filter(recipient_list=recipient_list, job=None, new_state=ListState.READING)
    start = starts.order_by("-pk").values_list("at", flat=True).first()
    seconds = (now - start).total_seconds() if start else 0
    return seconds if seconds >= 1 else None
