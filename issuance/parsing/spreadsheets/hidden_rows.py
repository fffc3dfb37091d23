"""Rows that a sheet holds but doesn't show: a filter or a person has hidden them."""

from __future__ import annotations

from typing import Literal

# What becomes of hidden rows; until somebody is asked, they are left out.
Hidden = Literal["ask", "include", "leave_out"]


def has_no_height(height: str | None) -> bool:
    """Whether a row of that height, as written in a sheet, can't be seen."""
    try:
        return height is not None and float(height) == 0
    except ValueError:
        return False


class HiddenRow(list[str]):
    """A row that nobody sees who looks at the sheet."""
