"""Guests from any pasted text: a column or table copied from a spreadsheet, a list with commas, a thread of mails."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Self

from issuance.parsing.column_choice import Columns
from issuance.parsing.delimited_text import DelimitedText
from issuance.parsing.guest_file import GuestFile, Opened
from issuance.parsing.header_row import EMAIL_ANYWHERE
from issuance.parsing.pasted.mentions import Mention, guests_of, left_of, mentions_in
from issuance.parsing.pasted.phone_runs import FEWEST_DIGITS, Patience, digits_in
from issuance.parsing.row_result import PackedRow, RowResult
from issuance.parsing.unreadable_file import UnreadableFile, in_blocks

_LOOKED_THROUGH = 250_000  # characters that are looked at before anything is stored, or more until the first guest


class PastedGuests:
    """Guests in running text, with the interface of GuestFile.

    Rows are numbered by guest, from 1, because one line may hold several. An email and a phone in the same line, as
    many of one as of the other, belong to the same guests.
    """

    def __init__(self, text: str, *, country: str, max_rows: int, prefer: str = "email") -> None:
        self._lines = text.splitlines()
        self._country = country.upper()
        self._prefer = prefer
        self._max_rows = max_rows
        size = len(text.encode("utf-8", "replace"))
        columns = Columns(None, None, 0, ("Text",))
        self.opened = Opened("text", "utf-8", "", columns, [[line] for line in self._lines[:20]], size)
        self.bytes_read = self._last_row = 0
        self.warnings: list[str] = []
        self.left_out: list[str] = []
        self.expected_rows = self._look_through()
        if not self.expected_rows:
            raise UnreadableFile("no_identifier_in_text")

    def _look_through(self) -> int:
        """About how many guests there are. Notes what is left out, of a long text only at its beginning."""
        count = lines = looked = 0
        patience = Patience()
        filled = [line for line in self._lines if line.strip()]
        for line in filled:
            if count and looked >= _LOOKED_THROUGH:
                break
            part = line[: max(_LOOKED_THROUGH - looked, 1)]
            mentions = mentions_in(part, self._country, patience)
            if not count and not mentions and part != line:
                part, mentions = line, mentions_in(line, self._country, patience)
            looked += len(part)
            self.left_out += left_of(part, mentions) if mentions else [part.strip()]
            count, lines = count + len(guests_of(part, mentions)), lines + (not mentions)
        size = sum(map(len, filled))
        self._warn(lines, "At least " if looked < size else "")
        return count * size // max(looked, 1)

    def _warn(self, lines: int, at_least: str) -> None:
        parts = len(self.left_out) - lines
        if lines:
            what, was = ("1 line", "was") if lines == 1 else (f"{lines:,} lines", "were")
            sentence = f"{at_least}{what} without an email address or phone number {was} left out."
            self.warnings.append(sentence)
        if parts:
            what = "1 part" if parts == 1 else f"{parts:,} parts"
            sentence = f"{at_least}{what} of other lines that may be an email or a phone could not be read as one."
            self.warnings.append(sentence)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close: the text is in memory."""

    def resume(self, *, last_row: int, results: int) -> None:
        """Starts after a row from now on. Rows are numbered by guest, so as many results came before."""
        self._last_row = last_row

    def packed_rows(self, *, size: int = 500) -> Iterator[list[PackedRow]]:
        """As `results`, `size` at a time, as plain tuples."""
        return in_blocks(map(RowResult.packed, islice(self.results(), self._last_row, None)), size)

    def results(self) -> Iterator[RowResult]:
        """One result per guest. Raises UnreadableFile after `max_rows` of them."""
        row = read = 0
        patience = Patience()
        for line_number, line in enumerate(self._lines, 1):
            read += len(line) + 1
            self.bytes_read = min(read, self.opened.bytes_total)
            for guest in guests_of(line, mentions_in(line, self._country, patience)):
                if row == self._max_rows:
                    raise UnreadableFile("too_many_rows", line=line_number, unit="row", rows=self._max_rows)
                row += 1
                yield self._result(row, guest)

    def _result(self, row: int, guest: list[Mention]) -> RowResult:
        texts = [mention.text for mention in guest]
        parsed = [(mention.kind, mention.parse(self._country)) for mention in guest]
        good = [(kind, identifier) for kind, identifier in parsed if identifier.value]
        if not good:
            return RowResult(row, "", "", texts, parsed[0][1].code, "Text", False, "")
        good.sort(key=lambda kind_and_identifier: kind_and_identifier[0] != self._prefer)
        (kind, identifier), *others = good
        other = others[0][1].value if others else ""
        return RowResult(row, kind, identifier.value, texts, "", "", identifier.fixed or len(good) < len(guest), other)


def read_pasted(
    text: str, *, country: str, max_rows: int = 1_000_000, prefer: str = "email"
) -> GuestFile | PastedGuests:
    """Open pasted text: as a table with one guest per line where it clearly is one, else as running text.

    Raises UnreadableFile when there is no text, or no email and no phone in it.
    """
    text = text.replace("\0", " ")
    if not text.strip():
        raise UnreadableFile("empty_text")
    table = _as_table(text, country, max_rows, prefer)
    return table or PastedGuests(text, country=country, max_rows=max_rows, prefer=prefer)


def _as_table(text: str, country: str, max_rows: int, prefer: str) -> GuestFile | None:
    def open_text() -> io.StringIO:
        return io.StringIO(text, newline="")

    table = DelimitedText(
        open_text, kind="text", encoding="utf-8", bytes_total=len(text.encode("utf-8", errors="replace"))
    )
    try:
        guests = GuestFile(table, country=country, max_rows=max_rows, prefer=prefer)
        columns = guests.opened.columns
        clear = columns.named or (columns.sure and _one_guest_per_line(text, table, columns.header_row))
        return guests if clear and not _names_guests_elsewhere(table, columns, country) else None
    except UnreadableFile:
        return None


def _one_guest_per_line(text: str, table: DelimitedText, header_row: int) -> bool:
    rows = sum(any(map(str.strip, cells)) for cells in table.rows())
    addresses = sum(1 for _ in islice(EMAIL_ANYWHERE.finditer(text), rows + 1))
    return addresses <= rows and (header_row > 0 or rows > 1)


def _names_guests_elsewhere(table: DelimitedText, columns: Columns, country: str) -> bool:
    """Whether a cell that would not be looked at names a guest: then it is no table, or one guest would be lost.

    Columns beside the guests' own may do so where a header says what is what: such as who brought them.
    """
    own = range(len(columns.names)) if columns.named else {columns.email, columns.phone}
    patience = Patience()
    return any(
        mentions_in(cell, country, patience)
        for cells in islice(table.rows(), columns.header_row, None)
        for at, cell in enumerate(cells)
        if at not in own and ("@" in cell or digits_in(cell) >= FEWEST_DIGITS)
    )
