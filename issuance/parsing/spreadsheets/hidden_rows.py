"""Rows that a sheet holds but doesn't show: a filter or a person has hidden them."""

from __future__ import annotations


class HiddenRow(list[str]):
    """A row that nobody sees who looks at the sheet."""
