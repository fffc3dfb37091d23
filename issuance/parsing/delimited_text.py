"""Text files with one guest per line: which encoding, which delimiter, and their rows, strictly quoted."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from issuance.parsing.header_row import EMAIL_ANYWHERE, holds_identifier
from issuance.parsing.row_text import RunTogether
from issuance.parsing.text_encoding import encoding_of
from issuance.parsing.unreadable_file import UnreadableFile

_END_OF_FILE = "\x1a"  # of DOS
_NUL = "\0"
DELIMITERS = (",", ";", "\t", "|")
_MOST_COLUMNS = 2_000
_OF_A_SHEET = 16_384  # columns, which some programs write out though they are empty
_PROBED_CHARACTERS = 64 * 1024
_PROBED_ROWS = 100
_PROBED_END = 4 * 1024  # bytes
_READ_FROM_ANYWHERE = ("utf-8", "utf-8-sig", "cp1252")
_DIGITS_OF_A_PHONE = 10


class DelimitedText:
    """Rows of a text. `open_text` opens it anew at its start, without translating line ends."""

    sheets: tuple[str, ...] = ()
    sheet = ""
    sure = True
    hidden_rows = 0
    hidden_columns: set[int] = set()

    def __init__(
        self, open_text: Callable[[], TextIO], *, kind: str, encoding: str, bytes_total: int, stray: str = ""
    ) -> None:
        """`stray` are signs that belong to no cell."""
        self._without_stray = str.maketrans("", "", stray)
        self._stray = stray
        self._open_text = open_text
        self._text: TextIO | None = None
        self.kind = kind
        self.encoding = encoding
        self.bytes_total = bytes_total
        self.warnings: list[str] = []
        with open_text() as text:
            head = text.read(_PROBED_CHARACTERS).translate(self._without_stray)
        self._skipped, self.delimiter = _probe(head, divides_cells=kind == "text")
        wrapping = next((one for one in DELIMITERS if _wraps_rows(_probed_rows(head, one), one)), "")
        self._unwraps = bool(wrapping) and not self._skipped
        self.delimiter = wrapping if self._unwraps else self.delimiter
        self._one_line = len(head) < _PROBED_CHARACTERS and _is_one_line(_probed_rows(head, self.delimiter))
        if self._one_line:
            self.warnings.append("The file is a single line: each address or number in it was read as a guest.")

    @property
    def bytes_read(self) -> int:
        """How far the reading has come, in bytes (rounded up to a block)."""
        if isinstance(self._text, io.TextIOWrapper) and not self._text.closed:
            return min(int(self._text.buffer.tell()), self.bytes_total)
        return 0 if self._text is None else self.bytes_total

    def close(self) -> None:
        if self._text is not None:
            self._text.close()

    def rows(self) -> Iterator[list[str]]:
        """All rows from the first, as they are meant. Raises UnreadableFile at the first broken quote."""
        written = self._rows_as_written()
        if self._unwraps:
            return (_unwrapped(cells, self.delimiter) for cells in written)
        if self._one_line:
            return ([cell] for cells in written for cell in cells if cell.strip())
        return written

    def rows_with_hidden(self) -> Iterator[list[str]]:
        """A text hides nothing."""
        return self.rows()

    def last_rows(self) -> list[list[str]]:
        """The last rows with anything in them, where the end can be read by itself; without the first, which may be a
        part of one."""
        with self._open_text() as text:
            if not isinstance(text, io.TextIOWrapper) or self.encoding not in _READ_FROM_ANYWHERE or self._unwraps:
                return []
            text.buffer.seek(max(self.bytes_total - _PROBED_END, 0))
            end = text.buffer.read().decode(self.encoding, "replace").translate(self._without_stray)
        return _probed_rows(end.partition("\n")[2], self.delimiter, most=_PROBED_END)

    def _rows_as_written(self, before: int = 0, escape: str | None = None) -> Iterator[list[str]]:
        """All rows behind so many lines, blank lines as empty lists. Raises UnreadableFile at the first broken quote,
        unless the file writes quotes inside a cell as \\", as databases do: from there on they are read so."""
        self.close()
        self._text = text = self._open_text()
        for _ in range(self._skipped + before):
            text.readline()
        lines = (line.translate(self._without_stray) for line in text) if self._stray else text
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True, escapechar=escape)
        ended = before
        try:
            for cells in reader:
                line = before + reader.line_num
                if _MOST_COLUMNS < len(cells) <= _OF_A_SHEET:
                    cells = _without_empty_end(cells)
                if len(cells) > _MOST_COLUMNS:
                    raise UnreadableFile("too_many_columns", line=ended + 1 + self._skipped, columns=_MOST_COLUMNS)
                yield cells if line - ended < 2 else over_several_lines(cells, self.delimiter)
                ended = line
        except csv.Error as error:
            if not escape and self._escapes_quotes(ended, reader.line_num):
                yield from self._rows_as_written(ended, "\\")
                return
            code = "cell_too_long" if "field limit" in str(error) else "quote_unclosed"
            line = ended + 1 + self._skipped
            raise UnreadableFile(code, line=line, characters=csv.field_size_limit()) from None

    def _escapes_quotes(self, before: int, last: int) -> bool:
        """Whether one of these lines has a quote behind a backslash."""
        with self._open_text() as text:
            return any('\\"' in line for line in islice(text, self._skipped + before, self._skipped + last))


