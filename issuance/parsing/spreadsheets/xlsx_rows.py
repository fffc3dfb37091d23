"""Reads the rows of an XLSX sheet as office programs write them: ten times as quick as by an XML parser.

Most rows of a sheet are of a few kinds, alike but for their digits: the numbers of their shared texts, of their
styles, and those that stand in them. The first row of a kind is taken apart tag by tag, and says at which of the
row's numbers each cell is found; from the others only those are taken. A row that is written in any other way goes
through the parser by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeVar

from issuance.parsing.spreadsheets.hidden_rows import HiddenRow
from issuance.parsing.spreadsheets.xlsx_cells import CellReader, RowKeeper, column, put_cell, without_result
from issuance.parsing.spreadsheets.xml_stream import unescaped
from issuance.parsing.unreadable_file import UnreadableFile

_DIGITS = b"0123456789"
_NUMBERS_ALONE = bytes(code if code in _DIGITS else 32 for code in range(256))
_ROOM = 2_000_000  # bytes of all kinds together
_A_CELL = 300  # bytes, about
_MOST_TAGS = 16_384  # cells that a row can have
_ROW_NUMBER = re.compile(rb' r="(\d{1,7})"')
_HIDDEN = re.compile(rb' hidden="(?:(1|true)|0|false)"')
_HEIGHT = re.compile(rb' ht="(\d+(?:\.\d+)?)"')
_ANY_HEIGHT = re.compile(rb"\sht\b").search
_CELL = re.compile(
    rb'<c(?: r="(?P<letters>[A-Z]{1,3})\d+")?(?: s="(?P<style>\d+)")?(?: t="(?P<type>[A-Za-z]+)")?'
    rb"(?:/>|>(?P<formula><f[^<>]*/>|<f[^<>]*>(?P<written>[^<]*)</f>)?"
    rb'(?:<v>(?P<value>[^<]*)</v>|<v/>|<is><t(?: xml:space="preserve")?>(?P<text>[^<]*)</t></is>)?</c>)\s*'
)
Item = TypeVar("Item")
_LONGEST_EXACT = 15  # characters of a number that means no more and no less than it says


class _Layout(NamedTuple):
    """Where the cells of a kind of rows stand among the `total` numbers that are written in it.

    `pick` takes those that name shared texts. `arrange` makes a whole row of these texts and an empty one behind
    them. `numbers` are (column, which number it is, in how many parts, which one is its style or -1). `height` are
    those that are the height of the row.
    """

    total: int
    height: slice | None
    width: int
    pick: Callable[[list[bytes]], Iterable[bytes]]
    arrange: Callable[[list[str]], Iterable[str]]
    numbers: list[tuple[int, int, int, int]]


class RowParser(Protocol):
    """Takes a row that is written in any way, and gives it to the same RowKeeper."""

    def feed(self, block: bytes) -> None: ...


class PlainRows:
    """Rows cut out of a sheet by their tags; see xml_stream.whole_elements."""

    def __init__(self, cells: CellReader, keeper: RowKeeper, parser: RowParser, *, hides_rows: bool = False) -> None:
        self._reader, self._keeper, self._parser = cells, keeper, parser
        self._hides_rows = hides_rows
        self._layouts: dict[bytes, _Layout] = {}
        self._room = _ROOM
        self._shared = cells.shared_text
        self._styled = {b"%d" % style for style in (*cells.dates, *cells.formats)}
        self._parser.feed(b"<sheetData>")

    def feed(self, text: bytes) -> None:
        """Whole rows. Raises UnreadableFile."""
        rows, kinds = text.split(b"<row")[1:], text.translate(None, _DIGITS).split(b"<row")[1:]
        try:
            for row, kind in zip(rows, kinds, strict=True):
                layout = self._layouts.get(kind)
                numbers = row.translate(_NUMBERS_ALONE).split() if layout else []
                if layout and len(numbers) == layout.total:
                    cells = self._cells(layout, numbers)
                    hidden = self._hides_rows or (layout.height and _is_flat(numbers[layout.height]))
                    self._keeper.add(int(numbers[0]), HiddenRow(cells) if hidden else cells)
                else:
                    self._take_apart(row, kind)
        except (IndexError, ValueError):
            raise UnreadableFile("spreadsheet_damaged") from None

    def end(self) -> None:
        """Nothing is left: every row was whole."""

    def _cells(self, layout: _Layout, numbers: list[bytes]) -> list[str]:
        """Runs for each of a million rows, so it calls little."""
        cells = [*layout.arrange([*map(self._shared, map(int, layout.pick(numbers))), ""])]
        for at, which, parts, style in layout.numbers:
            text = b".".join(numbers[which : which + parts]) if parts > 1 else numbers[which]
            styled = style >= 0 and numbers[style] in self._styled
            exact = len(text) <= _LONGEST_EXACT and text[:1] != b"0" and (parts == 1 or text[-1:] != b"0")
            cells[at] = (
                text.decode() if exact and not styled else self._number(text, numbers[style] if styled else b"-1")
            )
        return cells

    def _number(self, text: bytes, style: bytes) -> str:
        return self._reader.number(text.decode(), int(style))

    def _take_apart(self, row: bytes, kind: bytes) -> None:
        """A row of a kind that isn't known, tag by tag, or by the parser."""
        head, _, inside = row.partition(b">")
        number, tags = _ROW_NUMBER.search(head), _tags(inside)
        hidden, height = _HIDDEN.search(head), _HEIGHT.search(head)
        unclear = (b"hidden" in head and not hidden) or (_ANY_HEIGHT(head) and not height)
        if unclear or number is None or tags is None or b"&#" in row or b"\r" in row:
            self._parse(row)
            return
        cells = self._written(tags)
        own = bool(hidden[1]) if hidden else self._hides_rows
        flat = height is not None and _is_flat(height[1].split(b"."))
        self._keeper.add(int(number[1]), HiddenRow(cells) if own or flat else cells)
        if self._room > 0 and (layout := _layout_of(head, tags)):
            self._layouts[kind] = layout
            self._room -= len(kind) + _A_CELL * layout.width

    def _parse(self, row: bytes) -> None:
        before = self._keeper.last
        self._parser.feed(b"<row" + row)
        if self._keeper.last == before:
            raise UnreadableFile("spreadsheet_damaged")  # It has no end.

    def _written(self, tags: list[re.Match[bytes]]) -> list[str]:
        cells: list[str] = []
        for at, tag in _columns(tags):
            text = unescaped((tag["value"] or tag["text"] or b"").decode())
            if not text and tag["formula"] and tag["type"] != b"str":  # A text may be empty.
                put_cell(cells, at, without_result(unescaped((tag["written"] or b"").decode())))
            elif text:
                put_cell(cells, at, self._reader.written((tag["type"] or b"").decode(), int(tag["style"] or 0), text))
        return cells


