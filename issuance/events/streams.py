"""The lists of one program, campaign and day, put together: one ledger, and the hours in which they came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Sum
from django.db.models.functions import TruncHour

from issuance.events.given_up import GIVEN_UP
from issuance.guests.ledger_terms import TONES, Term
from issuance.lifecycle.ledger import LABELS, shown_terms
from issuance.models import GuestList, Stream

SHOWN = ("rows_count", "rewarded_count", "refused_count")


class Hour(NamedTuple):
    """Guests of an hour; `share` of the fullest one, in percent."""

    begins: datetime
    guests: int
    share: int


class StreamFacts:
    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    @property
    def ledger(self) -> dict[str, int]:
        """The sum of the lists' ledgers, so it closes as they do."""
        terms = GuestList().ledger
        sums = self.stream.lists.aggregate(**{term: Sum(f"{term}_count", default=0) for term in terms})
        return {term: sums[term] for term in terms}

    @property
    def terms(self) -> list[Term]:
        terms = shown_terms(self.ledger)
        operators = ["", "=", *["+"] * len(terms)]
        labels = LABELS | {"rows": "guests"}
        return [
            Term(key, labels[key], value, "", TONES.get(key, ""), operator)
            for (key, value), operator in zip(terms, operators, strict=False)
        ]

    @cached_property
    def _in_no_list(self) -> dict[str, int]:
        """Guests by why their batch was given up, empty for those that wait."""
        batches = self.stream.batches.filter(guest_list=None).order_by("given_up")
        return dict(batches.values_list("given_up").annotate(Sum("size")))

    @property
    def waiting(self) -> int:
        """Guests who were asked for and are in no list yet."""
        return self._in_no_list.get("", 0)

    @property
    def given_up(self) -> list[tuple[str, str, int]]:
        """Guests who never came into a list: why, how it looks, and how many."""
        return [(*GIVEN_UP[why], guests) for why, guests in self._in_no_list.items() if why]

    @property
    def hours(self) -> list[Hour]:
        """In the merchant's zone, which is the active one."""
        by_hour = self.stream.lists.annotate(hour=TruncHour("created_at")).order_by("hour").values_list("hour")
        sums = list(by_hour.annotate(total=Sum("rows_count")))
        most = max((guests for _, guests in sums), default=0) or 1
        return [Hour(hour, guests, round(100 * guests / most)) for hour, guests in sums]


def with_their_streams(lists: Iterable[GuestList]) -> list[GuestList]:
    """Rows of a table, in which a list that stands for its stream has the sums of it."""
    rows = list(lists)
    standing = {each.stream_id for each in rows if _stands_for_stream(each)}
    sums = _sums(standing) if standing else {}
    for row in rows:
        row.of_stream = _stands_for_stream(row)  # type: ignore[attr-defined]
        if row.of_stream:  # type: ignore[attr-defined]
            row.rows_count, row.rewarded_count, row.refused_count = sums[row.stream_id]
    return rows


def _sums(streams: set[int | None]) -> dict[int | None, list[int]]:
    lists = GuestList.objects.filter(stream__in=streams, asked_at=None).order_by().values_list("stream")
    return {pk: counts for pk, *counts in lists.annotate(*map(Sum, SHOWN))}


def _stands_for_stream(row: GuestList) -> bool:
    """What people were asked about stands for itself."""
    return bool(row.stream_id) and row.asked_at is None
