"""Repairing the rows of a checked list, one or a hundred thousand at a time, each act with its undo.

Rows are validated outside the transaction. Inside it, the list is taken by its confirm token, which every repair
renews: two repairs never build on the same state, and a review that was open before a repair can't launch the list
after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from issuance.checking.cell_repairs import (
    BY_KEY,
    OF_ANOTHER_COUNTRY,
    SEVERAL,
    as_number_of,
    each_of,
    one_of,
    rows_that_ran_together,
    with_domain,
)
from issuance.checking.replace_rows import ADDED, as_results, cells_of, replace_rows
from issuance.checking.returned_rows import returned_rows
from issuance.checking.revalidation import Row, columns_of, fault_at, revalidate
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList, Repair, RepairedRow, RowError, last_row, note_event
from issuance.models.bulk import insert_rows
from issuance.models.states import ListState
from issuance.parsing.column_choice import Columns
from issuance.parsing.countries import country_name
from issuance.parsing.row_result import RowResult
from thanxportal.accounts.models import User
from thanxportal.counted import counted

TOOK_ROWS = "Took repaired rows from a file"


class Recipe(NamedTuple):
    """A repair of many bad rows: which it may help, what it does to the cell at fault, and what it is called.

    What `change` returns first takes the place of the cell; each further text makes a row of its own. With `change_row`
    the whole row is replaced by other rows instead.
    """

    key: str
    codes: frozenset[str]
    change: Callable[[str], list[str]]
    did: str
    change_row: Callable[[list[str]], list[list[str]]] | None = None


class RepairedCell(NamedTuple):
    """What became of a bad row: its own result, and those of rows that were made out of it."""

    row: int
    results: list[RowResult]


def recipe_for(guest_list: GuestList, key: str, choice: str = "") -> Recipe | None:
    """The repair of that name, with the country or the part that was chosen; None if there is no such repair."""
    if key == "country" and (name := country_name(choice)):
        return _in_place(key, OF_ANOTHER_COUNTRY, as_number_of(choice), f"Read phone numbers as those of {name}")
    if key == "several" and choice in ("first", "last"):
        which = one_of(choice, guest_list.country)
        return _in_place(key, SEVERAL, which, f"Kept the {choice} of several in a cell")
    if key == "each":
        return Recipe(key, SEVERAL, each_of(guest_list.country), "Gave each guest of a cell a row")
    if key == "lines" and (delimiter := guest_list.file_info.get("delimiter")):
        rows = rows_that_ran_together(str(delimiter), len(columns_of(guest_list).names))
        return Recipe(key, frozenset({"rows_run_together"}), lambda text: [text], "Read rows that ran together", rows)
    repair = BY_KEY.get(key)
    return _in_place(key, repair.codes, repair.change, repair.did) if repair else None


def _in_place(key: str, codes: frozenset[str], change: Callable[[str], str], did: str) -> Recipe:
    return Recipe(key, codes, lambda text: [change(text)], did)


class Change(NamedTuple):
    """Rows of a list as they are to be, validated already; `left` says in words what stays as it is, and `added` out
    of which row each new one is made."""

    kind: str
    did: str
    results: Sequence[RowResult]
    left: Sequence[str] = ()
    added: Mapping[int, int] = {}


def repaired(
    guest_list: GuestList, recipe: Recipe, errors: Iterable[RowError], numbers: Iterator[int]
) -> Iterator[RepairedCell]:
    """Those bad rows that the recipe turns into guests; of several in a cell, at least two have to be good. New rows
    take the next of the `numbers`."""
    columns = columns_of(guest_list)
    changed: list[Row] = []
    made_of: list[int] = []
    for error in errors:
        rows = _changed_cells(columns, recipe, error)
        changed += [(next(numbers) if at else error.row, cells) for at, cells in enumerate(rows)]
        made_of += [error.row] * len(rows)
    validated = zip(made_of, revalidate(guest_list, changed), strict=True)
    for row, of_cell in groupby(validated, key=itemgetter(0)):
        results = [result._replace(fixed=bool(result.value)) for _, result in of_cell]
        if sum(bool(result.value) for result in results) >= min(2, len(results)):
            yield RepairedCell(row, results)


def _changed_cells(columns: Columns, recipe: Recipe, error: RowError) -> list[list[str]]:
    """The row as the recipe writes it, once for each guest; nothing where it changes nothing."""
    cells = [str(cell) for cell in error.cells]
    if recipe.change_row:
        return recipe.change_row(cells) if error.code in recipe.codes else []
    at = fault_at(columns, error.column, cells)
    if at is None or error.code not in recipe.codes or (texts := recipe.change(cells[at])) == [cells[at]]:
        return []
    return [[*cells[:at], text, *cells[at + 1 :]] for text in texts]


def recipe_change(guest_list: GuestList, recipe: Recipe, *, row: int | None = None) -> Change:
    """Every bad row that the recipe turns into a guest, or `row` alone."""
    bad = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID, code__in=recipe.codes)
    errors = bad if row is None else bad.filter(row=row)
    cells = list(repaired(guest_list, recipe, errors.iterator(5_000), count(last_row(guest_list) + 1)))
    added = {result.row: cell.row for cell in cells for result in cell.results[1:]}
    return Change(recipe.key, recipe.did, [result for cell in cells for result in cell.results], added=added)


def domain_change(guest_list: GuestList, written: str, meant: str) -> Change:
    """The mail domain that was meant, for guests with a misspelt one and for those rows as well that repeat them."""
    change = with_domain(written, meant)
    guests = list(guest_list.guests.filter(type="email", value__endswith=f"@{written}"))
    repeats = RowError.objects.of_list(guest_list).filter(kind=RowError.DUPLICATE)
    identities = {bytes(guest.identity) for guest in guests}
    rows = [(guest.row, cells_of(guest_list, guest)) for guest in guests]
    rows += [
        (error.row, error.cells) for error in repeats.iterator(5_000) if bytes(error.identity or b"") in identities
    ]
    changed = ((row, [change(str(cell)) for cell in cells]) for row, cells in rows)
    validated = revalidate(guest_list, changed)
    results = [result._replace(fixed=True) for result in validated if result.value.endswith(f"@{meant}")]
    return Change("domain", f"Wrote {meant} for {written}", results)


def uploaded_change(guest_list: GuestList, path: Path) -> Change:
    """Bad rows as they come back in a file. Raises NotTheseRows and UnreadableFile."""
    returned = returned_rows(guest_list, path)
    return Change("upload", TOOK_ROWS, list(revalidate(guest_list, returned.rows)), returned.left)


def repair_rows(*, guest_list: GuestList, recipe: Recipe, actor: User, row: int | None = None) -> Repair | None:
    """Makes the recipe's change; None if it turns no row into a guest, or the list changed meanwhile."""
    return make_change(guest_list, recipe_change(guest_list, recipe, row=row), actor=actor)


