"""Putting rows of a checked list anew: what was there is taken out, and everything concerned is dealt again.

The rows end as they would have if the file had been right from the start: of all rows with the same guest the first is
the guest and the others repeat it. So a repaired row may turn a later guest into a duplicate, and a row that no longer
names a guest may bring back one that repeated it. Undoing is putting the earlier rows again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from issuance.checking.cached_counts import change_counts, keys_of
from issuance.checking.judging import columns_of, judge
from issuance.importing.batches import BatchMaker, RowBatch, insert_batch
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.models import Guest, GuestList, RowError
from issuance.models.bulk import delete_rows
from issuance.parsing.identifiers import identity
from issuance.parsing.row_result import RowResult
from issuance.parsing.row_text import row_cells

CHUNK = 5_000  # rows named in one statement; SQLite takes at most 32,766 parameters
FEW = 2_000  # guests that are looked for by name; for more, the list is read through once


class Place(NamedTuple):
    """A row as it stands: its guest, what it counts for, and `before`, from which it can be put back."""

    row: int
    identity: bytes
    before: dict[str, Any]
    counts_for: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """Its place in the ledger."""
        return str(self.before["term"])

    @property
    def is_guest(self) -> bool:
        return "value" in self.before


def put_rows(guest_list: GuestList, verdicts: Sequence[RowResult]) -> list[Place]:
    """Replaces rows of a list by new verdicts on them; returns the rows that are no longer what they were.

    To be called in the transaction that has taken the list. No row is added or lost, so the ledger stays closed.
    """
    maker = BatchMaker(guest_list, expected=2 * len(verdicts))
    rows = {verdict.row for verdict in verdicts}
    old = [*_places(guest_list, row__in=rows)]
    guests = {maker.hash(identity(verdict.value)) for verdict in verdicts if verdict.value}
    guests |= {place.identity for place in old if place.is_guest}
    others = [place for place in _places(guest_list, identity__in=guests) if place.row not in rows]
    kept = ((place.row, place.before) for place in others)
    in_order = sorted([*verdicts, *as_verdicts(guest_list, kept)], key=lambda verdict: verdict.row)
    batch = maker.make_batch(map(RowResult.packed, in_order))
    if batch.counts["rows"] != len(old) + len(others):
        raise RuntimeError(f"List {guest_list.pk}: {len(old) + len(others)} rows became {batch.counts['rows']}.")
    _replace(guest_list, [*old, *others], batch)
    _set_repeats_aside(guest_list, others, [guest[1] for guest in batch.guests])
    now = {place.row: place for place in _places(guest_list, row__in=[place.row for place in (*old, *others)])}
    _count_anew(guest_list, [*old, *others], now.values())
    return [*old, *(place for place in others if place.is_guest != now[place.row].is_guest)]


def as_verdicts(guest_list: GuestList, kept: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[RowResult]:
    """What was kept of rows, as verdicts to deal; repeated guests are judged again, as only their cells were kept."""
    repeated = []
    for row, before in kept:
        if "value" in before:
            guest = (before["type"], before["value"], before["cells"], "", "", before["fixed"], before["other"])
            yield RowResult(row, *guest)
        elif before["term"] == RowError.INVALID:
            yield RowResult(row, "", "", before["cells"], before["code"], before["column"], False, "")
        else:
            repeated.append((row, before["cells"]))
    yield from judge(guest_list, repeated)


def _places(guest_list: GuestList, **among: Iterable[Any]) -> Iterator[Place]:
    """The guests and bad rows with one of these `row__in` or `identity__in`."""
    ((field, wanted),) = among.items()
    wanted = list(wanted)
    errors = RowError.objects.filter(guest_list=guest_list)
    for guest in _with(Guest.objects.filter(guest_list=guest_list), field, wanted):
        before = _guest_before(guest_list, guest)
        yield Place(guest.row, bytes(guest.identity), before, tuple(keys_of(guest)))
    for error in _with(errors, field, wanted):
        before = {"term": error.kind, "code": error.code, "column": error.column, "cells": error.cells}
        yield Place(error.row, bytes(error.identity or b""), before)


def _with(rows: QuerySet[Any], field: str, wanted: list[Any]) -> Iterator[Any]:
    name = field.removesuffix("__in")
    if name == "identity" and len(wanted) > FEW:
        known = set(wanted)
        all_of_them = rows.filter(identity__isnull=False).values_list("row", "identity").iterator(CHUNK)
        field, wanted = "row__in", [row for row, digest in all_of_them if bytes(digest) in known]
    for some in _chunks(wanted):
        yield from rows.filter(**{field: some})


def _guest_before(guest_list: GuestList, guest: Guest) -> dict[str, Any]:
    fields = {name: getattr(guest, name) for name in ("type", "value", "other", "fixed")}
    repeat = (
        [guest.earlier_campaign_id, guest.earlier_at.isoformat()]
        if guest.earlier_campaign_id and guest.earlier_at
        else None
    )
    return {"term": guest.outcome, **fields, "cells": cells_of(guest_list, guest), "repeat": repeat}


def cells_of(guest_list: GuestList, guest: Guest) -> list[str]:
    """A guest's row as it stood in the file, as far as it was kept: at least the identifiers, in their columns."""
    if cells := guest.cells:
        return row_cells(cells)
    columns = columns_of(guest_list)
    own, other = (columns.email, columns.phone) if guest.type == "email" else (columns.phone, columns.email)
    at = own if own is not None else other or 0
    known = [""] * max(len(columns.names), at + 1)
    known[at] = guest.value
    return known


def _replace(guest_list: GuestList, places: list[Place], batch: RowBatch) -> None:
    for some in _chunks([place.row for place in places]):
        for model in (Guest, RowError):
            delete_rows(model.objects.filter(guest_list=guest_list, row__in=some))
    insert_batch(batch)
    change = Counter({term: count for term, count in batch.counts.items() if term != "rows"})
    change.subtract(place.term for place in places)
    _change_ledger(guest_list, change)


def _set_repeats_aside(guest_list: GuestList, others: list[Place], rows: list[int]) -> None:
    """Who was rewarded before is set aside, but for whom somebody has decided already."""
    for place in others:
        if decided := place.before.get("repeat"):
            guest = Guest.objects.get(guest_list=guest_list, identity=place.identity)
            if guest.outcome != place.term:
                _change_ledger(guest_list, Counter({place.term: 1, guest.outcome: -1}))
            Guest.objects.filter(pk=guest.pk).update(
                outcome=place.term, earlier_campaign=decided[0], earlier_at=decided[1]
            )
    set_aside_rewarded(guest_list, rows=rows)


def _change_ledger(guest_list: GuestList, change: Counter[str]) -> None:
    terms = {f"{term}_count": F(f"{term}_count") + count for term, count in change.items() if count}
    if terms:
        GuestList.objects.filter(pk=guest_list.pk).update(**terms)


def _count_anew(guest_list: GuestList, before: Iterable[Place], after: Iterable[Place]) -> None:
    counts = Counter(key for place in after for key in place.counts_for)
    counts.subtract(key for place in before for key in place.counts_for)
    change_counts(guest_list, counts)


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while some := list(islice(left, CHUNK)):
        yield some
