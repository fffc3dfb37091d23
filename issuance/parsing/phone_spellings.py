"""Other ways to read a phone number that the library refuses as it stands: prefixes of other countries, a trunk zero
in brackets, the old Mexican 1, an extension left empty, what a spreadsheet makes of a long number."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EMPTY_EXTENSION = re.compile(
    r"(?<=\d)[\s,;)]*\b(?:extension|extn?|ext|int|x)?\b[\s.:#x]*$|(?<=\d)x\s*$", re.IGNORECASE
)
_INTERNATIONAL = re.compile(r"^\(?(?:00|011)\)?[\s-]*(?=(?:\D*\d){11})")  # fewer digits may be a padded number
_TRUNK_ZERO = re.compile(r"^(\+\s?\d{1,3}[\s.-]*)\(0\)")
_TEN_DIGITS = r"((?:[\s().-]*\d){10})\D*$"
_OLD_MEXICAN = re.compile(rf"^\+[\s(]*52[\s().-]*1{_TEN_DIGITS}")
_OLD_MEXICAN_AT_HOME = re.compile(rf"^(?:(?:52[\s().-]*)?1|04[45]){_TEN_DIGITS}")
_NUMBER_AS_DECIMAL = re.compile(r"(\d{5,15})[.,]0+")
_NUMBER_AS_POWER = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})")


def unwrapped(text: str) -> str:
    """Without what programs and people leave around a number."""
    text = re.sub(r"(?i)^tel:", "", text.strip(" \t\r\n=\"'`.,;:"))
    return _EMPTY_EXTENSION.sub("", text)


def spellings(text: str, country: str) -> Iterator[str]:
    """What an unwrapped number may have been meant as, the most likely first."""
    with_plus = _INTERNATIONAL.sub("+", text)
    if with_plus != text:
        yield with_plus
    if _TRUNK_ZERO.match(with_plus):
        yield _TRUNK_ZERO.sub(r"\1", with_plus)
    if old := _OLD_MEXICAN.match(with_plus) or (country == "MX" and _OLD_MEXICAN_AT_HOME.match(text)):
        yield f"+52{old[1]}"


def as_digits(written: str) -> tuple[str, bool]:
    """Undo what a spreadsheet does to a long number; empty when digits are gone for good."""
    if decimal := _NUMBER_AS_DECIMAL.fullmatch(written):
        return decimal[1], True
    power = _NUMBER_AS_POWER.fullmatch(written)
    if not power:
        return written, False
    zeros = int(power[3]) - len(power[2])
    return ("", False) if zeros else (power[1] + power[2], True)
