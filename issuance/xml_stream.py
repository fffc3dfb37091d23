"""The XML inside a spreadsheet, piece by piece, without what only attacks need."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from issuance.unreadable_file import UnreadableFile
from issuance.zip_safety import inflate


def blocks_of(path: Path, name: str) -> Iterator[bytes]:
    """The unpacked content of one member of the archive. Raises UnreadableFile if there is none of that name."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        try:
            member = archive.getinfo(name)
        except KeyError:
            raise UnreadableFile("spreadsheet_damaged") from None
        yield from inflate(file, member)


def new_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile("spreadsheet_damaged")  # No office program writes one; entity bombs need one.


def feed(parser: expat.XMLParserType, block: bytes, *, final: bool = False) -> None:
    try:
        parser.Parse(block, final)
    except (expat.ExpatError, ValueError, OverflowError):
        raise UnreadableFile("spreadsheet_damaged") from None


def parse(path: Path, name: str, parser: expat.XMLParserType) -> None:
    """The whole member through the parser's handlers."""
    for block in blocks_of(path, name):
        feed(parser, block)
    feed(parser, b"", final=True)
