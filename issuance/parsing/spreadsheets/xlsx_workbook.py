"""XLSX workbooks: which sheets they show, and the rows of each in flat memory, however tall it is."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from issuance.parsing.spreadsheets.number_formats import NumberFormat, number_format
from issuance.parsing.spreadsheets.shared_strings import SharedStrings
from issuance.parsing.spreadsheets.xlsx_cells import WIDEST, CellReader, RowKeeper
from issuance.parsing.spreadsheets.xlsx_parts import XlsxParts
from issuance.parsing.spreadsheets.xlsx_rows import PlainRows
from issuance.parsing.spreadsheets.xlsx_xml_rows import XmlRows
from issuance.parsing.spreadsheets.xml_stream import Parser, is_plain, local, looked_at, whole_elements
from issuance.parsing.spreadsheets.zip_safety import blocks_of
from issuance.parsing.unreadable_file import UnreadableFile

_RELATION = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
             "http://purl.oclc.org/ooxml/officeDocument/relationships id")  # fmt: skip
_DAY_ZERO = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a date in a sheet has no zone
_DAY_ZERO_OF_1904 = datetime.datetime(1904, 1, 1)  # noqa: DTZ001
_DATE_FORMATS = {*range(14, 23), *range(45, 48)}
_HIDES_ROWS = re.compile(rb"""<(?:\w+:)?sheetFormatPr\b[^<>]*\szeroHeight\s*=\s*["']\s*(?:1|true)""")
_HIDING = re.compile(rb"""hidden|zeroHeight|\sht\s*=\s*["'][\s+-]*[0.]""")
_LONGEST_SIGN = 100  # bytes of what says that a row is hidden
_HIDDEN_COLUMN = re.compile(
    rb"""<(?:\w+:)?col\s(?=[^<>]*\b(?:hidden\s*=\s*["'](?:1|true)|width\s*=\s*["']0*(?:\.0*)?["']))([^<>]*)>"""
)
_FIRST_LAST = re.compile(rb"""\b(?:min|max)\s*=\s*["'](\d{1,5})""")
_NOT_DATES = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


class Workbook:
    """The visible sheets of a workbook that was checked by `zip_safety`, and what they share."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._parts = XlsxParts(path)
        self._day_zero = _DAY_ZERO
        targets = self._parts.sheets
        self.sheets = [Sheet(self, name, targets[key]) for name, key in self._listed() if key in targets]

    def size_of(self, member: str) -> int:
        return max(self._parts.sizes.get(member, 1), 1)

    @cached_property
    def cells(self) -> CellReader:
        strings = SharedStrings(self.path, self._parts.strings)
        styles = self._parts.styles
        dates, formats = _styles(self.path, styles) if styles else (set[int](), dict[int, NumberFormat]())
        return CellReader(strings.lookup, dates, formats, self._day_zero)

    def _listed(self) -> list[tuple[str, str]]:
        sheets: list[tuple[str, str]] = []
        roots: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            roots.extend([] if roots else [local(tag)])
            if local(tag) == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._day_zero = _DAY_ZERO_OF_1904
            elif local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
                key = next((attributes[name] for name in _RELATION if name in attributes), "")
                sheets.append((attributes.get("name", ""), key))

        Parser(start=start).parse(blocks_of(self.path, self._parts.workbook))
        if roots != ["workbook"]:
            raise UnreadableFile("zip_not_spreadsheet")  # As a document of text or slides.
        return sheets


class Sheet:
    """One sheet, read anew by each `rows()`."""

    def __init__(self, book: Workbook, name: str, member: str) -> None:
        self.name = name
        self.share_read = 0.0
        self._book = book
        self._member = member

    def rows(self) -> Iterator[list[str]]:
        """All rows from the first on, blank ones too. Raises UnreadableFile where the sheet is damaged, after those
        before it."""
        cells, keeper = self._book.cells, RowKeeper()
        head, blocks = looked_at(self._blocks())
        reader: PlainRows | XmlRows
        if is_plain(head, b"<sheetData"):
            hides = _HIDES_ROWS.search(head) is not None
            parser = XmlRows(cells, keeper, namespaces=False, hides_rows=hides)
            reader = PlainRows(cells, keeper, parser, hides_rows=hides)
            blocks = whole_elements(blocks, b"<row", b"</sheetData")
        else:
            reader = XmlRows(cells, keeper)
        refusal = None
        try:
            for block in blocks:
                reader.feed(block)
                yield from keeper.take()
            reader.end()
        except UnreadableFile as error:
            refusal = error
        yield from keeper.take()
        if refusal:
            raise refusal

    def may_hide_rows(self) -> bool:
        """Whether it is worth counting them; a text that says so makes it True as well."""
        end = b""
        for block in blocks_of(self._book.path, self._member):
            if b"\0" in block:  # Perhaps in UTF-16.
                return True
            if b"h" in block or b"h" in end:  # Most blocks have none.
                both = end + block
                if (b"hidden" in both or b"ht" in both) and _HIDING.search(both):
                    return True
            end = block[-_LONGEST_SIGN:]
        return False

    def hidden_columns(self) -> set[int]:
        head, _, _ = looked_at(blocks_of(self._book.path, self._member))[0].partition(b"sheetData")
        ends = [[int(end) for end in _FIRST_LAST.findall(tag)] for tag in _HIDDEN_COLUMN.findall(head)]
        return {at for end in ends if len(end) == 2 for at in range(min(end) - 1, min(max(end), WIDEST))}

    def _blocks(self) -> Iterator[bytes]:
        done, size = 0, self._book.size_of(self._member)
        for block in blocks_of(self._book.path, self._member):
            done += len(block)
            self.share_read = done / size
            yield block


def _styles(path: Path, member: str) -> tuple[set[int], dict[int, NumberFormat]]:
    """The styles that show numbers as dates, and those that add digits to them."""
    codes: dict[int, str] = {}
    shown: dict[int, NumberFormat] = {}
    formats: set[int] = set(_DATE_FORMATS)
    dates: set[int] = set()
    inside, number = False, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, number
        name = local(tag)
        if name == "numFmt":
            codes[int(attributes.get("numFmtId", -1))] = attributes.get("formatCode", "")
        if name == "numFmt" and re.search("[dmyhs]", _NOT_DATES.sub("", attributes.get("formatCode", "")).lower()):
            formats.add(int(attributes.get("numFmtId", -1)))
        elif name == "xf" and inside:
            key = int(attributes.get("numFmtId", 0))
            if key in formats:
                dates.add(number)
            elif format := number_format(codes.get(key, "")):
                shown[number] = format
            number += 1
        inside = inside or name == "cellXfs"

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and local(tag) != "cellXfs"

    Parser(start=start, end=end).parse(blocks_of(path, member))
    return dates, shown
