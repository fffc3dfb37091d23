"""Replaces rows of a checked list: what was there is taken out, and everything concerned gets its arm again.

The rows end as they would have if the file had been right from the start: of all rows with the same guest the first is
the guest and the others repeat it. So a repaired row may turn a later guest into a duplicate, and a row that no longer
names a guest may bring back one that repeated it. Undoing is replacing them by the earlier rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from issuance.checking.cached_counts import change_counts, keys_of
from issuance.checking.revalidation import columns_of, revalidate
from issuance.importing.batches import BatchMaker, RowBatch, insert_batch
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.models import Guest, GuestList, RowError, drop_search_texts
from issuance.models.bulk import delete_rows
from issuance.parsing.identifiers import identity
from issuance.parsing.row_result import RowResult
from issuance.parsing.row_text import row_cells

CHUNK = 5_000  # rows named in one statement; SQLite takes at most 32,766 parameters
ADDED = "added"  # the term of a row that a repair made out of another: before it, there was none
FEW = 2_000  # guests that are looked for by name; for more, the list is read through once


class StoredRow(NamedTuple):
    """A row as it stands: its guest, what it counts for, and `before`, from which it can be put back."""

    number: int
    identity: bytes
    before: dict[str, Any]
    counts_for: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """The term of the ledger that it counts for."""
        return str(self.before["term"])

    @property
    def is_guest(self) -> bool:
        return "value" in self.before

    @property
    def of_row(self) -> int | None:
        """The row of the file out of which it was made."""
        return self.before.get("of_row")


def replace_rows(
    guest_list: GuestList,
    results: Sequence[RowResult],
    *,
    added: Mapping[int, int] | None = None,
    removed: Collection[int] = (),
) -> list[StoredRow]:
    """Replaces rows of a list by new results; returns the rows that are no longer what they were.

    To be called in the transaction that has taken the list. `added` are the numbers of new rows with those of the rows
    that they are made of, and `removed` such rows that go again; no other row is added or lost.
    """
    added = added or {}
    maker = BatchMaker(guest_list, expected=2 * len(results))
    numbers = {*removed, *(result.row for result in results)}
    old = [*_stored_rows(guest_list, row__in=numbers)]
    guests = {maker.hash(identity(result.value)) for result in results if result.value}
    guests |= {row.identity for row in old if row.is_guest}
    others = [row for row in _stored_rows(guest_list, identity__in=guests) if row.number not in numbers]
    concerned = [*old, *others]
    kept = as_results(guest_list, ((row.number, row.before) for row in others))
    in_order = sorted([*results, *kept], key=lambda result: result.row)
    batch = maker.make_batch(map(RowResult.packed, in_order))
    if batch.counts["rows"] != len(concerned) + len(added) - len(removed):
        raise RuntimeError(f"List {guest_list.pk}: {len(concerned)} rows became {batch.counts['rows']}.")
    stood = {row.number: row for row in old}
    of_rows = {row.number: row.of_row for row in concerned}
    of_rows |= {number: stood[made_of].of_row or made_of for number, made_of in added.items()}
    _store(guest_list, concerned, batch, of_rows)
    _set_aside_again(guest_list, others, [guest[1] for guest in batch.guests])
    now = {row.number: row for row in _stored_rows(guest_list, row__in=of_rows)}
    _count_anew(guest_list, concerned, now.values())
    new = [StoredRow(row, b"", {"term": ADDED, "cells": stood[of].before["cells"]}) for row, of in added.items()]
    return [*old, *new, *(row for row in others if row.is_guest != now[row.number].is_guest)]


def as_results(guest_list: GuestList, kept: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[RowResult]:
    """What was kept of rows, as results. Rows that repeat a guest are validated again: only their cells were kept."""
    repeated = []
    for number, before in kept:
        if "value" in before:
            guest = (before["type"], before["value"], before["cells"], "", "", before["fixed"], before["other"])
            yield RowResult(number, *guest)
        elif before["term"] == RowError.INVALID:
            yield RowResult(number, "", "", before["cells"], before["code"], before["column"], False, "")
        else:
            repeated.append((number, before["cells"]))
    yield from revalidate(guest_list, repeated)


def _stored_rows(guest_list: GuestList, **among: Iterable[Any]) -> Iterator[StoredRow]:
    """The guests and bad rows with one of these `row__in` or `identity__in`."""
    ((field, wanted),) = among.items()
    wanted = list(wanted)
    errors = RowError.objects.filter(guest_list=guest_list)
    for guest in _with(Guest.objects.filter(guest_list=guest_list), field, wanted):
        before = _guest_before(guest_list, guest)
        yield StoredRow(guest.row, bytes(guest.identity), before, tuple(keys_of(guest)))
    for error in _with(errors, field, wanted):
        before = {"term": error.kind, "code": error.code, "column": error.column, "cells": error.cells}
        before |= {"of_row": error.of_row} if error.of_row else {}
        yield StoredRow(error.row, bytes(error.identity or b""), before)


def _with(rows: QuerySet[Any], field: str, wanted: list[Any]) -> Iterator[Any]:
    name = field.removesuffix("__in")
    if name == "identity" and len(wanted) > FEW:
        guests = set(wanted)
        all_rows = rows.filter(identity__isnull=False).values_list("row", "identity").iterator(CHUNK)
        field, wanted = "row__in", [number for number, guest in all_rows if bytes(guest) in guests]
    for chunk in _chunks(wanted):
        yield from rows.filter(**{field: chunk})


def _guest_before(guest_list: GuestList, guest: Guest) -> dict[str, Any]:
    fields = {name: getattr(guest, name) for name in ("type", "value", "other", "fixed", "of_row")}
    earlier = (guest.earlier_campaign_id, guest.earlier_at.isoformat()) if guest.earlier_at else None
    return {"term": guest.outcome, **fields, "cells": cells_of(guest_list, guest), "repeat": earlier}


def cells_of(guest_list: GuestList, guest: Guest) -> list[str]:
    """A guest's row as it stood in the file, as far as it was kept: at least the identifiers, in their columns."""
    if cells := guest.cells:
        return row_cells(cells)
    columns = columns_of(guest_list)
    own, other = (columns.email, columns.phone) if guest.type == "email" else (columns.phone, columns.email)
    at = own if own is not None else other or 0
    cells_kept = [""] * max(len(columns.names), at + 1)
    cells_kept[at] = guest.value
    return cells_kept


