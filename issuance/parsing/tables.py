"""What reading asks of any table, whatever its file, and what its first rows and hidden parts say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from issuance.parsing.column_choice import Columns
from issuance.parsing.spreadsheets.hidden_rows import Hidden
from issuance.parsing.unreadable_file import UnreadableFile

_SAMPLE = 400  # rows with anything in them that decide about the columns
_SAMPLE_CHARACTERS = 4_000_000
_A_ROW = 40  # characters for which a row counts at least, so that endless blank ones end as well


class Table(Protocol):
    """Anything with rows: see delimited_text and spreadsheet."""

    kind: str
    encoding: str
    delimiter: str
    bytes_total: int
    warnings: list[str]
    sheets: tuple[str, ...]
    sheet: str
    sure: bool
    hidden_rows: int
    hidden_columns: set[int]

    @property
    def bytes_read(self) -> int: ...

    def rows(self) -> Iterator[list[str]]: ...

    def last_rows(self) -> list[list[str]]:
        """The last of its rows, where they are known without reading all."""
        ...

    def rows_with_hidden(self) -> Iterator[list[str]]: ...

    def close(self) -> None: ...


class Sample(NamedTuple):
    """The first rows of a table, whether it ends with them, and whether they end because it is broken."""

    rows: list[list[str]]
    whole: bool
    broken: UnreadableFile | None = None


def first_rows(rows: Iterator[list[str]]) -> Sample:
    """The first rows, and what ended them; when they suffice, `results()` reports that in its place."""
    first: list[list[str]] = []
    room, filled = _SAMPLE_CHARACTERS, 0
    try:
        for row in rows:
            first.append(row)
            room -= max(_A_ROW, sum(map(len, row)))
            filled += any(map(str.strip, row))
            if room < 0 or filled == _SAMPLE:
                return Sample(first, whole=False)
    except UnreadableFile as error:
        return Sample(first, whole=False, broken=error)
    return Sample(first, whole=True)


def hidden_doubts(table: Table, columns: Columns, hidden: Hidden) -> Iterator[str]:
    """Whether guests would be taken, or left out, that nobody sees in the sheet, and nobody was asked."""
    if not table.sure:
        yield "More than one sheet of the workbook could hold guests."
    if hidden == "ask" and table.hidden_rows:
        rows = "1 row is" if table.hidden_rows == 1 else f"{table.hidden_rows:,} rows are"
        yield f"{rows} hidden in this sheet: say whether to leave out or include what nobody sees."
    for at in table.hidden_columns & {columns.email, columns.phone, columns.country}:
        yield f"“{columns.name_of(at)}” is hidden in this sheet."


def hidden_notes(table: Table, hidden: Hidden) -> Iterator[str]:
    if table.hidden_rows:
        rows = "1 hidden row was" if table.hidden_rows == 1 else f"{table.hidden_rows:,} hidden rows were"
        yield f"{rows} {'read as well' if hidden == 'include' else 'left out'}."