def _without_empty_end(cells: list[str]) -> list[str]:
    """A sheet saved with all of its 16,384 columns is none that anybody made wide."""
    width = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
    return cells[:width]


def over_several_lines(cells: list[str], delimiter: str) -> list[str]:
    """A row with line ends in it, as RunTogether where a quote was probably lost."""
    several = [cell for cell in cells if "\n" in cell or "\r" in cell]
    lost = any(delimiter in cell and EMAIL_ANYWHERE.search(cell) for cell in several) or any(
        delimiter in line and any(map(holds_identifier, line.split(delimiter)))
        for cell in several
        for line in cell.splitlines()
    )
    return RunTogether(cells) if lost else cells


def open_text_file(path: Path, *, bytes_total: int) -> DelimitedText:
    """The rows of a file in the encoding that it turns out to have, without NUL. Raises UnreadableFile; see
    `text_encoding`."""
    encoding = encoding_of(path)

    def open_text() -> TextIO:
        return path.open(encoding=encoding.name, errors="replace", newline="")

    stray = (_NUL if encoding.holds_nul else "") + (_END_OF_FILE if _ends_marked(path) else "")
    table = DelimitedText(open_text, kind="csv", encoding=encoding.name, bytes_total=bytes_total, stray=stray)
    table.warnings.extend(encoding.warnings)
    return table


def _ends_marked(path: Path) -> bool:
    """Whether the file ends like one of DOS."""
    with path.open("rb") as file:
        file.seek(-min(file.seek(0, os.SEEK_END), 8), os.SEEK_END)
        return _END_OF_FILE.encode() in file.read()


def _probe(head: str, *, divides_cells: bool) -> tuple[int, str]:
    """(lines to skip, delimiter): from Excel's own `sep=` line, else the delimiter whose rows make most sense, and that
    never stands between the guests of a cell unless it `divides_cells`."""
    first = head.partition("\n")[0].strip().strip('"')
    if first[:4].lower() == "sep=" and first[4:5] in DELIMITERS:
        return 1, first[4]
    if len(head) == _PROBED_CHARACTERS:
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    # max() keeps the first of equals, hence the comma in a list of one column.
    rows = {delimiter: _probed_rows(head, delimiter) for delimiter in DELIMITERS}
    whole = [one for one in DELIMITERS if divides_cells or not _divides_cells(rows[one])]
    return 0, max(whole or DELIMITERS, key=lambda delimiter: _sense(rows[delimiter]))


