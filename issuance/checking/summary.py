"""What a list looks like after reading: buckets, the bar of all rows, arms, bad rows by cause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from django.db.models import Count

from issuance.checking.cached_counts import ARM, cached_counts
from issuance.guests.addresses import check_url
from issuance.guests.arms import Arm, arms_with
from issuance.guests.grid import FIXED, READY
from issuance.guests.ledger_terms import Term
from issuance.guests.reasons import reason_in_words
from issuance.models import GuestList, RowError
from issuance.parsing.countries import country_name

BUCKETS = {
    READY: "Ready",
    FIXED: "Fixed for you",
    "invalid": "Needs you",
    "duplicate": "Duplicate",
    "already_rewarded": "Already rewarded",
}
LOST = ("invalid", "duplicate", "already_rewarded")
TONES = {"invalid": "warn", "already_rewarded": "info", READY: "ok"}
THINNEST = 0.012  # of the bar: even a single row among a million is seen


@dataclass(frozen=True)
class Cause:
    """Why rows were left out, and how many."""

    code: str
    sentence: str
    count: int


def arms_of(guest_list: GuestList) -> list[Arm]:
    """The arms with their ready guests, without counting those once more."""
    counts = cached_counts(guest_list).items()
    return arms_with(guest_list, {int(key.removeprefix(ARM)): count for key, count in counts if key.startswith(ARM)})


def causes_of(guest_list: GuestList) -> list[Cause]:
    """Invalid rows by cause, the most frequent first."""
    invalid = RowError.objects.filter(guest_list=guest_list, kind=RowError.INVALID)
    groups = invalid.values_list("code").annotate(count=Count("pk")).order_by("-count", "code")
    return [Cause(code, reason_in_words(code), count) for code, count in groups]


def buckets(guest_list: GuestList, current: str = "") -> list[Term]:
    """The tabs of the check page; each opens exactly its rows."""
    counts = {
        READY: guest_list.ready_count,
        FIXED: fixed_count(guest_list),
        "invalid": guest_list.invalid_count,
        "duplicate": guest_list.duplicate_count,
        "already_rewarded": guest_list.already_rewarded_count,
    }
    return [
        Term(key, label, counts[key], check_url(guest_list, show=key), current=key == current)
        for key, label in BUCKETS.items()
    ]


class Fact(NamedTuple):
    label: str
    value: str


def fixed_count(guest_list: GuestList) -> int:
    """Guests whose identifier was repaired, by reading or by a click."""
    return cached_counts(guest_list).get("fixed", 0)


def how_it_was_read(guest_list: GuestList) -> list[Fact]:
    """From `file_info`: which columns were taken for what, and in which encoding."""
    info = guest_list.file_info
    names = info.get("names") or []
    facts = [Fact("Read as", "pasted text" if guest_list.pasted else _kind(info))]
    for kind in ("email", "phone"):
        at = info.get(kind)
        if isinstance(at, int) and 0 <= at < len(names):
            more = [str(names[next_at]) for next_at in info.get(f"more_{kind}s") or [] if next_at < len(names)]
            facts.append(
                Fact(f"{kind.capitalize()} from", ", else ".join([str(names[at]) or f"column {at + 1}", *more]))
            )
        elif isinstance(at, str) and at:
            facts.append(Fact(f"{kind.capitalize()} from", at))
    if guest_list.country != guest_list.merchant.country:
        facts.append(Fact("Phones without a country code", f"numbers of {country_name(guest_list.country)}"))
    return facts


def _kind(info: dict[str, object]) -> str:
    parts = [str(info.get("kind") or "file").upper(), str(info.get("encoding") or "").upper().removesuffix("-SIG")]
    return ", ".join(part for part in parts if part)


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
