"""Cells that no spreadsheet runs as a formula, and back."""

from __future__ import annotations

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARK = "'"


def inert(cell: object) -> str:
    """The cell as text that no spreadsheet runs as a formula; `live` gives back the same text."""
    text = "" if cell is None else str(cell)
    return f"{_MARK}{text}" if text.lstrip(_MARK).startswith(STARTS_A_FORMULA) else text


def live(cell: str) -> str:
    """The text that `inert` made harmless, as it was."""
    return cell[1:] if cell.startswith(_MARK) and cell.lstrip(_MARK).startswith(STARTS_A_FORMULA) else cell
