"""Reads a guest list, from a file or a table in memory, as one result per row.

    with open_guest_file(path, country="US") as file:
        for result in file.results(): ...

Blank rows, the header and what stands above it are no guests. Every other row gives exactly one result, in the order
of the file and under its number in the file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from issuance.parsing.binary_files import refuse_binary
from issuance.parsing.column_choice import ColumnContent, Columns
from issuance.parsing.column_reasons import further_columns, reasons_of
from issuance.parsing.columns import chosen_columns, contents_of, find_columns, with_country_doubt
from issuance.parsing.delimited_text import file_size, open_text_file
from issuance.parsing.emails import alphabets_of
from issuance.parsing.later_table import LaterTable
from issuance.parsing.row_result import PackedRow, RowResult
from issuance.parsing.row_text import row_cells
from issuance.parsing.row_validation import RowValidator
from issuance.parsing.spreadsheets.hidden_rows import Hidden
from issuance.parsing.spreadsheets.spreadsheet import Holds, Sheet, open_spreadsheet
from issuance.parsing.table_doubts import table_doubts
from issuance.parsing.tables import Sample, Table, first_rows, hidden_doubts, hidden_notes
from issuance.parsing.unreadable_file import UnreadableFile, in_blocks

_SHOWN = 20  # rows kept to show to the merchant


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file turned out to be. `samples` are its first rows as written; `bytes_total` is its size.

    `sheets` are the names of a workbook's visible sheets, and `sheet` is the one that is read. `hidden_rows` counts its
    rows that hold something and aren't shown. `country` is where phones without one are from: as given, or as is likely
    and still to be asked.
    """

    kind: str
    encoding: str
    delimiter: str
    columns: Columns
    samples: list[list[str]]
    bytes_total: int
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    hidden_rows: int = 0
    country: str = ""


