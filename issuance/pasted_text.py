"""Guests from any pasted text: a column or table copied from a spreadsheet, a list with commas, a thread of mails."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import Self

from issuance.columns import Columns
from issuance.delimited_text import DelimitedText
from issuance.identifiers import EMAIL_ANYWHERE, email_verdict, phone_verdict
from issuance.recipient_file import Judged, Opened, RecipientFile, Verdict
from issuance.unreadable_file import UnreadableFile, in_blocks

_PHONE_ANYWHERE = re.compile(r"(?<![\w@.,/-])(?:\+\s?)?\(?\d[\d ().\-/\u00a0]{5,22}\d(?![\w@])")
_ADDRESS_ANYWHERE = re.compile(r"[^\s@<>()\[\],;:\"|]+@[^\s<>()\[\],;:\"|]*")  # good or bad
_DATES_AND_TIMES = re.compile(
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b|\b\d{1,2}:\d\d(?::\d\d)?\b"
)
_DIGITS_OF_A_PHONE = 10  # a shorter run of digits that is no valid phone is a date, a price or a house number


class PastedGuests:
    """Guests found in running text; the same interface as RecipientFile.

    Rows are numbered by guest, from 1, because one line may hold several. An email and a phone in the same line, as
    many of one as of the other, belong to the same guests.
    """

    def __init__(self, text: str, *, country: str, max_rows: int, prefer: str = "email") -> None:
        self._lines = text.splitlines()
        self._country = country.upper()
        self._prefer = prefer
        self._max_rows = max_rows
        size = len(text.encode("utf-8", "replace"))
        columns = Columns(None, None, 0, ("Text",), True)
        self.opened = Opened("text", "utf-8", "", columns, [[line] for line in self._lines[:20]], size)
        self.bytes_read = 0
        self.warnings: list[str] = []
        lines = [line for line in self._lines if line.strip()]
        self.expected_rows = len(lines)
        self.left_out = [line.strip() for line in lines if not _identifiers(line, self._country)]
        left = len(self.left_out)
        if left == len(lines):
            raise UnreadableFile("no_identifier_in_text")
        if left:
            self.warnings.append(f"{left:,} lines without an email address or phone number were left out.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to close: the text is in memory."""

    def judged(self, *, size: int = 500, after: int = 0, rows_before: int = 0) -> Iterator[list[Judged]]:
        """As `verdicts`, `size` at a time, from row `after` on; rows are numbered by guest, so as many came before."""
        return in_blocks(map(Verdict.judged, islice(self.verdicts(), after, None)), size)

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict per guest found. Raises UnreadableFile after `max_rows` of them."""
        row = read = 0
        for line_number, line in enumerate(self._lines, 1):
            read += len(line) + 1
            self.bytes_read = min(read, self.opened.bytes_total)
            for guest in _identifiers(line, self._country):
                if row == self._max_rows:
                    raise UnreadableFile("too_many_rows", line=line_number, rows=self._max_rows)
                row += 1
                yield self._verdict(row, guest)

    def _verdict(self, row: int, guest: list[str]) -> Verdict:
        judged = [
            ("email", email_verdict(text)) if "@" in text else ("phone", phone_verdict(text, self._country))
            for text in guest
        ]
        good = [(kind, found) for kind, found in judged if found.value]
        if not good:
            return Verdict(row, "", "", guest, judged[0][1].code, "Text", False, "")
        good.sort(key=lambda judged: judged[0] != self._prefer)
        (kind, found), *others = good
        other = others[0][1].value if others else ""
        return Verdict(row, kind, found.value, guest, "", "", found.fixed or len(good) < len(guest), other)


def read_pasted(
    text: str, *, country: str, max_rows: int = 1_000_000, prefer: str = "email"
) -> RecipientFile | PastedGuests:
    """Open pasted text: as a table with one guest per line where it clearly is one, else as running text.

    Raises UnreadableFile when there is no text, or no email and no phone in it.
    """
    text = text.replace("\0", " ")
    if not text.strip():
        raise UnreadableFile("empty_text")
    table = _as_table(text, country, max_rows, prefer)
    return table or PastedGuests(text, country=country, max_rows=max_rows, prefer=prefer)


def _as_table(text: str, country: str, max_rows: int, prefer: str) -> RecipientFile | None:
    def open_text() -> io.StringIO:
        return io.StringIO(text, newline="")

    table = DelimitedText(
        open_text, kind="text", encoding="utf-8", bytes_total=len(text.encode("utf-8", errors="replace"))
    )
    try:
        rows = sum(any(map(str.strip, cells)) for cells in table.rows())
        guests = RecipientFile(table, country=country, max_rows=max_rows, prefer=prefer)
    except UnreadableFile:
        return None
    columns = guests.opened.columns
    addresses = sum(1 for _ in islice(EMAIL_ANYWHERE.finditer(text), rows + 1))
    return guests if columns.sure and addresses <= rows and (columns.header_row or rows > 1) else None


def _identifiers(line: str, country: str) -> list[list[str]]:
    """The guests of a line, each as the identifiers that were written for them, emails first."""
    emails = [found.strip(".'*_") for found in _ADDRESS_ANYWHERE.findall(line)]
    phones = _phones(_ADDRESS_ANYWHERE.sub("|", line), country)
    if len(emails) == len(phones):
        return [list(pair) for pair in zip(emails, phones, strict=True)]
    return [[text] for text in emails + phones]


def _phones(line: str, country: str) -> list[str]:
    candidates = [found[0].strip(" (\u00a0") for found in _PHONE_ANYWHERE.finditer(_DATES_AND_TIMES.sub("|", line))]
    return [
        text
        for text in candidates
        if not phone_verdict(text, country).code or sum(map(str.isdigit, text)) >= _DIGITS_OF_A_PHONE
    ]
