"""Decides whether a zip archive is a spreadsheet that may be unpacked, and unpacks it in blocks, never whole."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, cast

from zlib_ng import zlib_ng as zlib

from issuance.parsing.unreadable_file import UnreadableFile

USUAL_WORKBOOK = "xl/workbook.xml"
_MOST_MEMBERS = 2_000
_MOST_BYTES = 1024**3
_MOST_RATIO = 200
_RATIO_MATTERS_FROM = 20 * 1024 * 1024
_BLOCK = 256 * 1024
_INFLATE_ERROR = cast(type[Exception], zlib.error)  # Its stub says that it is one, not that it is a class.
_BROKEN = (zipfile.BadZipFile, _INFLATE_ERROR, struct.error, NotImplementedError, OSError, ValueError, EOFError)


class Archive(NamedTuple):
    """A spreadsheet that may be unpacked.

    `linked` says that cells refer to other files. Those are never opened: cells hold what was last shown.
    """

    kind: Literal["xlsx", "ods"]
    linked: bool


def check_archive(path: Path) -> Archive:
    """What kind of spreadsheet it is.

    Raises UnreadableFile for a zip bomb by what it declares, a password, macros, or another kind of zip. That no more
    comes out than was declared is seen to by `inflate`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_by_name(archive)
            _check_declared(archive.infolist(), path.stat().st_size)
            with path.open("rb") as file:
                kind = _kind(file, members)
    except _BROKEN:
        raise UnreadableFile("spreadsheet_damaged") from None
    linked = any(name.startswith("xl/externallinks/") for name in members)
    return Archive(kind, linked)


def blocks_of(path: Path, name: str) -> Iterator[bytes]:
    """The unpacked content of one member of the archive. Raises UnreadableFile if it is missing or damaged."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            yield from inflate(file, members_by_name(archive)[name.casefold()])
    except (KeyError, *_BROKEN):
        raise UnreadableFile("spreadsheet_damaged") from None


def members_by_name(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """By their names in lower case and with slashes: programs differ in both."""
    return {member.filename.casefold().replace("\\", "/").lstrip("/"): member for member in archive.infolist()}


def inflate(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member, never more than it declared: the rest would be a bomb.

    Raises UnreadableFile for that, and at its end if it isn't what was packed.
    """
    _seek_content(file, member)
    left, room, checksum = member.compress_size, member.file_size, 0
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
            checksum = zlib.crc32(block, checksum)
            yield block
        if inflator and inflator.eof:
            break
    if room or checksum != member.CRC:
        raise UnreadableFile("spreadsheet_damaged")


def _kind(file: BinaryIO, members: dict[str, zipfile.ZipInfo]) -> Literal["xlsx", "ods"]:
    if any(member.flag_bits & 1 for member in members.values()):
        raise UnreadableFile("spreadsheet_encrypted")
    if any(name.endswith(("vbaproject.bin", "basic/script-lc.xml")) for name in members):
        raise UnreadableFile("spreadsheet_macros")
    if "xl/workbook.bin" in members:
        raise UnreadableFile("spreadsheet_old")
    if USUAL_WORKBOOK in members:
        return "xlsx"
    if "content.xml" not in members or "mimetype" not in members:
        if "_rels/.rels" in members:
            return "xlsx"  # If there is a workbook under another name: see xlsx_parts.
        raise UnreadableFile("zip_not_spreadsheet")
    if not _top(file, members["mimetype"]).startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise UnreadableFile("zip_not_spreadsheet")
    manifest = members.get("meta-inf/manifest.xml")
    if manifest and b"encryption-data" in _top(file, manifest):
        raise UnreadableFile("spreadsheet_encrypted")
    return "ods"


def _top(file: BinaryIO, member: zipfile.ZipInfo) -> bytes:
    """Its first 256 kB."""
    return next(inflate(file, member), b"")


def _check_declared(members: list[zipfile.ZipInfo], packed: int) -> None:
    size = sum(member.file_size for member in members)
    swollen = size > _RATIO_MATTERS_FROM and size > packed * _MOST_RATIO
    if len(members) > _MOST_MEMBERS or size > _MOST_BYTES or swollen:
        raise UnreadableFile("spreadsheet_inflates")


def _seek_content(file: BinaryIO, member: zipfile.ZipInfo) -> None:
    file.seek(member.header_offset)
    header = file.read(30)
    name_length, extra_length = struct.unpack("<26xHH", header)
    file.seek(name_length + extra_length, 1)
