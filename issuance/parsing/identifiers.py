"""An email or a phone that a reward can go to: who is meant by it, and by several of them in one cell.

`emails` and `phones` read one of them as its library does. What the library refuses is tried once more after removing
what programs leave around an identifier (`mailto:`, "Name <…>", a trailing dot, invisible characters). Departures from
the library, on purpose, since a reward to a stranger is worse than a row to look at:
- refused: premium-rate numbers, addresses with a character that could not be read (U+FFFD) or behind a sign that marks
  them as left out, masked guests, two guests in one cell, what only looks like a phone (IP addresses, dates, decimals)
  or is named as something else, domains that mix alphabets, and letters before the @ sign that don't belong to the
  domain;
- read: a number that a spreadsheet wrote as a decimal (12025550123.0, 1.2025550123E+10), typographic and full-width
  forms of plain signs, old Mexican mobile numbers, mobile phones behind the code of their own country without a plus,
  international prefixes of other countries, an extension left empty, a number with a note behind it, and an area code
  or prefix that the library doesn't know yet where a person said so.
"""

from __future__ import annotations

from issuance.parsing.emails import parse_email
from issuance.parsing.identifier_result import IdentifierResult
from issuance.parsing.lookalikes import as_typed
from issuance.parsing.phones import parse_phone
from issuance.parsing.several_guests import addresses_in, numbers_in

_NO_PHONE_AT_ALL = ("phone_no_digits", "phone_invalid")  # codes that don't say which phone was meant


def identity(value: str) -> str:
    """The key under which two guests are the same person: the normalised value, in lower case.

    Plus-tags and dots count: ann+work@example.com, ann@example.com and a.nn@example.com are three people, because only
    their mail provider knows better, and leaving a guest out is worse than asking. Upper and lower case and the way
    a phone number is written never count.
    """
    return value.lower()


def parse_guest(text: str, country: str) -> IdentifierResult:
    """The email or the phone that somebody typed into a field for either."""
    result = parse_email(text) if "@" in text else parse_phone(text, country)
    return IdentifierResult("", "neither", False) if result.code in _NO_PHONE_AT_ALL else result


def guests_in(text: str, country: str) -> list[str]:
    """The pieces of a cell that holds more than one guest, each an email or a phone; empty if fewer than two are good.

    A piece that is bad is a piece nevertheless, so that nobody is lost.
    """

    def value(piece: str) -> str:
        return (parse_email(piece) if "@" in text else parse_phone(piece, country)).value

    pieces = addresses_in(as_typed(text)) if "@" in text else numbers_in(text, lambda piece: bool(value(piece)))
    return pieces if len({*map(value, pieces)} - {""}) > 1 else []