class GuestFile:
    """An opened list; a context manager. `results()` may be called again and starts from the top each time."""

    def __init__(
        self,
        table: Table,
        *,
        country: str,
        max_rows: int,
        columns: Columns | None = None,
        prefer: str = "email",
        hidden: Hidden = "ask",
    ) -> None:
        self._table = table
        self._prefer = prefer
        self._country = country.upper()
        self._max_rows = max_rows
        self._last_row = self._results_before = 0
        self._only_hidden = False  # rows hold guests
        self._alphabets = frozenset[str]()
        sample, whole, broken = self._sample()
        self._asked_about = sys.maxsize if columns else len(sample)  # rows in which a person would see other tables
        try:
            columns = self._settled(columns, sample, hidden, whole=whole)
        except UnreadableFile as error:
            raise broken or error from None
        self.opened = Opened(
            table.kind, table.encoding, table.delimiter, columns, sample[:_SHOWN], table.bytes_total,
            table.sheets, table.sheet, table.hidden_rows, columns.likely_country or self._country,
        )  # fmt: skip
        characters = sum(len(row) + sum(map(len, row)) for row in sample) or 1
        self.expected_rows = min(table.bytes_total * len(sample) // characters, max_rows)
        self._notes = [*table.warnings, *hidden_notes(table, hidden)]
        self.warnings = self._warnings(sample, columns)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def _warnings(self, sample: list[list[str]], columns: Columns) -> list[str]:
        return [*self._notes, *_above_header(sample, columns), *further_columns(columns)]

    def _sample(self) -> Sample:
        return first_rows(self._table.rows_with_hidden() if self._only_hidden else self._table.rows())

    def _settled(self, columns: Columns | None, sample: list[list[str]], hidden: Hidden, *, whole: bool) -> Columns:
        """The given columns, or those of the sample, with every doubt about them. Raises UnreadableFile."""
        if not columns:
            columns = _without_hidden(self._find_columns(sample, hidden), self._table.hidden_columns)
            columns = self._with_table_doubts(columns, sample, whole=whole)
            self._alphabets = _alphabets_of(sample, columns)
        return replace(columns, doubts=(*columns.doubts, *hidden_doubts(self._table, columns, hidden)))

    def _with_table_doubts(self, columns: Columns, sample: list[list[str]], *, whole: bool) -> Columns:
        last = None if whole else self._table.last_rows()
        return replace(columns, doubts=(*columns.doubts, *table_doubts(sample, columns, last=last)))

    def _find_columns(self, sample: list[list[str]], hidden: Hidden) -> Columns:
        """The columns of the rows that the table shows; until somebody is asked, of the hidden ones if it has no
        others. Raises UnreadableFile."""
        try:
            return find_columns(sample, country=self._country)
        except UnreadableFile:
            if not self._table.hidden_rows or hidden == "include":
                raise
            if hidden == "leave_out":
                raise UnreadableFile("only_hidden_rows") from None
        self._only_hidden = True
        return find_columns(self._sample().rows, country=self._country)

    def choose(
        self,
        *,
        email: int | None,
        phone: int | None,
        header_row: int | None = None,
        more_emails: Sequence[int] = (),
        more_phones: Sequence[int] = (),
        country: str = "",
        sure: bool = True,
    ) -> None:
        """Overrules which columns are read, and as phones of which country.

        Columns count from 0, and a `header_row` of None stays where it was found. Unless somebody is `sure` of this for
        this very file, its phones may raise a doubt about their country.
        """
        row = self.opened.columns.header_row if header_row is None else header_row
        more = {"more_emails": more_emails, "more_phones": more_phones}
        sample, whole, _ = self._sample()
        columns = chosen_columns(sample, email=email, phone=phone, header_row=row, **more)
        self._country = country or self._country
        if not sure:
            columns = with_country_doubt(sample, columns, country=self._country)
            columns = self._with_table_doubts(columns, sample, whole=whole)
        self._alphabets = _alphabets_of(sample, columns)
        self.opened = replace(self.opened, columns=columns, country=columns.likely_country or self._country)
        self.warnings = self._warnings(sample, columns)

    def resume(self, *, last_row: int, results: int) -> None:
        """Starts after a row from now on, up to which there were so many results."""
        self._last_row, self._results_before = last_row, results

    def contents(self) -> list[ColumnContent]:
        """What each column holds, by its first rows: for a person who has to choose."""
        return contents_of(self._sample().rows, self.opened.columns, country=self.opened.country)

    def reasons(self) -> list[str]:
        """Why its columns were taken, in sentences."""
        return list(reasons_of(self.opened.columns, self.contents()))

    @property
    def bytes_read(self) -> int:
        """Progress of `results()` against `opened.bytes_total`."""
        return self._table.bytes_read

    def results(self) -> Iterator[RowResult]:
        """One result per row, as a stream.

        Raises UnreadableFile (with the line) at a broken quote or one row too many, after every row before it.
        """
        for rows in self.packed_rows():
            for row, kind, value, cells, code, column, fixed, other in rows:
                yield RowResult(row, kind, value, row_cells(cells), code, column, fixed, other)

    def packed_rows(self, *, size: int = 500) -> Iterator[list[PackedRow]]:
        """The results of up to `size` rows at a time, as plain tuples, which cost less."""
        validator = RowValidator(
            self.opened.columns, country=self._country, prefer=self._prefer, alphabets=self._alphabets
        )
        later = LaterTable(self.opened.columns, asked_about=self._asked_about, blank_lines=not self._table.hidden_rows)
        left = self._max_rows - self._results_before
        for number, block in self._blocks(later, size):
            rows = later.refused(number, block, validator.validate(number, block))
            if len(rows) > left:
                yield rows[:left]
                raise UnreadableFile("too_many_rows", line=rows[left][0], unit="row", rows=self._max_rows)
            left -= len(rows)
            yield rows

    def _blocks(self, later: LaterTable, size: int) -> Iterator[tuple[int, list[list[str]]]]:
        """Up to `size` rows at a time that weren't read before, with the number of the first."""
        last = self.opened.columns.header_row
        table = islice(self._table.rows(), last, None)
        for block in in_blocks(islice(table, max(self._last_row - last, 0)), size):
            later.pass_over(last + 1, block)
            last += len(block)
        for block in in_blocks(table, size):
            yield last + 1, block
            last += len(block)


def open_guest_file(
    path: Path,
    *,
    country: str,
    max_rows: int = 1_000_000,
    max_bytes: int = 200 * 1024 * 1024,
    columns: Columns | None = None,
    sheet: str = "",
    prefer: str = "email",
    hidden: Hidden = "ask",
) -> GuestFile:
    """Open a CSV, XLSX or ODS file of guests; `columns` and `sheet` overrule what would be found.

    `country` (ISO 3166) is that of phone numbers written without one; `prefer`, email or phone, says which of two in
    a row is the guest's, while the other is kept as `other`. Raises UnreadableFile when there is nothing to read;
    problems further down are raised by `results()` where they stand.
    """
    size = file_size(path, max_bytes=max_bytes)
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        table: Table = open_spreadsheet(
            path, bytes_total=size, holds=lambda sheet: _holds(sheet, country), name=sheet, hidden=hidden
        )
    else:
        refuse_binary(path, head)
        table = open_text_file(path, bytes_total=size)
    try:
        return GuestFile(table, country=country, max_rows=max_rows, columns=columns, prefer=prefer, hidden=hidden)
    except UnreadableFile:
        table.close()
        raise


def _without_hidden(columns: Columns, hidden: set[int]) -> Columns:
    """Nobody's gap is filled from a column that nobody sees."""
    more_emails, more_phones = (
        tuple(at for at in more if at not in hidden) for more in (columns.more_emails, columns.more_phones)
    )
    return replace(columns, more_emails=more_emails, more_phones=more_phones)


def _alphabets_of(sample: list[list[str]], columns: Columns) -> frozenset[str]:
    """Those in which many of the first addresses are written."""
    at = columns.email
    return frozenset() if at is None else alphabets_of([row[at] for row in sample if len(row) > at])


def _above_header(sample: list[list[str]], columns: Columns) -> Iterator[str]:
    left_out = sum(any(map(str.strip, row)) for row in sample[: max(columns.header_row - 1, 0)])
    if left_out:
        what, was = ("1 line", "was") if left_out == 1 else (f"{left_out} lines", "were")
        yield f"{what} above the header in row {columns.header_row} {was} left out."


def _holds(sheet: Sheet, country: str) -> Holds:
    try:
        columns = find_columns(first_rows(sheet.rows()).rows, country=country)
    except UnreadableFile:
        return "nobody"
    return "guests" if columns.named else "perhaps"
