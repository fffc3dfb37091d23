"""Rows below the guests' table, behind the first rows that decide about the columns: nobody was asked about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from operator import itemgetter

from issuance.parsing.column_choice import Columns
from issuance.parsing.column_names import (
    UNCLEAR,
    email_rank,
    names_guests,
    names_people,
    names_role,
    names_somebody_else,
    phone_rank,
    plain_name,
)
from issuance.parsing.row_result import PackedRow

_code = itemgetter(4)  # of a packed row
_DIGITS = 7  # of a phone


class LaterTable:
    """Takes the guests out of rows that stand below another header, or below a title such as "Staff" after a blank
    line. Where one begins in the rows up to `asked_about`, a person was asked, and nothing is taken out. `blank_lines`
    say something only if they aren't rows that were left out."""

    def __init__(self, columns: Columns, *, asked_about: int, blank_lines: bool = True) -> None:
        self._columns = columns
        self._blank_lines = blank_lines
        self._asked_about = asked_about
        self._begins = 0  # the row with which it begins, once it was seen
        self._blank = False  # whether the row before the next ones is

    def pass_over(self, number: int, rows: Sequence[list[str]]) -> None:
        """Looks at rows that were read before; the first has this number."""
        self._look(range(len(rows)), number, rows)

    def refused(self, number: int, rows: Sequence[list[str]], results: list[PackedRow]) -> list[PackedRow]:
        """The results of these rows, those of a later table without their guests."""
        bad = compress(results, map(_code, results))
        self._look([result[0] - number for result in bad], number, rows)
        if self._begins <= self._asked_about:
            return results
        return [_refused(result) if result[0] > self._begins and not _code(result) else result for result in results]

    def _look(self, places: Iterable[int], number: int, rows: Sequence[list[str]]) -> None:
        for at in places:
            blank_before = self._blank if at == 0 else not any(map(str.strip, rows[at - 1]))
            apart = blank_before and self._blank_lines
            if not self._begins and begins_table(rows[at], self._columns, apart=apart):
                self._begins = number + at
        self._blank = bool(rows) and not any(map(str.strip, rows[-1]))


def begins_table(cells: Sequence[str], columns: Columns, *, apart: bool) -> bool:
    """Whether a row names columns, of which one stands where emails or phones do, or is a title that stands `apart`: a
    single text in a table of several columns, else the role of other people."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    text = "".join(filled)
    if "@" in text or sum(map(str.isdigit, text)) >= _DIGITS:
        return False
    if len(filled) == 1:
        return apart and (len(columns.names) > 1 or names_role(plain_name(filled[0])))
    own = [cells[at] for at in columns.identifiers if at < len(cells)]
    return any(map(_names_identifiers, own)) and _names_people(filled[0])


def _names_identifiers(cell: str) -> bool:
    name = plain_name(cell)
    return max(email_rank(name), phone_rank(name)) > UNCLEAR


def _names_people(cell: str) -> bool:
    name = plain_name(cell)
    return _names_identifiers(cell) or names_guests(name) or names_people(name) or names_somebody_else(name)


def _refused(result: PackedRow) -> PackedRow:
    row, _, _, text, *_ = result
    return (row, "", "", text, "later_table", "", False, "")
