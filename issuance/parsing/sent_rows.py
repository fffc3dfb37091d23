"""Rows that programs send, read as rows of a file are: the first cell is for an email, the second for a phone."""

from __future__ import annotations

from collections.abc import Iterator

from issuance.parsing.column_choice import Columns
from issuance.parsing.emails import alphabets_of
from issuance.parsing.row_result import PackedRow
from issuance.parsing.row_text import row_text
from issuance.parsing.row_validation import RowValidator


def read_rows(rows: list[list[str]], names: tuple[str, ...], *, country: str, prefer: str) -> Iterator[PackedRow]:
    """The result of each row, also of a blank one, in their order and numbered from 0. Columns have these names."""
    columns = Columns(email=0, phone=1, header_row=1, names=names)
    alphabets = alphabets_of([cells[0] for cells in rows])
    validator = RowValidator(columns, country=country, prefer=prefer, alphabets=alphabets)
    found = {result[0]: result for result in validator.validate(0, rows)}
    for number, cells in enumerate(rows):
        yield found.get(number) or (number, "", "", row_text(cells), "no_identifier", names[0], False, "")
