"""Makes rows of text out of what is written in the cells of an XLSX sheet."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from contextlib import suppress

from issuance.parsing.hyperlinks import linked
from issuance.parsing.spreadsheets.number_formats import NumberFormat
from issuance.parsing.unreadable_file import UnreadableFile

NO_RESULT = "(formula without a result)"  # the text of a cell whose value no program has worked out
WIDEST = 2_000  # columns, as in CSV; a sheet can have 16,384
MOST_CELLS = 12_000_000  # of the rows together: a million guests in twelve columns
_TALLEST = 1_048_576  # rows that a sheet can have
_BLANK: list[str] = []  # one for all, as there may be a million between two rows
_LONGEST = 32_767  # characters of a cell


class CellReader:
    """What the cells of one workbook mean. `shared_text` gives a text by its number, from 0 on, or raises IndexError;
    `dates` are the styles that show numbers as dates, `formats` those that add digits to them."""

    def __init__(
        self,
        shared_text: Callable[[int], str],
        dates: set[int],
        formats: dict[int, NumberFormat],
        day_zero: datetime.datetime,
    ) -> None:
        self.shared_text = shared_text
        self.dates = dates
        self.formats = formats
        self._day_zero = day_zero

    def written(self, kind: str, style: int, text: str) -> str:
        """A cell as a person would write it. Raises UnreadableFile."""
        if kind == "s":
            return self._shared(text)
        if kind == "b":
            return "True" if text == "1" else "False"
        return self.number(text, style) if kind in ("", "n") else text[:_LONGEST]

    def _shared(self, number: str) -> str:
        with suppress(IndexError, ValueError):
            if (index := int(number)) >= 0:
                return self.shared_text(index)
        raise UnreadableFile("spreadsheet_damaged")

    def number(self, text: str, style: int) -> str:
        try:
            value = float(text)
            if style in self.dates and value >= 1:
                moment = self._day_zero + datetime.timedelta(seconds=round(value * 86_400))
                return moment.date().isoformat() if value.is_integer() else moment.isoformat(timespec="seconds")
            number = number_as_written(value)
            return self.formats[style].shown(number) if style in self.formats and number.isdigit() else number
        except (ValueError, OverflowError):
            return text[:_LONGEST]


class RowKeeper:
    """Takes the rows of a sheet in their order, each at its number."""

    def __init__(self) -> None:
        self.last = 0
        self._rows: list[list[str]] = []
        self._room = MOST_CELLS

    def take(self) -> list[list[str]]:
        """The rows since the last time, blank ones between them as well."""
        rows, self._rows = self._rows, []
        return rows

    def add(self, number: int, cells: list[str]) -> None:
        """Raises UnreadableFile if that number can't follow, or the sheet holds more cells than any list."""
        if number != self.last + 1:
            if not self.last < number <= _TALLEST:
                raise UnreadableFile("spreadsheet_damaged")
            self._rows += [_BLANK] * (number - self.last - 1)
        self.last = number
        self._rows.append(cells)
        self._room -= len(cells)
        if self._room < 0:
            raise UnreadableFile("spreadsheet_too_large")


def put_cell(cells: list[str], at: int, text: str) -> None:
    """Puts a text into a column that comes after those before. Raises UnreadableFile."""
    gap = at - len(cells)
    if at >= WIDEST:
        raise UnreadableFile("spreadsheet_too_large")
    if gap < 0:
        raise UnreadableFile("spreadsheet_damaged")
    if gap:
        cells += [""] * gap
    cells.append(text)


def without_result(formula: str) -> str:
    """The text of a formula whose value no program has worked out: that of a link, or NO_RESULT."""
    text = f"={formula}"
    return NO_RESULT if (shown := linked(text)) == text else shown


def number_as_written(value: float) -> str:
    """As a person would write it: 12025550000.0 is a phone number without a fraction."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def column(reference: str) -> int:
    """The number of a column, from 0, by the letters of a reference such as AB12. Raises UnreadableFile."""
    number = 0
    for character in reference.upper():
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    if not 0 < number <= 16_384:
        raise UnreadableFile("spreadsheet_damaged")
    return number - 1
