"""Bad rows in a file, and back: the download of this list, repaired by a person or a script.

The header of the download names the list, each row its number. Matching is by both, so that nothing is taken from the
file of another list, and order, extra rows and rows left out don't matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from issuance.checking.revalidation import Row
from issuance.guests.csv_lines import csv_lines, in_row_order
from issuance.guests.reasons import reason_in_words
from issuance.models import GuestList, RowError
from issuance.parsing.column_choice import Columns
from issuance.parsing.formula_escape import live
from issuance.parsing.guest_file import open_guest_file

_ROW = re.compile(r"row \(list ([0-9a-f]{8})\)")


class NotTheseRows(Exception):
    """The file isn't the download of this list, as its `sentence` says to the merchant."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Returned(NamedTuple):
    """The rows that changed, and in words what was left alone."""

    rows: list[Row]
    left: list[str]


def row_header(guest_list: GuestList) -> str:
    """The name of the download's second column, by which the file is recognized."""
    return f"row (list {guest_list.uuid.hex[:8]})"


def bad_rows(guest_list: GuestList) -> Iterator[str]:
    """Every invalid row: why, where, and its cells as they stood in the file, as pieces of CSV."""
    names = guest_list.file_info.get("names") or []
    errors = in_row_order(RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID))
    lines = ((_reason(error), error.row, *error.cells) for error in errors)
    return csv_lines(("reason", row_header(guest_list), *names), lines)


def _reason(error: RowError) -> str:
    made_of = f" Made of row {error.of_row} of the file." if error.of_row else ""
    return reason_in_words(error.code) + made_of


def returned_rows(guest_list: GuestList, path: Path) -> Returned:
    """Reads the file in any format that lists may have. Raises NotTheseRows and UnreadableFile."""
    bad = RowError.objects.of_list(guest_list).filter(kind=RowError.INVALID)
    stored: dict[int, list[str]] = {
        row: [str(cell) for cell in cells] for row, cells in bad.values_list("row", "cells")
    }
    width = max(len(guest_list.file_info.get("names") or []), 2)  # A guest found in a text has up to two cells.
    changed: dict[int, list[str]] = {}
    unknown, twice, seen = [], [], set()
    for number, cells in _rows(guest_list, path):
        if number in seen:
            twice.append(number)
        elif number not in stored:
            unknown.append(number)
        elif _differ(cells := _as_long_as(cells, stored[number], width), stored[number]):
            changed[number] = cells
        seen.add(number)
    left = [
        _sentence(unknown, "is no invalid row of this list now", "are no invalid rows of this list now"),
        _sentence(twice, "is there twice: the first was taken", "are there twice: the first was taken"),
    ]
    return Returned(sorted(changed.items()), [sentence for sentence in left if sentence])


def refuse_other_files(guest_list: GuestList, path: Path) -> None:
    """Looks at the top of a file alone. Raises NotTheseRows and UnreadableFile."""
    next(_rows(guest_list, path), None)


def _rows(guest_list: GuestList, path: Path) -> Iterator[Row]:
    columns = Columns(None, None, 0, ())
    most_rows, most_bytes = settings.MAX_LIST_ROWS + 1, settings.MAX_LIST_BYTES
    country = guest_list.country
    with open_guest_file(path, country=country, max_rows=most_rows, max_bytes=most_bytes, columns=columns) as file:
        at = None
        for result in file.results():
            cells = [live(cell) for cell in result.raw]
            if at is None:
                at = _marked_column(guest_list, cells)
            elif (number := _number(cells[at : at + 1])) is not None:
                yield number, cells[at + 1 :]
            else:
                raise NotTheseRows(
                    f"Line {result.row:,} has no row number. Keep the column “{row_header(guest_list)}” as it was."
                )


def _marked_column(guest_list: GuestList, header: list[str]) -> int:
    for at, cell in enumerate(header):
        if marked := _ROW.fullmatch(cell.strip().lower()):
            if marked[1] != guest_list.uuid.hex[:8]:
                raise NotTheseRows("These are the invalid rows of another list. Bring them to the page of that list.")
            return at
    raise NotTheseRows(
        "These aren’t the invalid rows of this list. Download them here, repair that file, and bring it back."
    )


def _number(cells: list[str]) -> int | None:
    text = cells[0].strip().removesuffix(".0") if cells else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _as_long_as(cells: list[str], before: list[str], width: int) -> list[str]:
    """Without what stands beside the columns of the list: empty cells that a spreadsheet adds, and notes."""
    cells = cells[: max(len(before), width)]
    while len(cells) > len(before) and not cells[-1]:
        cells = cells[:-1]
    return cells + [""] * (len(before) - len(cells))


def _differ(cells: list[str], before: list[str]) -> bool:
    """Spreadsheets write the ends of lines in their own way, which changes nothing."""
    return [cell.splitlines() for cell in cells] != [cell.splitlines() for cell in before]


def _sentence(rows: list[int], singular: str, plural: str) -> str:
    if not rows:
        return ""
    named = ", ".join(f"{row:,}" for row in rows[:5]) + (" …" if len(rows) > 5 else "")
    return f"Row {named} {singular}." if len(rows) == 1 else f"{len(rows):,} rows {plural} (rows {named})."
