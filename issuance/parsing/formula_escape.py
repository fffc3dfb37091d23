"""Cells that no spreadsheet runs as a formula, whatever it takes for the separator of cells, and back."""

from __future__ import annotations

import re

_MARK = "'"
# What starts a formula, also in the full width of East Asian keyboards, behind blanks and marks that readers drop.
_FORMULA = r"[ '\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]*[=+\-@＝＋－＠\t\r\n]"
_PLAIN = re.compile(r"[A-Za-z0-9][^;,|\t\r\n]*", re.ASCII).fullmatch  # as nearly all cells are
_STARTS = re.compile(_FORMULA).match
_MARKED_START = re.compile(f"{_MARK}(?={_FORMULA})").match
_AFTER_SEPARATOR = re.compile(rf"([;,|\t\r\n])(?={_FORMULA})")
_MARKED_AFTER_SEPARATOR = re.compile(rf"([;,|\t\r\n]){_MARK}(?={_FORMULA})")


def inert(cell: object) -> str:
    """The cell as text that no spreadsheet runs as a formula, numbers as they are; `live` gives back the same text."""
    text = "" if cell is None else str(cell)
    if not text or _PLAIN(text) or isinstance(cell, int | float):
        return text
    text = _AFTER_SEPARATOR.sub(rf"\1{_MARK}", text)
    return f"{_MARK}{text}" if _STARTS(text) else text


def live(cell: str) -> str:
    """The text that `inert` made harmless, as it was."""
    text = cell[1:] if _MARKED_START(cell) else cell
    return _MARKED_AFTER_SEPARATOR.sub(r"\1", text)
