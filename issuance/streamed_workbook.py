"""XLSX sheets of any height in flat memory, where the quicker reader would hold every cell at once."""

from __future__ import annotations

import datetime
import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path

from issuance.unreadable_file import UnreadableFile
from issuance.xml_stream import blocks_of, feed, new_parser, parse

_RELATION = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
             "http://purl.oclc.org/ooxml/officeDocument/relationships id")  # fmt: skip
_TALLEST = 1_048_576  # rows that a sheet can have
_WIDEST = 16_384
_LONGEST = 32_767  # characters of a cell
_DAY_ZERO = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a date in a sheet has no zone
_DATE_FORMATS = {*range(14, 23), *range(45, 48)}
_NOT_DATES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


class StreamedWorkbook:
    """The visible sheets of a workbook that was checked by `zip_safety`, and what they share."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self._sizes = {member.filename: member.file_size for member in archive.infolist()}
        targets = self._targets()
        sheets = self._listed()
        self.sheets = [StreamedSheet(self, name, targets[key]) for name, key in sheets if key in targets]
        self._strings: SharedStrings | None = None
        self._dates: set[int] | None = None

    def size_of(self, member: str) -> int:
        return max(self._sizes.get(member, 1), 1)

    @property
    def strings(self) -> SharedStrings:
        if self._strings is None:
            self._strings = SharedStrings(self.path if "xl/sharedStrings.xml" in self._sizes else None)
        return self._strings

    @property
    def dates(self) -> set[int]:
        """The numbers of the styles that show a number as a date or a time."""
        if self._dates is None:
            self._dates = _date_styles(self.path) if "xl/styles.xml" in self._sizes else set()
        return self._dates

    def _listed(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if _local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
                key = next((attributes[name] for name in _RELATION if name in attributes), "")
                found.append((attributes.get("name", ""), key))

        parser = new_parser()
        parser.StartElementHandler = start
        parse(self.path, "xl/workbook.xml", parser)
        return found

    def _targets(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if _local(tag) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
                target = posixpath.join("/xl", attributes.get("Target", ""))
                found[attributes.get("Id", "")] = posixpath.normpath(target).lstrip("/")

        parser = new_parser()
        parser.StartElementHandler = start
        parse(self.path, "xl/_rels/workbook.xml.rels", parser)
        return found


class SharedStrings:
    """The texts that cells point to: one block of bytes and where each begins, a third of what objects would take."""

    def __init__(self, path: Path | None) -> None:
        self._bytes = bytearray()
        self._starts = array("Q", [0])
        self._hidden = 0
        self._inside = False
        if path:
            parser = new_parser()
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
            parser.CharacterDataHandler = self._text
            parse(path, "xl/sharedStrings.xml", parser)

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._starts[number] : self._starts[number + 1]].decode()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._hidden += name == "rPh"  # How a text is pronounced is no part of it.
        self._inside = name == "t" and not self._hidden

    def _text(self, data: str) -> None:
        if self._inside:
            self._bytes += data.encode("utf-8", "replace")

    def _end(self, tag: str) -> None:
        name = _local(tag)
        self._inside = False
        self._hidden -= name == "rPh"
        if name == "si":
            self._starts.append(len(self._bytes))


class StreamedSheet:
    """One sheet, read anew by each `rows()`."""

    def __init__(self, book: StreamedWorkbook, name: str, member: str) -> None:
        self.name = name
        self.share_read = 0.0
        self._book = book
        self._member = member

    def rows(self) -> Iterator[list[str]]:
        reader = _Rows(self._book.strings, self._book.dates)
        done, size = 0, self._book.size_of(self._member)
        for block in blocks_of(self._book.path, self._member):
            done += len(block)
            self.share_read = done / size
            feed(reader.parser, block)
            yield from reader.take()


class _Rows:
    def __init__(self, strings: SharedStrings, dates: set[int]) -> None:
        self.parser = new_parser()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text
        self._strings, self._dates = strings, dates
        self._done: list[list[str]] = []
        self._last = 0
        self._cells: list[str] = []
        self._at, self._type, self._style = 0, "", 0
        self._parts: list[str] = []
        self._inside = False
        self._names: dict[str, str] = {}

    def take(self) -> list[list[str]]:
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._names.setdefault(tag, _local(tag))
        if name == "c":
            self._type, self._style = attributes.get("t", ""), int(attributes.get("s", 0))
            reference = attributes.get("r")
            self._at = _column(reference) if reference else len(self._cells)
            self._parts = []
        elif name in ("v", "t"):
            self._inside = True
        elif name == "row":
            self._start_row(int(attributes.get("r", self._last + 1)))
        elif name == "rPh":
            self._inside = False

    def _start_row(self, number: int) -> None:
        if not self._last < number <= _TALLEST:
            raise UnreadableFile("spreadsheet_damaged")
        self._done.extend([] for _ in range(number - self._last - 1))
        self._last, self._cells = number, []

    def _text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        self._inside = False
        if name == "c" and self._parts:
            self._place(self._written("".join(self._parts)))
        elif name == "row":
            self._done.append(self._cells)

    def _place(self, text: str) -> None:
        gap = self._at - len(self._cells)
        if gap < 0 or self._at >= _WIDEST:
            raise UnreadableFile("spreadsheet_damaged")
        if gap:
            self._cells.extend([""] * gap)
        self._cells.append(text)

    def _written(self, text: str) -> str:
        if self._type == "s":
            try:
                return self._strings[int(text)]
            except IndexError:
                raise UnreadableFile("spreadsheet_damaged") from None
        if self._type == "b":
            return "True" if text == "1" else "False"
        return text[:_LONGEST] if self._type else _number(text, is_date=self._style in self._dates)


def number_as_written(value: float) -> str:
    """As a person would write it: 12025550000.0 is a phone number without a fraction."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)


def _number(text: str, *, is_date: bool) -> str:
    try:
        value = float(text)
        if is_date and value >= 1:
            moment = _DAY_ZERO + datetime.timedelta(days=value)
            return moment.date().isoformat() if value.is_integer() else moment.isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return text[:_LONGEST]
    return number_as_written(value)


def _date_styles(path: Path) -> set[int]:
    formats: set[int] = set(_DATE_FORMATS)
    dates: set[int] = set()
    inside, number = False, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, number
        name = _local(tag)
        if name == "numFmt" and re.search("[dmyhs]", _NOT_DATES.sub("", attributes.get("formatCode", "")).lower()):
            formats.add(int(attributes.get("numFmtId", -1)))
        elif name == "xf" and inside:
            if int(attributes.get("numFmtId", 0)) in formats:
                dates.add(number)
            number += 1
        inside = inside or name == "cellXfs"

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and _local(tag) != "cellXfs"

    parser = new_parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parse(path, "xl/styles.xml", parser)
    return dates


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _column(reference: str) -> int:
    """The number of a column, from 0, by the letters of a reference such as AB12."""
    number = 0
    for character in reference.upper():
        if not "A" <= character <= "Z":
            break
        number = number * 26 + ord(character) - 64
    if not 0 < number <= _WIDEST:
        raise UnreadableFile("spreadsheet_damaged")
    return number - 1