def _store(guest_list: GuestList, rows: list[StoredRow], batch: RowBatch, of_rows: Mapping[int, int | None]) -> None:
    drop_search_texts(guest_list, of_rows)
    for numbers in _chunks([row.number for row in rows]):
        for model in (Guest, RowError):
            delete_rows(model.objects.filter(guest_list=guest_list, row__in=numbers))
    insert_batch(batch, of_rows)
    change = Counter(batch.counts)
    change.subtract(row.term for row in rows)
    change["rows"] -= len(rows)
    change["added"] = change["rows"]
    _change_ledger(guest_list, change)


def _set_aside_again(guest_list: GuestList, others: list[StoredRow], numbers: list[int]) -> None:
    """Who was rewarded before is set aside, but for whom somebody has decided already."""
    for row in others:
        if decided := row.before.get("repeat"):
            guest = Guest.objects.get(guest_list=guest_list, identity=row.identity)
            if guest.outcome != row.term:
                _change_ledger(guest_list, Counter({row.term: 1, guest.outcome: -1}))
            Guest.objects.filter(pk=guest.pk).update(
                outcome=row.term, earlier_campaign=decided[0], earlier_at=decided[1]
            )
    set_aside_rewarded(guest_list, rows=numbers)


def _change_ledger(guest_list: GuestList, change: Counter[str]) -> None:
    terms = {f"{term}_count": F(f"{term}_count") + count for term, count in change.items() if count}
    if terms:
        GuestList.objects.filter(pk=guest_list.pk).update(**terms)


def _count_anew(guest_list: GuestList, before: Iterable[StoredRow], after: Iterable[StoredRow]) -> None:
    counts = Counter(key for row in after for key in row.counts_for)
    counts.subtract(key for row in before for key in row.counts_for)
    change_counts(guest_list, counts)


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
