"""Is this text a phone number that a reward can go to? Pure, and quick enough for a million rows.

The results are those of phonenumbers, but for the departures that `identifiers` names. Regular expressions stand in for
it only where they provably say the same: a North American number matched against the patterns of its own metadata.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial

import phonenumbers
from phonenumbers import PhoneNumberFormat

from issuance.parsing.hyperlinks import linked
from issuance.parsing.identifier_result import MAX_TEXT, IdentifierResult
from issuance.parsing.lookalikes import as_typed, is_masked_phone
from issuance.parsing.new_numbers import without_mark
from issuance.parsing.other_numbers import is_other_number
from issuance.parsing.phone_alone import phone_alone
from issuance.parsing.phone_library import library_phone, valid_phone
from issuance.parsing.phone_spellings import as_digits, spellings, unwrapped
from issuance.parsing.quick_phones import quick_phones
from issuance.parsing.several_guests import holds_several_phones

_NEW = ("phone_new_area", "phone_new_prefix")
_new_areas_taken = False


def parse_phone(text: str, country: str) -> IdentifierResult:
    """The phone number in one cell, as E.164.

    `country` is the ISO 3166 code, in upper case, of the country of numbers written without one. Never raises.
    """
    if len(text) > MAX_TEXT:
        return IdentifierResult("", "phone_invalid", False)
    if value := quick_phones([text], country)[0]:
        return IdentifierResult(value, "", False)
    return _careful_phone(text.strip(), country)


@lru_cache(maxsize=20_000)
def phone_value(text: str, country: str) -> str:
    """E.164 of a text of digits and separators alone, else empty: `parse_phone` without its reasons, which cost more
    than the number."""
    value = valid_phone(text, country)
    return "" if value and is_other_number(text, country) else value


def take_new_area_codes(taken: bool = True) -> None:
    """Whether numbers with an area code that the library doesn't know are guests without anybody saying so."""
    global _new_areas_taken
    _new_areas_taken = taken
    _careful_phone.cache_clear()


@lru_cache(maxsize=4_000)
def _careful_phone(written: str, country: str) -> IdentifierResult:
    plain = linked(written)
    text = without_mark(plain)
    result = _single_phone(text, country)
    taken = result.code in _NEW if text != plain else result.code == "phone_new_area" and _new_areas_taken
    if taken:
        alone = phone_alone(text, country, partial(_library_value, country=country)).text
        number = phonenumbers.parse(unwrapped(as_typed(alone)), country)
        return IdentifierResult(phonenumbers.format_number(number, PhoneNumberFormat.E164), "", text != written)
    return result._replace(fixed=bool(result.value) and (result.fixed or plain != written))


def _single_phone(written: str, country: str) -> IdentifierResult:
    text, fixed = as_digits(written)
    if written and not text:
        return IdentifierResult("", "phone_scientific", False)
    if fixed and (value := quick_phones([text], country)[0]):
        return IdentifierResult(value, "", True)
    if code := _no_single_phone(text, country):
        return IdentifierResult("", code, False)
    number, code = phone_alone(text, country, partial(_library_value, country=country))
    if code:
        return IdentifierResult("", code, False)
    text, fixed = number, fixed or number != text
    value, code = library_phone(text, country)
    if value:
        return IdentifierResult(value, "", fixed or _says_more_than(text, value) or _is_typeset(text))
    cleaned = unwrapped(as_typed(text))
    if cleaned != text:
        value, code = library_phone(cleaned, country)
    meant = (found for spelling in spellings(cleaned, country) if (found := library_phone(spelling, country)[0]))
    value = value or next(meant, "")
    return IdentifierResult(value, "", True) if value else IdentifierResult("", code, False)


def _no_single_phone(text: str, country: str) -> str:
    """The code of why nobody would take this for one phone; empty if they would."""
    if is_masked_phone(text):
        return "masked"
    if is_other_number(text, country):
        return "phone_not_one"
    return "phone_several" if holds_several_phones(text, lambda piece: bool(_library_value(piece, country))) else ""


def _library_value(text: str, country: str) -> str:
    return library_phone(text, country)[0]


def _says_more_than(text: str, value: str) -> bool:
    """Whether letters or an extension were left out of the number."""
    digits = "".join(str(unicodedata.digit(character)) for character in text if unicodedata.digit(character, -1) >= 0)
    return digits[-7:] != value[-7:] or any(character.isalpha() for character in text)


def _is_typeset(text: str) -> bool:
    """Whether signs of the number are other than a keyboard writes them; spaces of any kind don't count."""
    return not text.isascii() and "".join(text.split()) != "".join(as_typed(text).split())
