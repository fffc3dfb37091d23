"""What a cell of an export says: an id, a moment, or an amount. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_AMOUNT = re.compile(r"(-?)\$?(\d{1,7})(?:\.(\d{1,2})0*)?", re.ASCII).fullmatch
_LONGEST = 64


class BadCell(Exception):
    """A cell that can't be what its column promises; `args[0]` says so, without what the cell says."""

    def __init__(self, text: str, column: str, what: str) -> None:
        super().__init__(f"“{column}” isn’t {what}" if text else f"“{column}” is empty")


def id_in(text: str, column: str) -> str:
    """The id in a cell. Raises BadCell."""
    if not (text and text.isprintable() and len(text) <= _LONGEST):
        raise BadCell(text, column, "an id")
    return text


def word_in(text: str, most: int = _LONGEST) -> str:
    """What an optional cell says; nothing if it is no word."""
    return text[:most] if text.isprintable() else ""


def moment_in(text: str, column: str) -> datetime:
    """The time in a cell, which is UTC unless it says otherwise. Raises BadCell."""
    try:
        at = datetime.fromisoformat(text.removesuffix(" UTC"))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell(text, column, "a time") from None


def cents_in(text: str, column: str) -> int:
    """The amount in a cell, such as 12.5, in cents. Raises BadCell."""
    if not (found := _AMOUNT(text)):
        raise BadCell(text, column, "an amount")
    sign, whole, part = found.groups()
    cents = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -cents if sign else cents
