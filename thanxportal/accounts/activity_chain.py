"""Proves that nobody rewrote a merchant's log: each line is sealed together with the seal of the line before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from thanxportal.accounts.models import Activity, ActivityHead, Merchant


class BrokenLink(NamedTuple):
    """The first line, by its id, that isn't what was written; None if it is missing at the end."""

    merchant: str
    line: int | None
    why: str


def broken_links() -> Iterator[BrokenLink]:
    """Looks at the log of every merchant, and yields the first broken link of each that has one."""
    for merchant in Merchant.objects.order_by("pk"):
        if (broken := _first_broken(merchant)) is not None:
            yield broken


def _first_broken(merchant: Merchant) -> BrokenLink | None:
    before, count = "", 0
    for line in Activity.objects.filter(merchant=merchant).order_by("pk").iterator():
        if line.seal != line.sealed_after(before):
            return BrokenLink(merchant.handle, line.pk, "changed, or the line before it is missing")
        before, count = line.seal, count + 1
    head = ActivityHead.objects.filter(merchant=merchant).first() or ActivityHead(merchant=merchant)
    if (head.seal, head.lines) != (before, count):
        return BrokenLink(merchant.handle, None, f"{head.lines:,} lines were written, {count:,} are there")
    return None
