"""Reads the rows of an XLSX sheet by an XML parser, whichever way they are written."""

from __future__ import annotations

from issuance.parsing.spreadsheets.hidden_rows import HiddenRow, has_no_height
from issuance.parsing.spreadsheets.xlsx_cells import CellReader, RowKeeper, column, put_cell, without_result
from issuance.parsing.spreadsheets.xml_stream import Parser, decoded, local


class XmlRows:
    """Rows by way of an XML parser. Without `namespaces` it takes single rows that were cut out of a sheet, which may
    be one that `hides_rows` unless they say otherwise."""

    def __init__(
        self, cells: CellReader, keeper: RowKeeper, *, namespaces: bool = True, hides_rows: bool = False
    ) -> None:
        self._reader, self._keeper = cells, keeper
        self._parser = Parser(start=self._start, end=self._end, text=self._text, namespaces=namespaces)
        self._hides_rows = hides_rows
        self._number = 0
        self._cells: list[str] = []
        self._at, self._type, self._style = 0, "", 0
        self._parts: list[str] = []
        self._formula: list[str] | None = None
        self._inside = self._in_formula = self._hidden = False
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
            self._parts, self._formula = [], None
        elif name == "f":
            self._formula, self._in_formula = [], True
        elif name in ("v", "t"):
            self._inside = not self._hidden
        elif name == "row":
            self._number, self._at = int(attributes.get("r", self._keeper.last + 1)), -1
            self._cells = HiddenRow() if self._is_hidden(attributes) else []
        elif name == "sheetFormatPr":
            self._hides_rows = attributes.get("zeroHeight", "").strip() in ("1", "true")
        elif name == "rPh":
            self._hidden = True  # How a text is pronounced is no part of it.

    def _is_hidden(self, row: dict[str, str]) -> bool:
        own = row.get("hidden", "1" if self._hides_rows else "0").strip()
        return own in ("1", "true") or has_no_height(row.get("ht"))

    def _text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)
        elif self._in_formula and self._formula is not None:
            self._formula.append(data)

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        self._inside = self._in_formula = False
        if name == "c" and self._parts:
            text = self._reader.written(self._type, self._style, decoded("".join(self._parts)))
            put_cell(self._cells, self._at, text)
        elif name == "c" and self._formula is not None and self._type != "str":  # A text may be empty.
            put_cell(self._cells, self._at, without_result("".join(self._formula)))
        elif name == "rPh":
            self._hidden = False
        elif name == "row":
            self._keeper.add(self._number, self._cells)
