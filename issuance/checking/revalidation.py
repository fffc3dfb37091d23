"""Validates single rows of a list once more, outside its file: by the same code and columns as when it was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from issuance.models import GuestList
from issuance.parsing.column_choice import Columns
from issuance.parsing.delimited_text import over_several_lines
from issuance.parsing.guest_file import GuestFile
from issuance.parsing.row_result import RowResult

Row = tuple[int, list[str]]  # number in the file, cells


class _Rows:
    """Rows in memory as a table: blank ones are left to the caller, who knows their numbers."""

    kind = encoding = delimiter = sheet = ""
    sheets: tuple[str, ...] = ()
    bytes_total = bytes_read = 0
    sure = True
    hidden_rows = 0
    hidden_columns: set[int] = set()

    def __init__(self, cells: Sequence[list[str]]) -> None:
        self.cells = cells
        self.warnings: list[str] = []

    def rows(self) -> Iterator[list[str]]:
        return iter(self.cells)

    rows_with_hidden = rows

    def last_rows(self) -> list[list[str]]:
        return []

    def close(self) -> None:
        """Nothing is open."""


def columns_of(guest_list: GuestList) -> Columns:
    """Where the identifiers of a list stand; the guests of running text stand in their first two cells."""
    info: dict[str, Any] = guest_list.file_info
    email, phone = info.get("email"), info.get("phone")
    names = tuple(map(str, info.get("names") or ()))
    if not isinstance(email, int) and not isinstance(phone, int):
        email, phone = 0, 1
    more_emails, more_phones = (tuple(info.get(key) or ()) for key in ("more_emails", "more_phones"))
    return Columns(email, phone, 0, names, (), more_emails, more_phones, info.get("country_column"))


def identifier_columns(guest_list: GuestList) -> list[tuple[int, str]]:
    """(index, name) of the columns in which guests stand; running text has none, but its guests have two cells."""
    columns = columns_of(guest_list)
    own = columns.identifiers
    if len(columns.names) < 2:
        return list(zip(own, ("Guest", "Second way to reach them"), strict=False))
    return [(at, columns.name_of(at)) for at in own]


def fault_at(columns: Columns, column: str, cells: Sequence[str]) -> int | None:
    """The index of the cell that a bad row's `column` names; None if its column isn't known or its cell is missing."""
    own = [at for at in (columns.email, columns.phone) if at is not None]
    named = [at for at in (*own, *range(len(columns.names))) if columns.names[at : at + 1] == (column,)]
    at = named[0] if named else None
    return at if at is not None and at < len(cells) else None


def revalidate(guest_list: GuestList, rows: Iterable[Row]) -> Iterator[RowResult]:
    """One result for each row, in the same order and under the same numbers."""
    kept = [(number, [cell.replace("\0", "") for cell in cells]) for number, cells in rows]
    delimiter = str(guest_list.file_info.get("delimiter") or "")
    as_read = [over_several_lines(cells, delimiter) if delimiter else cells for _, cells in kept]
    table, columns = _Rows([cells or [""] for cells in as_read]), columns_of(guest_list)
    file = GuestFile(
        table,
        country=guest_list.country,
        max_rows=len(kept) + 1,
        columns=columns,
        prefer=guest_list.prefer,
    )
    done = 0
    for result in file.results():
        yield from map(_blank, kept[done : result.row - 1])
        done = result.row
        number, cells = kept[done - 1]
        yield result._replace(row=number, raw=cells)
    yield from map(_blank, kept[done:])


def _blank(row: Row) -> RowResult:
    """What reading would have skipped: a row of this list may have been emptied by its editor."""
    return RowResult(row[0], "", "", row[1], "no_identifier", "", False, "")
