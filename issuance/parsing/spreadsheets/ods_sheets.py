"""Reads the sheets of an ODS file: the rows of each as a stream of text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Set
from pathlib import Path

from issuance.parsing.spreadsheets.hidden_rows import HiddenRow
from issuance.parsing.spreadsheets.xlsx_cells import NO_RESULT, number_as_written
from issuance.parsing.spreadsheets.xml_stream import Parser
from issuance.parsing.spreadsheets.zip_safety import blocks_of
from issuance.parsing.unreadable_file import UnreadableFile

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_BLANKS = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_ROWS = (f"{_TABLE}table-row", f"{_TABLE}table-row-group")
_NO_HEIGHT = re.compile(r"[+-]?0*\.?0+\s*[a-z]*").fullmatch
_PHONE = re.compile(r"[+0-9 ()/-]{1,40}")
_GROUPED = re.compile(r"(?:[^\W\d_]+\.? ?)?([+0-9\s()/.,'’-]{1,40})").fullmatch  # with what parts thousands, and a word
_CONTENT = "content.xml"
_WIDEST = 1_000  # columns of an ODS row that are kept
_MOST_BLANK = 1_048_576  # rows between two guests: all that a sheet can have
_LONGEST = 131_072  # characters of a cell, as in CSV


def ods_sheets(path: Path, *, most: int) -> list[OdsSheet]:
    """The first visible sheets, `most` of them at most. Raises UnreadableFile."""
    sheets: list[OdsSheet] = []
    hiding_styles: set[str] = set()  # of sheets, and of rows without a height
    style, number = "", -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal style, number
        if tag == f"{_STYLE}style":
            style = attributes.get(f"{_STYLE}name", "")
        elif _hides(tag, attributes):
            hiding_styles.add(style)
        elif tag == f"{_TABLE}table":
            number += 1
            if attributes.get(f"{_TABLE}style-name") not in hiding_styles:
                sheets.append(OdsSheet(path, number, attributes.get(f"{_TABLE}name", ""), hiding_styles))
        elif sheets and sheets[-1].number == number:
            sheets[-1].note_hidden(tag, attributes)

    Parser(start=start).parse(blocks_of(path, _CONTENT))
    return sheets[:most]


class OdsSheet:
    """One table of an ODS file, read as a stream: memory stays flat however often a row says it repeats."""

    def __init__(self, path: Path, number: int, name: str, hiding_styles: Set[str] = frozenset()) -> None:
        self.name = name
        self.share_read = 0.0
        self.number = number
        self._path = path
        self._hiding_styles = hiding_styles
        self._hides_rows = False
        self._columns = 0
        self._hidden_columns: set[int] = set()

    def may_hide_rows(self) -> bool:
        return self._hides_rows

    def hidden_columns(self) -> set[int]:
        return self._hidden_columns

    def note_hidden(self, tag: str, attributes: dict[str, str]) -> None:
        """Takes the elements of this sheet, before its rows are read."""
        hidden = _is_hidden(attributes, self._hiding_styles)
        self._hides_rows |= hidden and tag in _ROWS
        if tag == f"{_TABLE}table-column":
            first, times = self._columns, int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            self._columns += times
            if hidden:
                self._hidden_columns.update(range(first, min(self._columns, _WIDEST)))

    def rows(self) -> Iterator[list[str]]:
        reader = _OdsRows(self.number, self._hiding_styles)
        blank = done = 0
        with zipfile.ZipFile(self._path) as archive:
            size = max(archive.getinfo(_CONTENT).file_size, 1)
        for block in blocks_of(self._path, _CONTENT):
            done += len(block)
            self.share_read = done / size
            reader.parser.feed(block)
            for cells, times in reader.take():
                if not any(cells):
                    blank += times  # Held back: the last rows of a sheet repeat a million blank ones.
                    continue
                if blank > _MOST_BLANK:
                    raise UnreadableFile("spreadsheet_too_large")
                yield from ([] for _ in range(blank))
                yield from (cells.__class__(cells) for _ in range(times))
                blank = 0


class _OdsRows:
    def __init__(self, number: int, hiding_styles: Set[str]) -> None:
        self._hiding_styles = hiding_styles
        self.parser = Parser(start=self._start, end=self._end, text=self._characters)
        self._tables_left = number + 1
        self._inside = False
        self._done: list[tuple[list[str], int]] = []
        self._cells: list[str] = []
        self._groups: list[bool] = []
        self._blank = 0
        self._times = self._cell_times = 1
        self._value = ""
        self._texts: list[str] | None = None

    def take(self) -> list[tuple[list[str], int]]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._tables_left -= 1
            self._inside = self._tables_left == 0
        elif not self._inside:
            return
        elif tag == f"{_TABLE}table-row-group":
            self._groups.append(_is_hidden(attributes, self._hiding_styles))
        elif tag == f"{_TABLE}table-row":
            hidden = any(self._groups) or _is_hidden(attributes, self._hiding_styles)
            self._cells, self._blank = HiddenRow() if hidden else [], 0
            self._times = int(attributes.get(f"{_TABLE}number-rows-repeated", 1))
        elif tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._cell_times = int(attributes.get(f"{_TABLE}number-columns-repeated", 1))
            self._value = _typed_value(attributes)
            self._texts = []
        elif tag == f"{_OFFICE}annotation":
            self._texts = None  # Comments stand inside the cell, before its text.
        elif tag == f"{_TEXT}p" and self._texts:
            self._texts.append("\n")
        elif tag in _BLANKS and self._texts is not None:
            self._texts.append(_BLANKS[tag])

    def _characters(self, data: str) -> None:
        if self._texts is not None:
            self._texts.append(data)

    def _end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self._inside = False
        elif tag == f"{_TABLE}table-row" and self._inside:
            self._done.append((self._cells, self._times))
        elif tag == f"{_TABLE}table-row-group" and self._inside:
            self._groups.pop()
        elif tag == f"{_OFFICE}annotation":
            self._texts = []
        elif self._texts is not None and tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            text = "".join(self._texts)[:_LONGEST]
            self._add_cell(_shown(text, self._value))
            self._texts = None

    def _add_cell(self, text: str) -> None:
        if not text:
            self._blank += self._cell_times
            return
        blank = min(self._blank, _WIDEST - len(self._cells))
        self._cells += [""] * blank
        self._cells += [text] * min(self._cell_times, _WIDEST - len(self._cells))
        self._blank = 0


def _hides(tag: str, attributes: dict[str, str]) -> bool:
    """Whether a style with this element hides the sheet or the row that has it."""
    flat = tag == f"{_STYLE}table-row-properties" and _NO_HEIGHT(attributes.get(f"{_STYLE}row-height", ""))
    return bool(flat) or (tag == f"{_STYLE}table-properties" and attributes.get(f"{_TABLE}display") == "false")


def _is_hidden(attributes: dict[str, str], hiding_styles: Set[str]) -> bool:
    """Of a row, a column or a group of rows: by a filter, by hand, folded together, or without a height."""
    visibility = attributes.get(f"{_TABLE}visibility", "visible")
    flat = attributes.get(f"{_TABLE}style-name") in hiding_styles
    return visibility != "visible" or attributes.get(f"{_TABLE}display") == "false" or flat


def _shown(text: str, number: str) -> str:
    """The number or date, or the text where its format adds leading zeros, a plus or a country code to a number."""
    grouped = _GROUPED(text) if number.isdigit() and number != "0" else None
    if not grouped:
        return number or text
    digits = "".join(filter(str.isdigit, text))
    if not digits.endswith(number) or (digits == number and "+" not in text):
        return number
    return text if _PHONE.fullmatch(text) else ("+" if "+" in text else "") + digits


def _typed_value(attributes: dict[str, str]) -> str:
    """The exact number or date, which the text of the cell may show rounded; empty for text."""
    if f"{_TABLE}formula" in attributes and f"{_OFFICE}value-type" not in attributes:
        return NO_RESULT
    number = attributes.get(f"{_OFFICE}value")
    if number is None:
        return attributes.get(f"{_OFFICE}date-value", "")
    try:
        return number_as_written(float(number))
    except ValueError:
        return number
