"""Under which conditions an event rewards its guest: a field, an operator, and a value that somebody typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from issuance.hooks.fields import label_of
from issuance.hooks.items import text_at

OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "at_least": "is at least",
    "at_most": "is at most",
    "is_present": "is present",
}
BY_NUMBER = ("at_least", "at_most")
WITHOUT_VALUE = ("is_present",)
_COUNTS = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?").fullmatch  # 0012, 1E3 and 1_0 are ids


class CantRead(Exception):
    """`args[0]` says why nobody can tell whether a condition holds."""


class Condition(NamedTuple):
    field: str  # JSON Pointer
    operator: str
    value: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (label_of(self.field), OPERATORS[self.operator], self.value)))

    def holds(self, texts: Mapping[str, str]) -> bool:
        """Whether it does for the fields of an event, by pointer. Raises CantRead."""
        text = text_at(texts, self.field)
        if self.operator == "is_present":
            return bool(text)
        if not text:
            raise CantRead(f"It has no “{label_of(self.field)}”, so the condition “{self}” can’t be checked.")
        if self.operator in BY_NUMBER and number_in(text) is None:
            raise CantRead(f"“{label_of(self.field)}” isn’t a number, so the condition “{self}” can’t be checked.")
        return _HOLDS[self.operator](text, self.value)


def number_in(text: str) -> Decimal | None:
    """The number that a text is; None for any other text."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _same(text: str, value: str) -> bool:
    text, value = _plainly(text), _plainly(value)
    if _COUNTS(text) and _COUNTS(value):
        return Decimal(text) == Decimal(value)
    return text == value


def _plainly(text: str) -> str:
    return " ".join(text.split()).casefold()


def _number(text: str) -> Decimal:
    return number_in(text) or Decimal(0)


_HOLDS: dict[str, Callable[[str, str], bool]] = {
    "is": _same,
    "is_not": lambda text, value: not _same(text, value),
    "contains": lambda text, value: _plainly(value) in _plainly(text),
    "at_least": lambda text, value: _number(text) >= _number(value),
    "at_most": lambda text, value: _number(text) <= _number(value),
}
