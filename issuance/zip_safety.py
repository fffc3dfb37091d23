"""Is this zip archive a spreadsheet that may be unpacked? Decided without ever holding its content in memory."""

from __future__ import annotations

import re
import string
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from issuance.unreadable_file import UnreadableFile

MOST_CELLS = 12_000_000  # a million guests in twelve columns
_MOST_MEMBERS = 2_000
_MOST_BYTES = 1024**3
_MOST_RATIO = 200
_RATIO_MATTERS_FROM = 20 * 1024 * 1024
_BLOCK = 256 * 1024
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([^"']*)""")
_ROW_TAG = re.compile(rb"<(?:[^\s<>/:]+:)?row\b")
_ROW_END = re.compile(rb"</(?:[^\s<>/:]+:)?row\b")
_LETTERS = string.ascii_uppercase.encode()
_DIGITS = string.digits.encode()


class Archive(NamedTuple):
    """A spreadsheet that may be unpacked; `tallest` is the number of rows of its tallest sheet, 0 if not counted.

    `linked` says that cells refer to other files. Those are never opened: cells hold what was last shown.
    """

    kind: Literal["xlsx", "ods"]
    tallest: int
    linked: bool


def check_archive(path: Path) -> Archive:
    """What kind of spreadsheet it is.

    Raises UnreadableFile for a zip bomb (by declared sizes first, then by counting what really comes out), a
    password, macros, another kind of zip, or a sheet whose used area is larger than `MOST_CELLS`.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            kind = _kind(archive, members)
            _check_declared(members, path.stat().st_size)
            tallest = max((_checked_height(file, member, kind) for member in members), default=0)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, OSError, ValueError, EOFError):
        raise UnreadableFile("spreadsheet_damaged") from None
    linked = any(member.filename.startswith("xl/externalLinks/") for member in members)
    return Archive(kind, tallest, linked)


def inflate(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, never more than it declared: the rest would be a bomb."""
    _seek_content(file, member)
    left, room = member.compress_size, member.file_size
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableFile("spreadsheet_damaged")
    inflator = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0 and (packed := file.read(min(left, _BLOCK))):
        left -= len(packed)
        while packed:
            block = inflator.decompress(packed, _BLOCK) if inflator else packed
            packed = inflator.unconsumed_tail if inflator else b""
            room -= len(block)
            if room < 0:
                raise UnreadableFile("spreadsheet_inflates")
            yield block


def _kind(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Literal["xlsx", "ods"]:
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFile("spreadsheet_encrypted")
    if any(name.endswith(("vbaProject.bin", "Basic/script-lc.xml")) for name in names):
        raise UnreadableFile("spreadsheet_macros")
    if "xl/workbook.bin" in names:
        raise UnreadableFile("spreadsheet_old")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" not in names or "mimetype" not in names:
        raise UnreadableFile("zip_not_spreadsheet")
    with archive.open("mimetype") as mimetype:
        if not mimetype.read(100).startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            raise UnreadableFile("zip_not_spreadsheet")
    if "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as manifest:
            if b"encryption-data" in manifest.read(1024 * 1024):
                raise UnreadableFile("spreadsheet_encrypted")
    return "ods"


def _check_declared(members: list[zipfile.ZipInfo], packed: int) -> None:
    size = sum(member.file_size for member in members)
    swollen = size > _RATIO_MATTERS_FROM and size > packed * _MOST_RATIO
    if len(members) > _MOST_MEMBERS or size > _MOST_BYTES or swollen:
        raise UnreadableFile("spreadsheet_inflates")


def _checked_height(file: BinaryIO, member: zipfile.ZipInfo, kind: str) -> int:
    sheet = _Area() if kind == "xlsx" and member.filename.startswith("xl/worksheets/") else None
    for block in inflate(file, member):
        if sheet:
            sheet.add(block)
            if sheet.cells > MOST_CELLS:
                raise UnreadableFile("spreadsheet_too_large")
    return max(sheet.height, sheet.tags) if sheet else 0


@dataclass(slots=True)
class _Area:
    """The rectangle that a sheet of XML would take in memory.

    The reader of the sheet allocates it whole, so two cells at opposite corners are enough to end the process.
    """

    height: int = 0
    width: int = 0
    tags: int = 0
    cells_in_row: int = 0
    tail: bytes = b""

    @property
    def cells(self) -> int:
        return max(self.height, self.tags) * max(self.width, 1)

    def add(self, block: bytes) -> None:
        text = self.tail + block
        if b"\0" in block or b"<!" in text:  # UTF-16, comments and CDATA would hide tags from us.
            raise UnreadableFile("spreadsheet_damaged")
        cut = text.rfind(b"<") if text.rfind(b"<") > text.rfind(b">") else len(text)
        self.tail = text[cut:]
        if len(self.tail) > _BLOCK:
            raise UnreadableFile("spreadsheet_damaged")
        self._measure(text[:cut])

    def _measure(self, text: bytes) -> None:
        first, *others = _rows(text)
        self.tags += len(others)
        self.cells_in_row += _cell_tags(first)
        self.width = max(self.width, self.cells_in_row)
        if others:
            self.cells_in_row = _cell_tags(others[-1])
            self.width = max(self.width, *map(_cell_tags, others))
        references = b" ".join(_REFERENCE.findall(text)).upper()
        if references.translate(None, _LETTERS + _DIGITS + b" \t\r\n"):
            raise UnreadableFile("spreadsheet_damaged")  # Character references would hide the numbers from us.
        rows = set(references.translate(None, _LETTERS).split())
        columns = set(references.translate(None, _DIGITS).split())
        self.height = max(self.height, *(int(row[:9]) for row in rows), 0)
        self.width = max(self.width, *map(_column_number, columns), 0)


def _rows(text: bytes) -> list[bytes]:
    """What precedes the first row, then each row up to its end tag; tags may have a prefix, but rarely do."""
    if b":row" in text:
        return [_ROW_END.split(row, maxsplit=1)[0] for row in _ROW_TAG.split(text)]
    return [row.partition(b"</row")[0] for row in text.split(b"<row")]


def _cell_tags(row: bytes) -> int:
    """At least the number of cells: a few other tags begin alike."""
    return row.count(b"<c") + row.count(b":c")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:6]:
        number = number * 26 + max(letter - 64, 0)
    return number


def _seek_content(file: BinaryIO, member: zipfile.ZipInfo) -> None:
    file.seek(member.header_offset)
    header = file.read(30)
    name_length, extra_length = struct.unpack("<26xHH", header)
    file.seek(name_length + extra_length, 1)
