"""Numbers that may be newer than the metadata of the phone library: possible in their country, and taken only when
somebody says so."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType, ValidationResult

MARK = "(new)"  # after a number: somebody says that it is right as it is
_MARKED = re.compile(r"\s*\(new(?: area(?: code)?| number)?\)\s*$", re.IGNORECASE)
# As numbers are given out there, without the area codes kept back for special services: 211, 37x, 96x, x9x and those
# that end in the same digit twice.
_ASSIGNABLE = re.compile(r"(?!37|96|.9)[2-9](\d)(?!\1)\d[2-9](?!11)\d{6}", re.ASCII).fullmatch
_NORTH_AMERICA = 1
_LINE = PhoneNumberType.FIXED_LINE_OR_MOBILE
_ORDINARY = "2345678"  # a number that exists in every area code


def without_mark(text: str) -> str:
    """The number alone, if somebody wrote that it is new."""
    return _MARKED.sub("", text)


def is_new_area(number: phonenumbers.PhoneNumber) -> bool:
    """Whether an invalid number is one of an area code that the library has never heard of."""
    national = str(number.national_number)
    if number.country_code != _NORTH_AMERICA or not _ASSIGNABLE(national):
        return False
    other = phonenumbers.PhoneNumber(country_code=_NORTH_AMERICA, national_number=int(national[:3] + _ORDINARY))
    return not phonenumbers.is_valid_number(other)


def is_new_prefix(number: phonenumbers.PhoneNumber, text: str, country: str) -> bool:
    """Whether an invalid number has the length of a phone in its country outside of North America, and is written as
    one: as dialed at home or from abroad. So it may begin in a way that the library has never heard of."""
    if number.country_code == _NORTH_AMERICA or not _is_dialed(text, country):
        return False
    return phonenumbers.is_possible_number_for_type_with_reason(number, _LINE) == ValidationResult.IS_POSSIBLE


def _is_dialed(text: str, country: str) -> bool:
    home = PhoneMetadata.metadata_for_region(country) if country in phonenumbers.SUPPORTED_REGIONS else None
    prefix = (home.national_prefix or "") if home else "+"
    digits = text.lstrip(" (")
    return digits.startswith(("+", "00", prefix))
