"""Tables of a list as CSV: streamed row by row in constant memory, and harmless when opened in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from issuance.parsing.formula_escape import inert

CHUNK = 2_000  # rows read at once, and lines sent at once
MARK = "\ufeff"  # tells spreadsheets that the file is UTF-8
Row = TypeVar("Row", bound=Model)


def in_row_order(rows: QuerySet[Row]) -> Iterator[Row]:
    """All rows, a chunk at a time by row number: no cursor is held while a slow reader downloads."""
    last = 0
    while chunk := list(rows.filter(row__gt=last)[:CHUNK]):
        yield from chunk
        last = chunk[-1].row  # type: ignore[attr-defined]


class _Echo:
    """What csv.writer needs of a file, returning the line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The table as pieces of text, many lines in each."""
    writer = csv.writer(_Echo())
    piece = [MARK, writer.writerow([inert(name) for name in header])]
    for line in lines:
        piece.append(writer.writerow([inert(cell) for cell in line]))
        if len(piece) >= CHUNK:
            yield "".join(piece)
            piece = []
    if piece:
        yield "".join(piece)