def repair_domain(*, guest_list: GuestList, written: str, meant: str, actor: User) -> Repair | None:
    """The same for a mail domain."""
    return make_change(guest_list, domain_change(guest_list, written, meant), actor=actor)


def edit_row(*, guest_list: GuestList, result: RowResult, actor: User) -> Repair | None:
    """Puts one bad row as somebody typed it; None if it is no bad row any more, or the list changed meanwhile."""
    error = RowError.objects.of_list(guest_list).filter(row=result.row).first()
    if error is None:
        return None
    return make_change(guest_list, Change("edit", f"Edited row {error.in_file:,}", [result]), actor=actor)


@transaction.atomic
def undo_repair(*, repair: Repair, actor: User | None) -> bool:
    """Puts the rows back as they were; False if it was undone before, overtaken, or the list is no longer open."""
    guest_list = repair.guest_list
    if repair.overtaken_by() or not take_list(guest_list):
        return False
    if not Repair.objects.standing().filter(pk=repair.pk).update(undone_at=timezone.now(), undone_by=actor):
        return False
    before = dict(repair.rows.values_list("row", "before"))
    added = {row for row, was in before.items() if was["term"] == ADDED}
    kept = ((row, was) for row, was in before.items() if row not in added)
    replace_rows(guest_list, list(as_results(guest_list, kept)), removed=added)
    _note(guest_list, actor, f"Undone: {repair.sentence}")
    return True


def take_list(guest_list: GuestList) -> bool:
    """Takes a checked list for one change, inside a transaction; False if it changed since it was fetched.

    A retry is corrected elsewhere: its guests stay in the arms of the list they come from.
    """
    open_to_repairs = GuestList.objects.filter(
        pk=guest_list.pk, parent=None, state=ListState.CHECKED, confirm_token=guest_list.confirm_token
    )
    guest_list.confirm_token = uuid4()
    return bool(open_to_repairs.update(confirm_token=guest_list.confirm_token))


def make_change(guest_list: GuestList, change: Change, *, actor: User | None) -> Repair | None:
    """Puts the rows and keeps what they were; None if there are none, or the list changed meanwhile."""
    kind, did, results, left, added = change
    if not results:
        return None
    with transaction.atomic():
        if not take_list(guest_list):
            return None
        rows = len(results)
        replaced = replace_rows(guest_list, results, added=added)
        sentence = did if kind == "edit" else f"{did}: {counted(rows, 'row')}"
        repair = Repair.objects.create(guest_list=guest_list, kind=kind, sentence=sentence, count=rows, made_by=actor)
        kept = [(repair.pk, row.number, json.dumps(row.before)) for row in replaced]
        insert_rows(RepairedRow, ("repair_id", "row", "before"), kept)
        _note(guest_list, actor, sentence)
        for words in left:
            note_event(guest_list, ListState.CHECKED, note=words)
    return repair


def _note(guest_list: GuestList, actor: User | None, sentence: str) -> None:
    note_event(guest_list, ListState.CHECKED, actor=actor, note=f"{sentence}.")
    note_activity(guest_list, actor, f"{sentence} in “{guest_list.name}”.")
