"""Is this text an email address or a phone number that a reward can go to? Pure, and quick enough for a million rows.

The results are those of email-validator (without DNS) and phonenumbers. Regular expressions stand in for them only
where they provably say the same: a plain ASCII local part before a domain accepted already, and a North American number
matched against the patterns of the phone library's own metadata. Everything else asks the library, and what the
library refuses is tried once more after removing what programs leave around an identifier (`mailto:`, "Name <…>",
a trailing dot, invisible characters). Three departures from the library, on purpose: premium-rate numbers are
refused, and so are addresses with a character that could not be read (U+FFFD); a number that a spreadsheet wrote as a
decimal (12025550123.0, 1.2025550123E+10) is read as that number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from phonenumbers import PhoneMetadata, PhoneNumberFormat, PhoneNumberType, ValidationResult

EMAIL_ANYWHERE = re.compile(r"[^\s@<>()\[\],;:\"|]{1,64}@[^\s@<>()\[\],;:\"|]{1,253}")

_MAX_TEXT = 400  # characters; nothing longer is an identifier, and both libraries get slow on long input
_PLAIN_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII).fullmatch
_LIKE_AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
_MOST_DOMAINS = 50_000
_LONGEST_DOMAIN = 189  # with any local part before it, an address stays below the 254 characters allowed
_good_domains: dict[str, str] = {}  # as written -> as email-validator writes it: it accepted each once in this process
_INVISIBLE = dict.fromkeys(
    (0x00AD, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A))
)
# The phone library parses nothing that has an @ between its first digit and its last letter or digit.
_AT_INSIDE = re.compile(r"[^@+＋\d]*[+＋\d][^@/\\;]*@[^/\\;]*[^\W_][^/\\;]*").fullmatch
_LONGEST_PARSED = 250  # characters; of more it says that they are too many
_NUMBER_AS_DECIMAL = re.compile(r"(\d{5,15})[.,]0+")
_NUMBER_AS_POWER = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})")


class IdentifierResult(NamedTuple):
    """What a text turned out to be: `value` normalised and `code` empty, or no value and the code of a sentence."""

    value: str
    code: str
    fixed: bool


def identity(value: str) -> str:
    """The key under which two guests are the same person: the normalised value, in lower case.

    Plus-tags and dots count: ann+work@example.com, ann@example.com and a.nn@example.com are three people, because only
    their mail provider knows better, and leaving a guest out is worse than asking. Upper and lower case and the way
    a phone number is written never count.
    """
    return value.lower()


def parse_email(text: str) -> IdentifierResult:
    """The email address in one cell, in lower case; never raises."""
    if value := quick_email(text):
        return IdentifierResult(value, "", False)
    if "@" not in text and text.isascii() and len(text) <= _MAX_TEXT:
        return IdentifierResult("", "email_no_at", False)
    return _careful_email(text.strip()) if len(text) <= _MAX_TEXT else IdentifierResult("", "email_too_long", False)


def quick_email(text: str) -> str:
    """The address in lower case where that is certain at a glance, else nothing: then ask `parse_email`.

    The library checks the two parts of an address one by one, but for the length of both together. So a plain local
    part before a domain that the library has accepted, written the same, makes an address that it accepts.
    """
    local, _, written = text.strip().partition("@")
    domain = _good_domains.get(written)
    return f"{local.lower()}@{domain}" if domain and _PLAIN_LOCAL(local) and len(local) <= 64 else ""


def quick_emails(cells: Sequence[str]) -> list[str]:
    """`quick_email` of each cell."""
    return [quick_email(cell) if cell else "" for cell in cells]


def quick_phones(cells: Sequence[str], country: str) -> list[str]:
    """E.164 of each cell where that is certain at a glance, else nothing: then ask `parse_phone`."""
    text = "\n".join(cells)
    if text.count("\n") >= len(cells):
        text = "\n".join(cell.replace("\n", "?") for cell in cells)
    # Replacements in all cells at once, one after the other, cost next to nothing.
    bare = text.replace("-", "").replace(" ", "").replace("(", "").replace(")", "").replace(".", "")
    nationals = (_AMERICAN_AT_HOME if country in ("US", "CA") else _AMERICAN_ABROAD)(bare)
    return [f"+1{national}" if national else "" for national in nationals] if cells else []


def parse_phone(text: str, country: str) -> IdentifierResult:
    """The phone number in one cell, as E.164.

    `country` is the ISO 3166 code, in upper case, of the country of numbers written without one. Never raises.
    """
    if len(text) > _MAX_TEXT:
        return IdentifierResult("", "phone_invalid", False)
    if value := quick_phones([text], country)[0]:
        return IdentifierResult(value, "", False)
    return _careful_phone(text.strip(), country)


def phone_value(text: str, country: str) -> str:
    """E.164 of a text of digits and separators alone, else empty: `parse_phone` without its reasons, which cost more
    than the number."""
    if value := quick_phones([text], country)[0]:
        return value
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    refused = phonenumbers.number_type(number) in (PhoneNumberType.UNKNOWN, PhoneNumberType.PREMIUM_RATE)
    return "" if refused else str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _american_patterns() -> str:
    """The patterns of ordinary numbers of the US and Canada, as the phone library knows them today."""
    regions = filter(None, map(PhoneMetadata.metadata_for_region, ("US", "CA")))
    kinds = [kind for region in regions for kind in (region.fixed_line, region.mobile) if kind]
    return "|".join(sorted({f"(?:{kind.national_number_pattern})" for kind in kinds}))


_AMERICAN_AT_HOME = re.compile(rf"^(?:\+?1)?({_american_patterns()})$|^.*$", re.ASCII | re.MULTILINE).findall
_AMERICAN_ABROAD = re.compile(rf"^\+1({_american_patterns()})$|^.*$", re.ASCII | re.MULTILINE).findall


@lru_cache(maxsize=4_000)
def _careful_email(written: str) -> IdentifierResult:
    value = _library_email(written)
    if value:
        return IdentifierResult(value, "", False)
    addresses = {address.strip(".'").lower() for address in EMAIL_ANYWHERE.findall(written)}
    if len(addresses) > 1:
        return IdentifierResult("", "email_several", False)
    cleaned = _without_wrapping(written)
    value = _library_email(cleaned) if cleaned != written else ""
    return IdentifierResult(value, "", True) if value else IdentifierResult("", _email_problem(cleaned), False)


def _library_email(text: str) -> str:
    if "\ufffd" in text or (text.isascii() and not _LIKE_AN_ADDRESS(text)):
        return ""  # As the library would say, at a hundred times the price.
    try:
        validated = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return ""
    value = unicodedata.normalize("NFC", validated.normalized.lower())
    if len(validated.ascii_domain) <= _LONGEST_DOMAIN and len(_good_domains) < _MOST_DOMAINS:
        _good_domains[text.rpartition("@")[2]] = value.rpartition("@")[2]
    return value


def _without_wrapping(text: str) -> str:
    text = text.translate(_INVISIBLE).replace("＠", "@").strip()
    if bracketed := re.search(r"<([^<>]*@[^<>]*)>", text):
        text = bracketed[1]
    text = text.strip(" \t\r\n=\"'`<>()[]“”‘’")
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    return re.sub(r"\s*@\s*", "@", text.strip(" \t\r\n.,;:\"'"))


def _email_problem(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        return "email_no_at"
    problems: dict[str, Callable[[], bool]] = {
        "email_nothing_before_at": lambda: not local,
        "email_nothing_after_at": lambda: not domain,
        "email_two_ats": lambda: "@" in local,
        "email_space": lambda: any(map(str.isspace, address)),
        "email_two_dots": lambda: ".." in address,
        "email_no_dot": lambda: "." not in domain,
        "email_reserved_domain": lambda: domain.lower().rpartition(".")[2] in SPECIAL_USE_DOMAIN_NAMES,
        "email_too_long": lambda: len(address) > 254,
        "email_bad_local": lambda: not _library_email(f"{local}@example.com"),
    }
    return next((code for code, present in problems.items() if present()), "email_bad_domain")


@lru_cache(maxsize=4_000)
def _careful_phone(written: str, country: str) -> IdentifierResult:
    text, fixed = _as_digits(written)
    if written and not text:
        return IdentifierResult("", "phone_scientific", False)
    if fixed and (value := quick_phones([text], country)[0]):
        return IdentifierResult(value, "", True)
    value, code = _library_phone(text, country)
    if value:
        return IdentifierResult(value, "", fixed or _says_more_than(text, value))
    cleaned = re.sub(r"(?i)^tel:", "", text.translate(_INVISIBLE).strip(" \t\r\n=\"'`.,;:"))
    if cleaned != text:
        value, code = _library_phone(cleaned, country)
    return IdentifierResult(value, "", True) if value else IdentifierResult("", code, False)


def _as_digits(written: str) -> tuple[str, bool]:
    """Undo what a spreadsheet does to a long number; empty when digits are gone for good."""
    if decimal := _NUMBER_AS_DECIMAL.fullmatch(written):
        return decimal[1], True
    power = _NUMBER_AS_POWER.fullmatch(written)
    if not power:
        return written, False
    zeros = int(power[3]) - len(power[2])
    return ("", False) if zeros else (power[1] + power[2], True)


def _says_more_than(text: str, value: str) -> bool:
    """Whether letters or an extension were left out of the number."""
    digits = "".join(str(unicodedata.digit(character)) for character in text if unicodedata.digit(character, -1) >= 0)
    return digits[-7:] != value[-7:] or any(character.isalpha() for character in text)


def _library_phone(text: str, country: str) -> tuple[str, str]:
    """(E.164, "") or ("", code)."""
    if not any(character.isdigit() for character in text):
        return "", "phone_no_digits"
    if _AT_INSIDE(text) and len(text) <= _LONGEST_PARSED:
        return "", "phone_invalid"
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        return "", _parse_problem(error, text, country)
    kind = phonenumbers.number_type(number)  # Unknown exactly where is_valid_number() says no, at half the price.
    if kind == PhoneNumberType.UNKNOWN:
        return "", _phone_problem(number, text)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return "", "phone_premium"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), ""


def _parse_problem(error: phonenumbers.NumberParseException, text: str, country: str) -> str:
    kinds = phonenumbers.NumberParseException
    if error.error_type == kinds.INVALID_COUNTRY_CODE and country not in phonenumbers.SUPPORTED_REGIONS:
        return "phone_needs_country"
    if error.error_type == kinds.TOO_LONG:
        return "phone_several" if _holds_several(text) else "phone_too_long"
    return "phone_too_short" if error.error_type == kinds.TOO_SHORT_NSN else "phone_invalid"


def _phone_problem(number: phonenumbers.PhoneNumber, text: str) -> str:
    if _holds_several(text):
        return "phone_several"
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != ValidationResult.IS_POSSIBLE and _valid_with_plus(text):
        return "phone_needs_country"
    return {
        ValidationResult.TOO_SHORT: "phone_too_short",
        ValidationResult.TOO_LONG: "phone_too_long",
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "phone_no_area_code",
    }.get(reason, "phone_unassigned")


def _holds_several(text: str) -> bool:
    parts: list[str] = re.split(r"[/;,|\n]|\b(?:or|and)\b", text)
    return sum(sum(character.isdigit() for character in part) >= 7 for part in parts) > 1


def _valid_with_plus(text: str) -> bool:
    if "+" in text:
        return False
    try:
        number = phonenumbers.parse(f"+{text.removeprefix('00')}")
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_valid_number(number))
