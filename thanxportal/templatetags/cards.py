"""Rows of Django's change list as cards: on a phone, where there is no room for columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
EMPTY = "-"  # what Django writes for nothing


@register.filter
def labelled(cells: Iterable[str], headers: Iterable[Mapping[str, Any]]) -> list[SafeString]:
    """The cells of a row, as Django writes them, each with the name of its column."""
    return [_named(cell, str(header["text"])) for cell, header in zip(cells, headers, strict=True)]


def _named(cell: str, column: str) -> SafeString:
    """Above the boxes that select rows is a box, not a name."""
    name = "Select" if "<input" in column else capfirst(column)
    tag, rest = cell[:3], cell[3:]  # "<td" or "<th", and what follows
    empty = mark_safe(" data-empty" if cell.endswith(f">{EMPTY}</td>") else "")
    return format_html('{} data-label="{}"{}{}', mark_safe(tag), name, empty, mark_safe(rest))
