"""Where the rows of a checked list go, as the parts of one bar: what is lost comes first, the most of it before all."""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple

from issuance.checking.summary import BUCKETS
from issuance.guests.addresses import check_url
from issuance.guests.grid import READY
from issuance.models import GuestList

LOST = ("invalid", "duplicate", "already_rewarded")
TONES = {"invalid": "warn", "already_rewarded": "info", READY: "ok"}
THINNEST = 0.012  # of the bar: even a single row among a million is seen


class Part(NamedTuple):
    """The rows of one bucket; `start` and `width` say where it is drawn, in percent of the bar."""

    key: str
    label: str
    rows: int
    percent: str
    url: str
    start: float
    width: float
    tone: str


def where_rows_go(guest_list: GuestList) -> list[Part]:
    """The buckets with anything in them, by the counts of the list alone; together they are all of its rows."""
    lost = sorted(((key, getattr(guest_list, f"{key}_count")) for key in LOST), key=lambda part: -part[1])
    counts = {key: count for key, count in (*lost, (READY, guest_list.ready_count)) if count}
    rows = sum(counts.values())
    drawn = [max(count, THINNEST * rows) for count in counts.values()]
    widths = [round(100 * width / sum(drawn), 3) for width in drawn]
    starts = accumulate(widths, initial=0.0)
    return [
        Part(
            key,
            BUCKETS[key],
            count,
            _percent(count, rows),
            check_url(guest_list, show=key),
            round(start, 3),
            width,
            TONES.get(key, ""),
        )
        for (key, count), start, width in zip(counts.items(), starts, widths, strict=False)
    ]


def _percent(count: int, rows: int) -> str:
    """Of few rows more than none, and of nearly all less than all of them."""
    whole = round(100 * count / rows)
    if whole == 0:
        return "under 1%"
    return "over 99%" if whole == 100 and count < rows else f"{whole}%"
