"""What stands in a cell of an XLSX sheet, as text; and rows by way of an XML parser, however they are written."""

from __future__ import annotations

import datetime

from issuance.parsing.spreadsheets.shared_strings import SharedStrings
from issuance.parsing.spreadsheets.xml_stream import Parser, decoded, local
from issuance.parsing.unreadable_file import UnreadableFile

WIDEST = 2_000  # columns, as in CSV; a sheet can have 16,384
MOST_CELLS = 12_000_000  # of the rows together: a million guests in twelve columns
_TALLEST = 1_048_576  # rows that a sheet can have
_BLANK: list[str] = []  # one for all, as there may be a million between two rows
_LONGEST = 32_767  # characters of a cell


class CellReader:
    """What the cells of one workbook mean: its shared texts, which styles show numbers as dates, and day zero."""

    def __init__(self, strings: SharedStrings, dates: set[int], day_zero: datetime.datetime) -> None:
        self.strings = strings
        self.dates = dates
        self._day_zero = day_zero

    def written(self, kind: str, style: int, text: str) -> str:
        """A cell as a person would write it. Raises UnreadableFile."""
        if kind == "s":
            try:
                return self.strings[int(text)]
            except (IndexError, ValueError):
                raise UnreadableFile("spreadsheet_damaged") from None
        if kind == "b":
            return "True" if text == "1" else "False"
        return self.number(text, is_date=style in self.dates) if kind in ("", "n") else text[:_LONGEST]

    def number(self, text: str, *, is_date: bool) -> str:
        try:
            value = float(text)
            if is_date and value >= 1:
                moment = self._day_zero + datetime.timedelta(seconds=round(value * 86_400))
                return moment.date().isoformat() if value.is_integer() else moment.isoformat(timespec="seconds")
            return number_as_written(value)
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


class XmlRows:
    """Rows by way of an XML parser. Without `namespaces` it takes single rows that were cut out of a sheet."""

    def __init__(self, cells: CellReader, keeper: RowKeeper, *, namespaces: bool = True) -> None:
        self._reader, self._keeper = cells, keeper
        self._parser = Parser(start=self._start, end=self._end, text=self._text, namespaces=namespaces)
        self._number = 0
        self._cells: list[str] = []
        self._at, self._type, self._style = 0, "", 0
        self._parts: list[str] = []
        self._inside = self._hidden = False
        self._names: dict[str, str] = {}

    def feed(self, block: bytes) -> None:
        self._parser.feed(block)

    def end(self) -> None:
        """Raises UnreadableFile if the document isn't complete."""
        self._parser.feed(b"", final=True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._names.setdefault(tag, local(tag))
        if name == "c":
            self._type, self._style = attributes.get("t", ""), int(attributes.get("s", 0))
            reference = attributes.get("r")
            self._at = column(reference) if reference else self._at + 1
            self._parts = []
        elif name in ("v", "t"):
            self._inside = not self._hidden
        elif name == "row":
            self._number, self._cells, self._at = int(attributes.get("r", self._keeper.last + 1)), [], -1
        elif name == "rPh":
            self._hidden = True  # How a text is pronounced is no part of it.

    def _text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        self._inside = False
        if name == "c" and self._parts:
            place(self._cells, self._at, self._reader.written(self._type, self._style, decoded("".join(self._parts))))
        elif name == "rPh":
            self._hidden = False
        elif name == "row":
            self._keeper.add(self._number, self._cells)


def place(cells: list[str], at: int, text: str) -> None:
    """Puts a text into a column that comes after those before. Raises UnreadableFile."""
    gap = at - len(cells)
    if at >= WIDEST:
        raise UnreadableFile("spreadsheet_too_large")
    if gap < 0:
        raise UnreadableFile("spreadsheet_damaged")
    if gap:
        cells += [""] * gap
    cells.append(text)


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
