"""An export as it lies on the disk: one line of names, then rows, read one by one however many there are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, TextIO

from issuance.exports.columns import AGAIN, ExportRefused
from thanxportal.counted import counted

MOST_NAMED = 20  # rows that can't be read, that are named
_LONGEST_HEADER = 100_000  # characters
_DELIMITERS = ",;\t|"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class ExportTable:
    """The rows below the names, and what was wrong with some of them."""

    def __init__(self, lines: TextIO, name: str) -> None:
        self._name = name
        first = lines.readline(_LONGEST_HEADER)
        delimiter = max(_DELIMITERS, key=first.count)
        self.header = next(csv.reader([first], delimiter=delimiter), [])
        if not any(self.header):
            raise ExportRefused(f"“{name}” is empty. {AGAIN}")
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self.rows_count = self.bad_count = 0
        self.bad_rows: list[str] = []
        self.problem = ""

    @property
    def line(self) -> int:
        """The line at which the row ends that was read last."""
        return self._reader.line_num + 1

    def rows(self) -> Iterator[list[str]]:
        """All rows that are as wide as the names, each with an empty cell behind its last; `problem` says why they
        end before the file does."""
        width = len(self.header)
        try:
            for cells in self._reader:
                if any(cells):
                    self.rows_count += 1
                    if len(cells) == width:
                        cells.append("")
                        yield cells
                    else:
                        self.note_bad(f"{counted(len(cells), 'cell')} instead of {width}")
        except csv.Error:
            self.problem = (
                f"“{self._name}” can’t be read from line {self.line:,} on, where a quote is broken. "
                f"What stands before it is loaded. {AGAIN}"
            )

    def note_bad(self, what: str) -> None:
        self.bad_count += 1
        if len(self.bad_rows) < MOST_NAMED:
            self.bad_rows.append(f"Line {self.line:,}: {what}.")


@contextmanager
def open_export(file: Any, name: str) -> Iterator[ExportTable]:
    """Reads a binary file as text in UTF-8 or UTF-16 from its beginning, and leaves it open. Raises ExportRefused."""
    file.seek(0)
    encoding = _MARKS.get(file.read(2), "utf-8-sig")
    file.seek(0)
    lines = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield ExportTable(lines, name)
    finally:
        lines.detach()
