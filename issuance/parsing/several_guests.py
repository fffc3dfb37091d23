"""Two guests in one cell: never the first one silently, and never an extension of the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_AROUND_ADDRESSES = re.compile(r"[\s;,/|&:<>()\[\]\"?=]+")
_ADDRESS = re.compile(r"[^@]+@[^@]+").fullmatch
_BETWEEN_PHONES = re.compile(r"[;,|&\t\n\r]|:{2,}|\b(?:or|and|oder|und|ou|et|o|y|e)\b|(?<=\d)\s*(?=\+)", re.IGNORECASE)
_SLASH = re.compile(r"[/\\／]")
_EXTENSION = re.compile(r"(?<=[\d)\s.])(?:x|ext(?:ension|n)?\.?|int\.?|anexo|~|#|;ext=)", re.IGNORECASE)
_SEPARATORS = (_BETWEEN_PHONES, _SLASH, _EXTENSION)  # what surely parts two phones, then what may stand in one
_FEWEST_DIGITS = 7  # of a phone; an extension has fewer


def addresses_in(text: str) -> list[str]:
    """The different addresses, good or bad, in the order of the text."""
    pieces = [piece.strip(".'`*").lower() for piece in _AROUND_ADDRESSES.split(text)]
    return list(dict.fromkeys(filter(_ADDRESS, pieces)))


def numbers_in(text: str, is_phone: Callable[[str], bool]) -> list[str]:
    """Pieces with digits, good or bad, between whatever separates phones: whole phones are never divided."""
    return _divided(text.strip(), is_phone, _SEPARATORS)


def _divided(text: str, is_phone: Callable[[str], bool], separators: Sequence[re.Pattern[str]]) -> list[str]:
    if not separators or is_phone(text):
        return [text]
    separator, *finer = separators
    pieces = [piece.strip() for piece in separator.split(text) if _digits(piece)]
    if separator is _EXTENSION and not all(map(_is_long, pieces)):
        return [text]
    return list(dict.fromkeys(part for piece in pieces for part in _divided(piece, is_phone, finer)))


def holds_several_phones(text: str, is_phone: Callable[[str], bool]) -> bool:
    """Whether a whole phone is followed by something with digits that is no extension of it.

    A slash may stand inside a number (030/1234567): it separates only if a phone ends before it.
    """
    if not _digits(text):
        return False
    if sum(map(_is_long, (part for part in _BETWEEN_PHONES.split(text) for part in _EXTENSION.split(part)))) > 1:
        return True
    for separator in (_BETWEEN_PHONES, _SLASH):
        pieces = [piece for piece in separator.split(text) if _digits(piece)]
        if len(pieces) > 1 and is_phone(pieces[0]):
            return True
    return False


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_long(text: str) -> bool:
    return _digits(text) >= _FEWEST_DIGITS
