"""What a list looks like after reading: buckets, arms, bad rows by cause."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from campaigns.models import Variant
from issuance.checking.cached_counts import READY as READY_OUTCOMES
from issuance.checking.cached_counts import cached_counts
from issuance.guests.grid import FIXED, READY
from issuance.guests.reasons import reason_in_words
from issuance.lifecycle.ledger import Term
from issuance.models import Guest, GuestList, RowError

BUCKETS = {
    READY: "Ready",
    FIXED: "Fixed for you",
    "invalid": "Needs you",
    "duplicate": "Duplicate",
    "already_rewarded": "Already rewarded",
}


@dataclass
class Arm:
    """An arm, its planned share in whole percents, and how many ready guests fell into it.

    `start` adds up the shares before it.
    """

    variant: Variant
    count: int
    percent: int
    start: int

    @property
    def colour(self) -> str:
        return self.variant.colour

    @property
    def label(self) -> str:
        name, reward = self.variant.name, self.variant.reward_template
        return f"{name} · {reward.name}" if reward and reward.name != name else name

    @property
    def worth(self) -> Decimal | None:
        """Dollars of one reward; None where Thanx names no amount."""
        return self.variant.reward_template.worth if self.variant.reward_template else None

    @property
    def cost(self) -> Decimal | None:
        """In dollars, if every guest redeems."""
        return None if self.worth is None else self.worth * self.count


@dataclass(frozen=True)
class Cause:
    """Why rows were left out, and how many."""

    code: str
    sentence: str
    count: int


class Split(NamedTuple):
    arms: list[Arm]


def split_of(guest_list: GuestList) -> Split:
    """How many ready guests each arm has: one pass over the list's guests, for whoever decides about them."""
    ready = Guest.objects.filter(guest_list=guest_list, outcome__in=READY_OUTCOMES).order_by()
    return Split(_arms(guest_list, dict(ready.values_list("variant").annotate(Count("pk")))))


def arms_of(guest_list: GuestList) -> list[Arm]:
    """The same without counting guests, as the list's counts has it."""
    counts = cached_counts(guest_list)
    arms = {variant.pk: counts.get(f"arm:{variant.pk}", 0) for variant in guest_list.campaign.variants.all()}
    return _arms(guest_list, arms)


def _arms(guest_list: GuestList, counts: dict[int, int]) -> list[Arm]:
    start, arms = 0, []
    for variant in guest_list.campaign.variants.select_related("reward_template"):
        arms.append(Arm(variant, counts.get(variant.pk, 0), variant.weight, start))
        start += variant.weight
    return arms


def causes_of(guest_list: GuestList) -> list[Cause]:
    """Invalid rows by cause, the most frequent first."""
    invalid = RowError.objects.filter(guest_list=guest_list, kind=RowError.INVALID)
    groups = invalid.values_list("code").annotate(count=Count("pk")).order_by("-count", "code")
    return [Cause(code, reason_in_words(code), count) for code, count in groups]


def buckets(guest_list: GuestList, current: str = "") -> list[Term]:
    """The tabs of the check page; each opens exactly its rows."""
    counts = {
        READY: guest_list.ready_count,
        FIXED: cached_counts(guest_list).get("fixed", 0),
        "invalid": guest_list.invalid_count,
        "duplicate": guest_list.duplicate_count,
        "already_rewarded": guest_list.already_rewarded_count,
    }
    return [
        Term(key, label, counts[key], check_url(guest_list, show=key), current=key == current)
        for key, label in BUCKETS.items()
    ]


def check_url(guest_list: GuestList, **query: object) -> str:
    """The address of the check page at one bucket and one place in it; empty values are left out."""
    url = reverse("issuance:list_detail", args=[guest_list.merchant.handle, guest_list.pk])
    kept = urlencode({name: value for name, value in query.items() if value})
    return f"{url}?{kept}" if kept else url


class Fact(NamedTuple):
    label: str
    value: str


def how_it_was_read(guest_list: GuestList) -> list[Fact]:
    """From `file_info`: which columns were taken for what, and in which encoding."""
    info = guest_list.file_info
    names = info.get("names") or []
    facts = [Fact("Read as", "pasted text" if guest_list.pasted else _kind(info))]
    for kind in ("email", "phone"):
        at = info.get(kind)
        if isinstance(at, int) and 0 <= at < len(names):
            facts.append(Fact(f"{kind.capitalize()} from", str(names[at]) or f"column {at + 1}"))
        elif isinstance(at, str) and at:
            facts.append(Fact(f"{kind.capitalize()} from", at))
    return facts


def _kind(info: dict[str, object]) -> str:
    parts = [str(info.get("kind") or "file").upper(), str(info.get("encoding") or "").upper().removesuffix("-SIG")]
    return ", ".join(part for part in parts if part)
