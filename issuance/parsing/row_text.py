"""A row of a file as one text, and back: a tenth of what a list of its cells costs to keep and to pass on."""

from __future__ import annotations

from collections.abc import Sequence

CELL_END = "\x1f"  # between two cells


class RunTogether(list[str]):
    """A row whose cell holds line ends, delimiters and a guest: almost always several rows after a lost quote."""


def row_text(cells: Sequence[str]) -> str:
    """The cells as one text, without what no database keeps."""
    text = CELL_END.join(cells)
    if text.count(CELL_END) >= len(cells) > 0:
        text = CELL_END.join(cell.replace(CELL_END, " ") for cell in cells)
    return text.replace("\0", "\ufffd") if "\0" in text else text


def row_texts(rows: Sequence[Sequence[str]]) -> list[str]:
    """`row_text` of many rows, looked at together."""
    texts = [*map(CELL_END.join, rows)]
    whole = CELL_END.join(texts)
    plain = whole.count(CELL_END) == sum(map(len, rows)) - 1 and "\0" not in whole
    return texts if plain else [*map(row_text, rows)]


def row_cells(text: str) -> list[str]:
    return text.split(CELL_END)
