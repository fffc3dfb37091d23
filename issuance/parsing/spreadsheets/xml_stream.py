"""The XML inside a spreadsheet, piece by piece, without what only attacks need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from xml.parsers import expat
from xml.sax.saxutils import unescape

from issuance.parsing.unreadable_file import UnreadableFile

_OTHER_ENCODING = re.compile(rb"""encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_LONGEST = 4 * 1024 * 1024  # bytes of one element or tag; no row and no text of an office program comes near
_DEEPEST = 100_000  # elements inside each other, about
_MOST_NAMES = 10_000  # of elements and attributes
_QUOTES = {"&quot;": '"', "&apos;": "'"}
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def looked_at(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first block, and all of them."""
    head = next(blocks, b"")
    return head, chain([head], blocks)


def is_plain(head: bytes, root: bytes) -> bool:
    """Whether a document that begins like this can be cut by its tags: in UTF-8, its names without prefixes."""
    return root in head and b"<!" not in head and not _OTHER_ENCODING.search(head[:200])


def whole_elements(blocks: Iterable[bytes], start: bytes, closing: bytes) -> Iterator[bytes]:
    """The elements of a plain document that begin with `start`, many in one text, up to the `closing` tag.

    Raises UnreadableFile for what could hide a tag, for an endless element, and where the document breaks off.
    """
    rest, begun, ended = b"", False, False
    for block in blocks:
        if ended:
            continue  # To its end, where what was unpacked is compared with its checksum.
        if b"\0" in block or (b"!" in block and b"<!" in block):  # One sign is found ten times as quick as two.
            raise UnreadableFile("spreadsheet_damaged")
        rest += block
        end = rest.find(closing)
        cut = end if end >= 0 else rest.rfind(start)
        first = rest.find(start, 0, max(cut, 0))
        if first >= 0:
            yield rest[first:cut]
            rest, begun = rest[cut:], True
        ended = end >= 0
        if len(rest) > _LONGEST and not ended:
            raise UnreadableFile("spreadsheet_damaged")
    if not ended and (begun or re.search(re.escape(start) + rb"[\s>/]", rest)):
        raise UnreadableFile("spreadsheet_damaged")


def unescaped(text: str) -> str:
    """Text between two tags as it is meant, if it has no references to characters by their number."""
    return decoded(unescape(text, _QUOTES) if "&" in text else text)


def decoded(text: str) -> str:
    """With the characters that Excel writes by their codes, such as _x000D_, without those that no text has."""
    return _CODE.sub(_character, text) if "_x" in text else text


def _character(code: re.Match[str]) -> str:
    number = int(code[1], 16)
    return "" if number == 0 or 0xD800 <= number < 0xE000 else chr(number)


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition(" ")[2]


class Parser:
    """Hands elements and texts to its handlers. Names come with their namespace before a space; without `namespaces`
    as they are written."""

    def __init__(
        self,
        *,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        namespaces: bool = True,
    ) -> None:
        self._names: dict[str, str] = {}
        self._expat = expat.ParserCreate(namespace_separator=" " if namespaces else None, intern=self._names)
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = _refuse_doctype
        self._expat.StartElementHandler, self._expat.EndElementHandler = start, end
        self._expat.CharacterDataHandler = text
        self._fed = self._depth = 0

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """The next bytes of the document. Raises UnreadableFile."""
        try:
            self._expat.Parse(block, final)
        except (expat.ExpatError, ValueError, OverflowError, LookupError):
            raise UnreadableFile("spreadsheet_damaged") from None
        self._fed += len(block)
        block = block.replace(b"\0", b"")  # As in UTF-16.
        self._depth += block.count(b"<") - 2 * block.count(b"</") - block.count(b"/>")
        unread = self._fed - self._expat.CurrentByteIndex
        if unread > _LONGEST or self._depth > _DEEPEST or len(self._names) > _MOST_NAMES:
            raise UnreadableFile("spreadsheet_damaged")

    def parse(self, blocks: Iterable[bytes]) -> None:
        """A whole document. Raises UnreadableFile."""
        for block in blocks:
            self.feed(block)
        self.feed(b"", final=True)


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile("spreadsheet_damaged")  # No office program writes one; entity bombs need one.
