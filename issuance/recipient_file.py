"""A guest list, from a file or a table in memory, as one verdict per row: the pure half of bringing guests.

    with open_recipient_file(path, country="US") as guests:
        for verdict in guests.verdicts(): ...

Rows that are wholly empty, the header and what stands above it are no guests; every other row comes out as exactly
one verdict, in the order of the file and under its number in the file.
"""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self

from issuance.columns import ColumnContent, Columns, chosen_columns, column_letter, contents_of, find_columns
from issuance.delimited_text import RunTogether, file_size, open_text_file
from issuance.identifiers import SENTENCES, email_verdict, identity, phone_verdict, quick_emails, quick_phones
from issuance.row_text import row_cells, row_text, row_texts
from issuance.unreadable_file import UnreadableFile, blocks_of

if TYPE_CHECKING:
    from issuance.spreadsheet import Sheet

__all__ = [
    "SENTENCES",
    "Columns",
    "Opened",
    "RecipientFile",
    "UnreadableFile",
    "Verdict",
    "identity",
    "open_recipient_file",
]

_SAMPLE = 400  # rows that decide about the columns
_SAMPLE_CHARACTERS = 4_000_000
_SHOWN = 20  # rows kept to show to the merchant
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"{\\rtf", "a text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_NO_COLUMN = sys.maxsize
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Verdict(NamedTuple):
    """What one row says: a guest (`code` empty), or why it is none.

    `row` counts from 1, header included, as a spreadsheet shows it. `type` is "email", "phone" or "". `value` is the
    identifier to send (lower-case email or E.164 phone), `other` the guest's second one. `raw` are the cells as
    written. `code` is a key of SENTENCES and `column` the name of the column at fault. `fixed`: something was repaired
    that the merchant should see, beyond spaces, case and the format of a number.
    """

    row: int
    type: str
    value: str
    raw: list[str]
    code: str
    column: str
    fixed: bool
    other: str

    def judged(self) -> Judged:
        return (*self[:3], row_text(self.raw), *self[4:])


Judged = tuple[int, str, str, str, str, str, bool, str]  # The fields of a Verdict, its cells as one text.


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file turned out to be. `samples` are its first rows as written; `bytes_total` is its size.

    `sheets` are the names of a workbook's visible sheets, and `sheet` is the one that is read.
    """

    kind: str
    encoding: str
    delimiter: str
    columns: Columns
    samples: list[list[str]]
    bytes_total: int
    sheets: tuple[str, ...] = ()
    sheet: str = ""


class Table(Protocol):
    """Anything with rows: see delimited_text and spreadsheet."""

    kind: str
    encoding: str
    delimiter: str
    bytes_total: int
    warnings: list[str]
    sheets: tuple[str, ...]
    sheet: str
    sure: bool

    @property
    def bytes_read(self) -> int: ...

    def rows(self) -> Iterator[list[str]]: ...

    def close(self) -> None: ...


class RecipientFile:
    """An opened list; a context manager. `verdicts()` may be called again and starts from the top each time."""

    def __init__(
        self,
        table: Table,
        *,
        country: str,
        max_rows: int,
        columns: Columns | None = None,
        prefer: str = "email",
    ) -> None:
        self._table = table
        self._prefer_phone = prefer == "phone"
        self._country = country.upper()
        self._max_rows = max_rows
        sample, broken = _sample(table)
        try:
            columns = columns or find_columns(sample, country=self._country)
            columns = columns if table.sure else replace(columns, sure=False)
        except UnreadableFile as error:
            raise broken or error from None
        self.opened = Opened(
            table.kind, table.encoding, table.delimiter, columns, sample[:_SHOWN], table.bytes_total,
            table.sheets, table.sheet,
        )  # fmt: skip
        self.warnings = [*table.warnings]
        characters = sum(len(row) + sum(map(len, row)) for row in sample) or 1
        self.expected_rows = min(table.bytes_total * len(sample) // characters, max_rows)
        left_out = sum(any(map(str.strip, row)) for row in sample[: max(columns.header_row - 1, 0)])
        if left_out:
            self.warnings.append(f"{left_out} lines above the header in row {columns.header_row} were left out.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def choose(self, *, email: int | None, phone: int | None, header_row: int | None = None) -> None:
        """Overrules which columns are read; both count from 0, and a `header_row` of None stays where it was found."""
        row = self.opened.columns.header_row if header_row is None else header_row
        columns = chosen_columns(_sample(self._table)[0], email=email, phone=phone, header_row=row)
        self.opened = replace(self.opened, columns=columns)

    def contents(self) -> list[ColumnContent]:
        """What each column holds, judged by the first rows: for a person who has to choose."""
        return contents_of(_sample(self._table)[0], self.opened.columns, country=self._country)

    @property
    def bytes_read(self) -> int:
        """Progress of `verdicts()` against `opened.bytes_total`."""
        return self._table.bytes_read

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict per row, as a stream.

        Raises UnreadableFile (with the line) at a broken quote or one row too many, after every row before it.
        """
        for rows in self.judged():
            for row, kind, value, cells, code, column, fixed, other in rows:
                yield Verdict(row, kind, value, row_cells(cells), code, column, fixed, other)

    def judged(self, *, size: int = 500, after: int = 0, rows_before: int = 0) -> Iterator[list[Judged]]:
        """As `verdicts`, but of up to `size` rows at a time and as plain tuples, which costs less; from row `after` on,
        up to which `rows_before` counted."""
        left, last = self._max_rows - rows_before, max(self.opened.columns.header_row, after)
        for block in blocks_of(islice(self._table.rows(), last, None), size):
            rows = self._judge(last + 1, block)
            last += len(block)
            if len(rows) > left:
                yield rows[:left]
                raise UnreadableFile("too_many_rows", line=rows[left][0], rows=self._max_rows)
            left -= len(rows)
            yield rows

    def _judge(self, number: int, block: list[list[str]]) -> list[Judged]:
        """Rows that follow each other, the first under this number. Runs for each of a million, so it calls little."""
        columns, country, prefer_phone = self.opened.columns, self._country, self._prefer_phone
        at_email = _NO_COLUMN if columns.email is None else columns.email
        at_phone = _NO_COLUMN if columns.phone in (None, columns.email) else columns.phone
        emails = [cells[at_email] if len(cells) > at_email else "" for cells in block]
        phones = [cells[at_phone] if len(cells) > at_phone else "" for cells in block]
        found = (emails, quick_emails(emails), phones, quick_phones(phones, country))
        judged = list[Judged]()
        for at, cells, text, email, address, phone, call in zip(count(number), block, row_texts(block), *found):
            fixed = phone_fixed = False
            if email and not address:
                address, _, fixed = email_verdict(email)
            if phone and not call:
                call, _, phone_fixed = phone_verdict(phone, country)
            if cells.__class__ is RunTogether:
                judged.append(self._bad(at, cells, "rows_run_together", None).judged())
            elif address and not (call and prefer_phone):
                judged.append((at, "email", address, text, "", "", fixed, call))
            elif call:
                fixed = phone_fixed or (not address and bool(email.strip()))
                judged.append((at, "phone", call, text, "", "", fixed, address))
            elif "".join(cells).strip():
                judged.append(self._second_look(at, cells, email.strip(), phone.strip()).judged())
        return judged

    def _second_look(self, number: int, cells: list[str], email: str, phone: str) -> Verdict:
        """A row where neither cell is good in its own column: perhaps they are in each other's; else say why not."""
        columns = self.opened.columns
        mixed = columns.email == columns.phone
        if mail := email_verdict(phone).value:
            return Verdict(number, "email", mail, cells, "", "", True, phone_verdict(email, self._country).value)
        if number_in_email := phone_verdict(email, self._country).value:
            return Verdict(number, "phone", number_in_email, cells, "", "", not mixed, "")
        if not email and not phone:
            return self._bad(number, cells, "no_identifier", columns.phone if columns.email is None else columns.email)
        if len(cells) > len(columns.names) > 1:
            return self._bad(number, cells, "row_too_long", columns.email if email else columns.phone)
        if (mixed and "@" not in email and any(map(str.isdigit, email))) or not email:
            return self._bad(number, cells, phone_verdict(email or phone, self._country).code, columns.phone)
        return self._bad(number, cells, email_verdict(email).code, columns.email)

    def _bad(self, number: int, cells: list[str], code: str, at: int | None) -> Verdict:
        names = self.opened.columns.names
        name = "" if at is None else names[at] if at < len(names) else f"Column {column_letter(at)}"
        return Verdict(number, "", "", cells, code, name, False, "")