def _divides_cells(rows: list[list[str]]) -> bool:
    """Whether a delimiter stands between guests of one kind, but in no header as wide as their rows."""
    first = next((at for at, cells in enumerate(rows) if any(map(_names_guest, cells))), 0)
    if not first or len(rows[first - 1]) > 1:
        return False
    divided = {len(cells) for cells in rows if sum(map(_has_email, cells)) > 1 or sum(map(_has_number, cells)) > 1}
    return bool(divided) and not any(len(cells) in divided and not any(map(_names_guest, cells)) for cells in rows)


def _names_guest(cell: str) -> bool:
    return _has_email(cell) or _has_number(cell)


def _has_email(cell: str) -> bool:
    return EMAIL_ANYWHERE.search(cell) is not None


def _has_number(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= _DIGITS_OF_A_PHONE


def _wraps_rows(rows: list[list[str]], delimiter: str) -> bool:
    """Whether most rows stand in one quoted cell each, and come apart in the same way, with one guest in each."""
    wrapped = [cells for cells in rows if len(cells) == 1 and delimiter in cells[0]]
    if not wrapped or 2 * len(wrapped) < len(rows):
        return False
    inner = [_unwrapped(cells, delimiter) for cells in rows]
    several = any(sum(map(_is_email, cells)) > 1 or sum(map(_is_number, cells)) > 1 for cells in inner)
    guests = sum(any(map(_is_identifier, cells)) for cells in inner)
    return not several and len({len(cells) for cells in inner}) == 1 and 2 * guests >= len(inner)


def _unwrapped(cells: list[str], delimiter: str) -> list[str]:
    """The row in its only cell, unless that holds lines of its own."""
    try:
        return next(csv.reader(cells, delimiter=delimiter), cells) if len(cells) == 1 else cells
    except csv.Error:
        return cells


def _is_one_line(rows: list[list[str]]) -> bool:
    """Whether a file is nothing but addresses, or numbers, one after the other; two may be of one guest."""
    cells = [cell for cell in rows[0] if cell.strip()] if len(rows) == 1 else []
    return len(cells) > 2 and (all(map(_is_email, cells)) or all(map(_is_number, cells)))


def _is_email(cell: str) -> bool:
    return "@" in cell and _is_identifier(cell)


def _is_number(cell: str) -> bool:
    return "@" not in cell and _is_identifier(cell)


def _probed_rows(head: str, delimiter: str, *, most: int = _PROBED_ROWS) -> list[list[str]]:
    """The first rows with anything in them."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, strict=True):
            rows += [cells] if any(cells) else []
            if len(rows) == most:
                break
    except csv.Error:
        pass  # What came before the broken quote still counts.
    return rows


def _sense(rows: list[list[str]]) -> tuple[int, float, int]:
    """How much sense a delimiter makes: rows with a whole identifier in a cell, share of rows alike, columns."""
    if not rows:
        return (0, 0.0, 0)
    widths = [len(cells) for cells in rows]
    usual = max(set(widths), key=widths.count)
    alike = widths.count(usual) / len(rows) if usual > 1 else 0.0
    return (sum(any(map(_is_identifier, cells)) for cells in rows), round(alike, 1), usual)


def _is_identifier(cell: str) -> bool:
    text = cell.strip(" \"'<>")
    email = EMAIL_ANYWHERE.search(text)
    return email[0] == text if email else holds_identifier(text)


def file_size(path: Path, *, max_bytes: int) -> int:
    """The size in bytes. Raises UnreadableFile when it is 0 or more than `max_bytes`."""
    size = os.stat(path).st_size
    if not size:
        raise UnreadableFile("empty_file")
    if size > max_bytes:
        raise UnreadableFile("file_too_large", megabytes=max_bytes // (1024 * 1024))
    return size
