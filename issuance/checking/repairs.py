"""Repairing the rows of a checked list, one or a hundred thousand at a time, each act with its undo.

Rows are validated outside the transaction. Inside it, the list is taken by its confirm token, which every repair
renews: two repairs never build on the same state, and a review that was open before a repair can't launch the list
after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from issuance.checking.cell_repairs import BY_KEY, OF_ANOTHER_COUNTRY, SEVERAL, as_number_of, one_of, with_domain
from issuance.checking.replace_rows import as_results, cells_of, replace_rows
from issuance.checking.returned_rows import returned_rows
from issuance.checking.revalidation import columns_of, fault_at, revalidate
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList, Repair, RepairedRow, RowError, note_event
from issuance.models.bulk import insert_rows
from issuance.models.states import ListState
from issuance.parsing.countries import country_name
from issuance.parsing.row_result import RowResult
from thanxportal.accounts.models import User

TOOK_ROWS = "Took repaired rows from a file"


class Recipe(NamedTuple):
    """A repair of many bad rows: which it may help, what it does to the cell at fault, and what it is called."""

    key: str
    codes: frozenset[str]
    change: Callable[[str], str]
    did: str


def recipe_for(guest_list: GuestList, key: str, choice: str = "") -> Recipe | None:
    """The repair of that name, with the country or the part that was chosen; None if there is no such repair."""
    if key == "country" and (name := country_name(choice)):
        return Recipe(key, OF_ANOTHER_COUNTRY, as_number_of(choice), f"Read phone numbers as those of {name}")
    if key == "several" and choice in ("first", "last"):
        which = one_of(choice, guest_list.country)
        return Recipe(key, SEVERAL, which, f"Kept the {choice} of several in a cell")
    repair = BY_KEY.get(key)
    return Recipe(key, repair.codes, repair.change, repair.did) if repair else None


class Change(NamedTuple):
    """Rows of a list as they are to be, validated already; `left` says in words what stays as it is."""

    kind: str
    did: str
    results: Sequence[RowResult]
    left: Sequence[str] = ()


def repaired(guest_list: GuestList, recipe: Recipe, errors: Iterable[RowError]) -> Iterator[RowResult]:
    """The results of those bad rows that the recipe turns into guests."""
    columns = columns_of(guest_list)
    changed = []
    for error in errors:
        cells = [str(cell) for cell in error.cells]
        at = fault_at(columns, error.column, cells)
        if error.code in recipe.codes and at is not None and (text := recipe.change(cells[at])) != cells[at]:
            changed.append((error.row, [*cells[:at], text, *cells[at + 1 :]]))
    return (result._replace(fixed=True) for result in revalidate(guest_list, changed) if result.value)


def recipe_change(guest_list: GuestList, recipe: Recipe) -> Change:
    """Every bad row that the recipe turns into a guest."""
    bad = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID, code__in=recipe.codes)
    return Change(recipe.key, recipe.did, list(repaired(guest_list, recipe, bad.iterator(5_000))))


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


def repair_rows(*, guest_list: GuestList, recipe: Recipe, actor: User) -> Repair | None:
    """Makes the recipe's change; None if it turns no row into a guest, or the list changed meanwhile."""
    return make_change(guest_list, recipe_change(guest_list, recipe), actor=actor)


def repair_domain(*, guest_list: GuestList, written: str, meant: str, actor: User) -> Repair | None:
    """The same for a mail domain."""
    return make_change(guest_list, domain_change(guest_list, written, meant), actor=actor)


def edit_row(*, guest_list: GuestList, result: RowResult, actor: User) -> Repair | None:
    """Puts one bad row as somebody typed it; None if it is no bad row any more, or the list changed meanwhile."""
    if not RowError.objects.of_list(guest_list).filter(row=result.row).exists():
        return None
    return make_change(guest_list, Change("edit", f"Edited row {result.row:,}", [result]), actor=actor)


@transaction.atomic
def undo_repair(*, repair: Repair, actor: User | None) -> bool:
    """Puts the rows back as they were; False if it was undone before, overtaken, or the list is no longer open."""
    guest_list = repair.guest_list
    if repair.overtaken_by() or not take_list(guest_list):
        return False
    if not Repair.objects.standing().filter(pk=repair.pk).update(undone_at=timezone.now(), undone_by=actor):
        return False
    replace_rows(guest_list, list(as_results(guest_list, repair.rows.values_list("row", "before"))))
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
    kind, did, results, left = change
    if not results:
        return None
    with transaction.atomic():
        if not take_list(guest_list):
            return None
        count = len(results)
        replaced = replace_rows(guest_list, results)
        sentence = did if kind == "edit" else f"{did}: {count:,} row{'' if count == 1 else 's'}"
        repair = Repair.objects.create(guest_list=guest_list, kind=kind, sentence=sentence, count=count, made_by=actor)
        kept = [(repair.pk, row.number, json.dumps(row.before)) for row in replaced]
        insert_rows(RepairedRow, ("repair_id", "row", "before"), kept)
        _note(guest_list, actor, sentence)
        for words in left:
            note_event(guest_list, ListState.CHECKED, note=words)
    return repair


def _note(guest_list: GuestList, actor: User | None, sentence: str) -> None:
    note_event(guest_list, ListState.CHECKED, actor=actor, note=f"{sentence}.")
    note_activity(guest_list, actor, f"{sentence} in “{guest_list.name}”.")