def open_recipient_file(
    path: Path,
    *,
    country: str,
    max_rows: int = 1_000_000,
    max_bytes: int = 200 * 1024 * 1024,
    columns: Columns | None = None,
    sheet: str = "",
    prefer: str = "email",
    encoding: str = "",
) -> RecipientFile:
    """Open a CSV, XLSX or ODS file of guests; `columns` and `sheet` overrule what would be found.

    `country` (ISO 3166) is that of phone numbers written without one; `prefer`, email or phone, says which of two in
    a row is the guest's, while the other is kept as `other`. Raises UnreadableFile when there is nothing to read;
    problems further down are raised by `verdicts()` where they stand.
    """
    size = file_size(path, max_bytes=max_bytes)
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        from issuance.spreadsheet import open_spreadsheet  # Half of what the process that reads texts would load.

        table: Table = open_spreadsheet(
            path, bytes_total=size, has_guests=lambda of: _has_guests(of, country), name=sheet
        )
    else:
        _refuse_binary(path, head)
        table = open_text_file(path, bytes_total=size, encoding=encoding)
    try:
        return RecipientFile(table, country=country, max_rows=max_rows, columns=columns, prefer=prefer)
    except UnreadableFile:
        table.close()
        raise


def _has_guests(sheet: Sheet, country: str) -> bool:
    try:
        find_columns(_sample(sheet)[0], country=country)
    except UnreadableFile:
        return False
    return True


def _sample(table: Table | Sheet) -> tuple[list[list[str]], UnreadableFile | None]:
    """The first rows, and what ended them; when they suffice, `verdicts()` reports that in its place."""
    rows: list[list[str]] = []
    room = _SAMPLE_CHARACTERS
    try:
        for row in islice(table.rows(), _SAMPLE):
            rows.append(row)
            room -= sum(map(len, row))
            if room < 0:
                break
    except UnreadableFile as error:
        return rows, error
    return rows, None


def _refuse_binary(path: Path, head: bytes) -> None:
    if head.startswith(_OLE):
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            encrypted = content.find("EncryptedPackage".encode("utf-16-le")) >= 0
        raise UnreadableFile("spreadsheet_encrypted" if encrypted else "spreadsheet_old")
    start = head.lstrip().lower()
    for signature, what in _SIGNATURES:
        if head.startswith(signature) or start.startswith(signature.lower()):
            raise UnreadableFile("binary_file", what=what)
    controls = sum(byte < 32 and byte not in b"\t\n\r\x00" for byte in head)
    if controls > len(head) // 10:
        raise UnreadableFile("binary_file", what="a program's own format")
