"""What the phone library says of a text: its number, or why it is none."""

from __future__ import annotations

import re
from contextlib import suppress

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from issuance.parsing.new_numbers import is_new_area, is_new_prefix
from issuance.parsing.phone_spellings import spellings
from issuance.parsing.plain_numbers import ASK_THE_LIBRARY, lacks_plus, plain_number

# The phone library parses nothing that has an @ between its first digit and its last letter or digit.
_AT_INSIDE = re.compile(r"[^@+＋\d]*[+＋\d][^@/\\;]*@[^/\\;]*[^\W_][^/\\;]*").fullmatch
_LONGEST_PARSED = 250  # characters; of more it says that they are too many


def valid_phone(text: str, country: str) -> str:
    """E.164 of a text of digits and separators; empty if it is no phone, for whatever reason."""
    value = plain_number(_with_plus(text, country), country)
    return library_phone(text, country)[0] if value == ASK_THE_LIBRARY else value


def library_phone(text: str, country: str) -> tuple[str, str]:
    """(E.164, "") or ("", code)."""
    text = _with_plus(text, country)
    value = plain_number(text, country)
    if value and value != ASK_THE_LIBRARY:
        return value, ""
    if not any(character.isdigit() for character in text):
        return "", "phone_no_digits"
    if _AT_INSIDE(text) and len(text) <= _LONGEST_PARSED:
        return "", "phone_invalid"
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        return "", _parse_problem(error, country)
    kind = phonenumbers.number_type(number)  # Unknown exactly where is_valid_number() says no, at half the price.
    if kind == PhoneNumberType.UNKNOWN:
        return "", _phone_problem(number, text, country)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return "", "phone_premium"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), ""


def _with_plus(text: str, country: str) -> str:
    return f"+{text}" if lacks_plus(text, country) else text


def _parse_problem(error: phonenumbers.NumberParseException, country: str) -> str:
    kinds = phonenumbers.NumberParseException
    if error.error_type == kinds.INVALID_COUNTRY_CODE and country not in phonenumbers.SUPPORTED_REGIONS:
        return "phone_needs_country"
    lengths = {kinds.TOO_LONG: "phone_too_long", kinds.TOO_SHORT_NSN: "phone_too_short"}
    return lengths.get(error.error_type, "phone_invalid")


def _phone_problem(number: phonenumbers.PhoneNumber, text: str, country: str) -> str:
    if is_new_area(number):
        return "phone_new_area"
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE and _valid_with_plus(text):
        return "phone_needs_country"
    if is_new_prefix(number, text, country):
        return "phone_new_prefix"
    return {
        ValidationResult.TOO_SHORT: "phone_too_short",
        ValidationResult.TOO_LONG: "phone_too_long",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_no_area_code",
    }.get(reason, "phone_unassigned")


def _valid_with_plus(text: str) -> bool:
    if "+" in text:
        return False
    spelt = f"+{text.removeprefix('00')}"
    for spelling in (spelt, *spellings(spelt, "")):
        with suppress(phonenumbers.NumberParseException):
            if phonenumbers.is_valid_number(phonenumbers.parse(spelling)):
                return True
    return False
