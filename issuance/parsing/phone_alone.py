"""Finds the phone in a cell that says more than a number, and refuses where it isn't clear which digits are the phone.

No digit is ever made of a letter, except in a number such as 1-800-FLOWERS, whose letters stand for exactly the digits
that it lacks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import phonenumbers

from issuance.parsing.phone_words import joins_two, names_a_phone, names_something_else, plain_words

_HAS_LETTER = re.compile(r"[^\W\d_]").search
_VANITY = re.compile(
    r"(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[.-]?)(?:[A-Z]{7}|[A-Z]{3}[.-]?[A-Z]{4}|\d{3}[.-]?[A-Z]{4}|[A-Z]{3}[.-]?\d{4})"
    r"|(?:\+?1 )?8\d\d [A-Z]{7}",
    re.ASCII,
).fullmatch
_NORTH_AMERICA = 1
_EXTENSION = re.compile(
    r"(?:;ext=|[ ,;.(]*\b(?:extension|extensión|extn?|int|x|anexo|доб)(?![^\W\d_])|(?<=\d)x|[#~])"
    r"[\s.:#]*\d{1,7}[ )]*$",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"[^\d@]*[^\W\d_][^\d+＋(]*")  # up to the first digit, if there are words
_WRITTEN_AS_A_PHONE = re.compile(r"[^\d]*[+＋]|\D*\d+[^\d\w]+\d").match  # not a mere run of digits
_AFTER = re.compile(r"[^\d]*[^\W\d_].*", re.DOTALL)  # from the first word on, with what joins it to the number
_LIKE_DIGITS = str.maketrans("", "", "OoIiLlSsBbZzQq")
_LIST_MARKER = re.compile(r"[1-9]\d{0,2}(?:[.:]\s+|\)\s*)(?=[(+＋\d])").match
_COUNT = re.compile(r"([1-9]\d{0,2})(?:\s*[x×*]\s*|\s+|\s*[-–:/,]\s*)(?=\(?0|[+＋])", re.IGNORECASE).match
# What may end one number and begin another: brackets, wide gaps, a blank after digits that nobody divides.
_MAY_GAP = re.compile(r"\d\s*[(（]|\s{2}|[\t\n]|\s[-–—]+\s|\.\s|\d{6}\s|(?:\d\D*){12}").search
_WIDE = re.compile(r"[(（\t\n]|\s{2}|\s[-–—]+\s|\.\s").search
_BETWEEN = re.compile(r"(?<=\d)\D+(?=\d)")
_FEWEST_DIGITS = 7  # of a number that is complete by itself
_LONGEST = 11  # digits of what people write as one number, without its country code
_UNDIVIDED = 6  # digits: a group so long is all that follows an area code
IsPhone = Callable[[str], str]


class Alone(NamedTuple):
    """The text of the number, or the code of why it can't be told."""

    text: str
    code: str = ""


def phone_alone(text: str, country: str, value_of: IsPhone) -> Alone:
    """The number without the words around it; `value_of` gives the E.164 of a text, or nothing."""
    if "@" in text or not any(map(str.isdigit, text)) or _is_vanity(text, country):
        return Alone(text)
    number = text
    if _HAS_LETTER(text):
        before = _without_words_before(text)
        if before.code:
            return before
        number = before.text
    number, code = _without_list_marker(number, country, value_of)
    if not code and _HAS_LETTER(number) and not _is_vanity(number, country):
        number, code = _without_words_after(number, value_of)
    if not code and _MAY_GAP(number) and _holds_two(number, value_of):
        code = "phone_several"
    return Alone("" if code else number, code)


def _is_vanity(text: str, country: str) -> bool:
    american = text.startswith("+1") or phonenumbers.country_code_for_region(country) == _NORTH_AMERICA
    return american and _VANITY(text) is not None


def _without_words_before(text: str) -> Alone:
    before = _BEFORE.match(text)
    words = plain_words(before[0]) if before else []
    if not before or not words:
        return Alone(text)
    rest = text[before.end() :]
    if names_something_else(words):
        return Alone("", "phone_named_otherwise")
    known = names_a_phone(words) or _WRITTEN_AS_A_PHONE(rest)
    return Alone(rest) if known else Alone("", "phone_unclear")


def _without_list_marker(text: str, country: str, value_of: IsPhone) -> Alone:
    """Without the "2)" of a list; "2 030 …" is refused, as nobody knows what the 2 is."""
    if marker := _LIST_MARKER(text):
        rest = text[marker.end() :]
        if value_of(rest) and (rest[0] in "+＋(0" or ")" in marker[0] or not value_of(text)):
            return Alone(rest)
    count = _COUNT(text)
    own_code = count and int(count[1]) == phonenumbers.country_code_for_region(country)
    if count and not own_code and len(value_of(text[count.end() :])) > _FEWEST_DIGITS:
        return Alone("", "phone_unclear")
    return Alone(text)


def _without_words_after(text: str, value_of: IsPhone) -> Alone:
    """A word after a number is a note. With digits behind it, it may be a second number."""
    extension = _EXTENSION.search(text)
    number = text[: extension.start()] if extension else text
    after = _AFTER.search(number)
    if not after:
        return Alone(text)
    words = plain_words(after[0])
    if names_something_else(words):
        return Alone("", "phone_named_otherwise")
    if not any(map(str.isdigit, after[0])):
        glued = after[0][0].isascii() and after[0][0].isalpha() and not names_a_phone(words) and words != ["x"]
        return Alone("", "phone_unclear") if glued else Alone(number[: after.start()])
    if not _HAS_LETTER(text.translate(_LIKE_DIGITS)):
        return Alone("", "phone_invalid")  # A repair reads the letters as the digits that they look like.
    two = joins_two(words[0]) or sum(map(str.isdigit, after[0])) >= _FEWEST_DIGITS
    return Alone("", "phone_several" if two and value_of(number[: after.start()]) else "phone_unclear")


def _holds_two(text: str, value_of: IsPhone) -> bool:
    """Whether a number that is complete by itself ends inside, and something else follows: where numbers have no fixed
    length, both together may be one as well."""
    extension = _EXTENSION.search(text)
    text = text[: extension.start()] if extension else text
    gaps = list(_BETWEEN.finditer(text))
    whole = value_of(text)
    if not whole:
        return False
    too_long = len(whole) > _LONGEST + len(f"+{phonenumbers.parse(whole).country_code}")
    for at, gap in enumerate(gaps):
        before = [earlier[0] for earlier in gaps[:at]]
        if (too_long or _parts(gap, before, text)) and _is_complete(text[: gap.start()], value_of):
            return True
    return False


def _parts(gap: re.Match[str], before: list[str], text: str) -> bool:
    """Whether what stands between two groups of digits is wider than what is between those before."""
    switchboard = text[gap.end() :].strip() == "0"
    undivided = gap[0] == " " and text[: gap.start()][-_UNDIVIDED:].isdigit() and not switchboard
    return undivided or (gap[0] not in before and _WIDE(gap[0]) is not None)


def _is_complete(text: str, value_of: IsPhone) -> bool:
    digits = sum(map(str.isdigit, text)) - (2 if text.lstrip("( ").startswith(("+", "＋", "00")) else 0)
    return digits >= _FEWEST_DIGITS and bool(value_of(text))