def _is_flat(height: list[bytes]) -> bool:
    """Whether a height that is written in these parts is none."""
    return not any(map(int, height))


def _tags(inside: bytes) -> list[re.Match[bytes]] | None:
    """The cells of a row; None if there is anything else in it."""
    inside = inside.strip().removesuffix(b"</row>")
    tags = [*_CELL.finditer(inside)] if inside.count(b"<c") <= _MOST_TAGS else []
    return tags if sum(len(tag[0]) for tag in tags) == len(inside) else None


def _columns(tags: list[re.Match[bytes]]) -> Iterator[tuple[int, re.Match[bytes]]]:
    at = -1
    for tag in tags:
        at = column(tag["letters"].decode()) if tag["letters"] else at + 1
        yield at, tag


def _layout_of(head: bytes, tags: list[re.Match[bytes]]) -> _Layout | None:
    """Where the numbers of rows like this one stand; None if its cells hold more than numbers, or a spot where
    another row could have one more."""
    texts, numbers = dict[int, int](), []
    if b'""' in head or b"hidden" in head or any(tag["formula"] or b"" in (tag["value"], tag["text"]) for tag in tags):
        return None
    total = len(head.translate(_NUMBERS_ALONE).split())
    height = _HEIGHT.search(head)
    before = len(head[: height.start(1)].translate(_NUMBERS_ALONE).split()) if height else 0
    at_height = slice(before, before + height[1].count(b".") + 1) if height else None
    for at, tag in _columns(tags):
        style = total + bool(tag["letters"]) if tag["style"] else -1
        total += bool(tag["letters"]) + bool(tag["style"])
        if not tag["value"] and not tag["text"]:
            continue
        parts = (tag["value"] or b"").split(b".")
        if not all(map(bytes.isdigit, parts)):
            return None
        if tag["type"] == b"s" and len(parts) == 1:
            texts[at] = total
        elif tag["type"] in (None, b"n") and len(parts) < 3:
            numbers.append((at, total, len(parts), style))
        else:
            return None
        total += len(parts)
    width = max((*texts, *(at for at, *_ in numbers)), default=-1) + 1
    columns = [*texts]
    arrange = _picker([columns.index(at) if at in texts else len(columns) for at in range(width)])
    layout = _Layout(total, at_height, width, _picker([*texts.values()]), arrange, numbers)
    return layout if head.startswith(b' r="') else None


def _picker(places: list[int]) -> Callable[[Sequence[Item]], Iterable[Item]]:
    """Takes what stands at these places, in their order."""
    return itemgetter(*places) if len(places) > 1 else lambda items: [items[at] for at in places]
