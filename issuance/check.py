"""What a list looks like after reading: buckets, arms with a few of their guests, bad rows by cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Min, Q

from campaigns.models import Variant
from issuance.guests import FIXED, READY, GuestReader, GuestRow
from issuance.ledger import Term, guests_url
from issuance.models import Recipient, RecipientList, RowError
from issuance.reasons import reason_in_words

FIRST_ROWS = 3  # of each arm or cause
LOOKED_THROUGH = 100  # rows among which the examples are found


@dataclass
class Arm:
    """An arm, its planned share in whole percents, and how many ready guests fell into it.

    `start` adds up the shares before it.
    """

    variant: Variant
    count: int
    percent: int
    start: int
    rows: list[GuestRow] = field(default_factory=list)

    @property
    def colour(self) -> str:
        return self.variant.colour

    @property
    def label(self) -> str:
        reward = self.variant.reward_template
        return f"{self.variant.name} · {reward.name}" if reward else self.variant.name

    @property
    def cost(self) -> Decimal | None:
        """In dollars, if every guest redeems; None where Thanx names no amount."""
        worth = self.variant.reward_template.worth if self.variant.reward_template else None
        return None if worth is None else worth * self.count


@dataclass(frozen=True)
class Cause:
    """Why rows were left out, and the first of them."""

    sentence: str
    column: str
    count: int
    rows: list[GuestRow]


class Split(NamedTuple):
    arms: list[Arm]
    fixed: int


def split_of(recipient_list: RecipientList) -> Split:
    """How many ready guests each arm has, and how many of all were fixed: one pass over the list's guests."""
    ready = Q(outcome__in=("waiting", "control"))
    counted = Recipient.objects.filter(recipient_list=recipient_list).values("variant").order_by()
    found = {
        row["variant"]: row
        for row in counted.annotate(ready=Count("pk", filter=ready), fixed=Count("pk", filter=Q(fixed=True)))
    }
    start, arms = 0, []
    for variant in recipient_list.campaign.variants.select_related("reward_template"):
        count = found.get(variant.pk, {"ready": 0})["ready"]
        arms.append(Arm(variant, count, variant.weight, start))
        start += variant.weight
    return Split(arms, sum(row["fixed"] for row in found.values()))


def add_first_rows(arms: list[Arm], reader: GuestReader) -> None:
    """Gives each arm a few of its guests, from the top of the file."""
    by_variant = {arm.variant.pk: arm for arm in arms}
    for guest in Recipient.objects.of_list(reader.list)[:LOOKED_THROUGH]:
        arm = by_variant[guest.variant_id]
        if len(arm.rows) < FIRST_ROWS:
            arm.rows.append(reader.guest(guest))


def causes_of(recipient_list: RecipientList, reader: GuestReader) -> list[Cause]:
    """Invalid rows by cause, the most frequent first."""
    invalid = RowError.objects.of_list(recipient_list).filter(kind=RowError.INVALID)
    groups = invalid.order_by().values("code", "column").annotate(count=Count("pk"), first=Min("row"))
    examples: dict[tuple[str, str], list[GuestRow]] = {}
    for error in invalid[:LOOKED_THROUGH]:
        rows = examples.setdefault((error.code, error.column), [])
        if len(rows) < FIRST_ROWS:
            rows.append(reader.bad(error))
    return [
        Cause(
            reason_in_words(group["code"]),
            group["column"],
            group["count"],
            examples.get((group["code"], group["column"]), []),
        )
        for group in groups.order_by("-count", "first")[:20]
    ]


def buckets(recipient_list: RecipientList, fixed: int, current: str = "") -> list[Term]:
    """The tabs of the check page; each opens the grid with exactly its rows."""
    counts = (
        (READY, "Ready", recipient_list.ready_count),
        (FIXED, "Fixed for you", fixed),
        ("invalid", "Needs you", recipient_list.invalid_count),
        ("duplicate", "Duplicate", recipient_list.duplicate_count),
    )
    return [
        Term(key, label, count, guests_url(recipient_list, outcome=key), current=key == current)
        for key, label, count in counts
    ]


class Fact(NamedTuple):
    label: str
    value: str


def how_it_was_read(recipient_list: RecipientList) -> list[Fact]:
    """From `file_info`: which columns were taken for what, and in which encoding."""
    info = recipient_list.file_info
    names = info.get("names") or []
    facts = [Fact("Read as", "pasted text" if recipient_list.pasted else _kind(info))]
    for kind in ("email", "phone"):
        at = info.get(kind)
        if isinstance(at, int) and 0 <= at < len(names):
            facts.append(Fact(f"{kind.capitalize()} from", str(names[at]) or f"column {at + 1}"))
        elif isinstance(at, str) and at:
            facts.append(Fact(f"{kind.capitalize()} from", at))
    return facts


def _kind(info: dict[str, object]) -> str:
    parts = [str(info.get("kind") or "file").upper(), str(info.get("encoding") or "").upper()]
    return ", ".join(part for part in parts if part)
