"""The texts that the cells of an XLSX workbook point to by number."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

from issuance.parsing.spreadsheets.xml_stream import (
    Parser,
    decoded,
    is_plain,
    local,
    looked_at,
    unescaped,
    whole_elements,
)
from issuance.parsing.spreadsheets.zip_safety import blocks_of
from issuance.parsing.unreadable_file import UnreadableFile

_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ROOM = 40_000_000  # bytes of texts that are kept as objects; the rest takes a third of the memory and twice the time
_AN_OBJECT = 60  # bytes


class SharedStrings:
    """Reads them whole: the first ones as objects, the others as one block of bytes and where each begins."""

    def __init__(self, path: Path, member: str) -> None:
        self.first: list[str] = []
        self._room = _ROOM
        self._bytes = bytearray()
        self._starts = array("Q", [0])
        if member:
            self._read(path, member)

    @property
    def lookup(self) -> Callable[[int], str]:
        """The quickest way to a text by its number, which is no less than 0; may raise IndexError."""
        return self.first.__getitem__ if len(self._starts) == 1 else self.__getitem__

    def __getitem__(self, number: int) -> str:
        """Raises IndexError."""
        if 0 <= number < len(self.first):
            return self.first[number]
        number -= len(self.first)
        if number < 0:
            raise IndexError
        return self._bytes[self._starts[number] : self._starts[number + 1]].decode()

    def _read(self, path: Path, member: str) -> None:
        head, blocks = looked_at(blocks_of(path, member))
        if is_plain(head, b"<sst"):
            self._read_plain(blocks)
            return
        _Parser(self).parse(blocks)

    def _read_plain(self, blocks: Iterable[bytes]) -> None:
        """Cuts the texts out by their tags; what isn't written plainly goes through the parser, in its turn."""
        parser = _Parser(self, namespaces=False)
        parser.feed(b"<sst>")
        for elements in whole_elements(blocks, b"<si", b"</sst"):
            texts = _plain_texts(elements)
            if texts is None:
                parser.feed(elements)
            else:
                self.add(texts, len(elements) + _AN_OBJECT * len(texts))

    def add(self, texts: Iterable[str], size: int) -> None:
        """Keeps the next texts, which take about so many bytes."""
        if self._room > 0:
            self.first += texts
            self._room -= size
            return
        for text in texts:
            self._bytes += text.encode("utf-8", "replace")
            self._starts.append(len(self._bytes))


def _plain_texts(elements: bytes) -> list[str] | None:
    """The texts of these elements; None if one of them takes a parser."""
    try:
        whole = elements.decode()
    except UnicodeDecodeError:
        raise UnreadableFile("spreadsheet_damaged") from None
    texts = _PLAIN.findall(whole)
    if len(texts) != whole.count("<si") or "&#" in whole or "\r" in whole:
        return None
    return [*map(unescaped, texts)] if "&" in whole or "_x" in whole else texts


class _Parser(Parser):
    """Reads texts in several styles, and leaves out how they are pronounced."""

    def __init__(self, strings: SharedStrings, *, namespaces: bool = True) -> None:
        self._strings = strings
        self._parts: list[str] = []
        self._hidden = 0
        self._inside = False
        super().__init__(start=self._start, end=self._end, text=self._text, namespaces=namespaces)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        self._hidden += name == "rPh"
        self._inside = name == "t" and not self._hidden

    def _text(self, data: str) -> None:
        if self._inside:
            self._parts.append(data)

    def _end(self, tag: str) -> None:
        name = local(tag)
        self._inside = False
        self._hidden -= name == "rPh"
        if name == "si":
            text = decoded("".join(self._parts))
            self._strings.add([text], len(text) + _AN_OBJECT)
            self._parts = []
