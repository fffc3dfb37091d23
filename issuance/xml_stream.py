"""The XML inside a spreadsheet, piece by piece, without what only attacks need."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import unescape

from issuance.unreadable_file import UnreadableFile
from issuance.zip_safety import BROKEN, inflate

_OTHER_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_LONGEST = 4 * 1024 * 1024  # bytes of one element; no row and no text of an office program comes near
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def blocks_of(path: Path, name: str) -> Iterator[bytes]:
    """The unpacked content of one member of the archive. Raises UnreadableFile if it is missing or damaged."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            yield from inflate(file, archive.getinfo(name))
    except (KeyError, *BROKEN):
        raise UnreadableFile("spreadsheet_damaged") from None


def is_plain(head: bytes, root: bytes) -> bool:
    """Whether a document that begins like this can be cut by its tags: in UTF-8, its names without prefixes."""
    return root in head and not _OTHER_ENCODING.search(head[:200])


def whole_elements(blocks: Iterable[bytes], start: bytes, closing: bytes) -> Iterator[bytes]:
    """The elements of a plain document that begin with `start`, many in one text, up to the `closing` tag.

    Raises UnreadableFile for what could hide a tag, for an endless element, and where the document breaks off.
    """
    rest, begun = b"", False
    for block in blocks:
        if b"\0" in block or b"<!" in block:
            raise UnreadableFile("spreadsheet_damaged")
        rest += block
        end = rest.find(closing)
        cut = end if end >= 0 else rest.rfind(start)
        first = rest.find(start, 0, max(cut, 0))
        if first >= 0:
            yield rest[first:cut]
            rest, begun = rest[cut:], True
        if end >= 0:
            return
        if len(rest) > _LONGEST:
            raise UnreadableFile("spreadsheet_damaged")
    if begun or start in rest:
        raise UnreadableFile("spreadsheet_damaged")


def unescaped(text: str) -> str:
    """Text between two tags as it is meant, if it has no references to characters by their number."""
    return unescape(text, _QUOTES) if "&" in text else text


def new_parser(*, namespaces: bool = True) -> expat.XMLParserType:
    """Names come with their namespace before a space; without `namespaces` as they are written."""
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition(" ")[2]


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
