"""Is this text an email address or a phone number that a reward can go to? Pure, and quick enough for a million rows.

The results are those of email-validator (without DNS) and phonenumbers. Regular expressions stand in for them only
where they provably say the same: a plain ASCII local part before a domain accepted already, and a North American number
matched against the patterns of the phone library's own metadata. Everything else asks the library, and what the
library refuses is tried once more after removing what programs leave around an identifier (`mailto:`, "Name <…>",
a trailing dot, invisible characters). Departures from the library, on purpose, since a reward to a stranger is worse
than a row to look at:
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

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat

from issuance.parsing.hyperlinks import linked
from issuance.parsing.lookalikes import (
    alphabet_of,
    as_typed,
    is_masked_email,
    is_masked_phone,
    is_plausible,
    looks_like_another,
    with_plain_i,
)
from issuance.parsing.new_numbers import without_mark
from issuance.parsing.other_numbers import is_other_number
from issuance.parsing.phone_alone import phone_alone
from issuance.parsing.phone_library import library_phone, valid_phone
from issuance.parsing.phone_spellings import as_digits, spellings, unwrapped
from issuance.parsing.quick_phones import quick_phones
from issuance.parsing.several_guests import addresses_in, holds_several_phones, numbers_in

_MAX_TEXT = 400  # characters; nothing longer is an identifier, and both libraries get slow on long input
# Without * and #, which mask, and without an apostrophe at the start, by which spreadsheets mark text.
_PLAIN_LOCAL = re.compile(r"[\w+][\w!$%&'+/=?^`{|}~-]*(?:\.[\w!$%&'+/=?^`{|}~-]+)*", re.ASCII).fullmatch
_MARKED_OUT = re.compile(r"[!#$%&/=?^`{|}~-]").match  # as a line that programs or people leave out
_MARKS_TEXT = frozenset("'’‘–—•●·")  # at the start, what stands for a quote or a bullet
_TYPOGRAPHIC_START = re.compile(r"^[\s–—•●·]+")
_LIKE_AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
_MOST_DOMAINS = 50_000
_LONGEST_DOMAIN = 189  # with any local part before it, an address stays below the 254 characters allowed
_good_domains: dict[str, str] = {}  # as written -> as email-validator writes it: it accepted each once in this process
_FEWEST_ALIKE, _SHARE_ALIKE = 3, 0.03  # addresses in an alphabet that make it one of the list
_NEW = ("phone_new_area", "phone_new_prefix")
_new_areas_taken = False

NO_PHONE_AT_ALL = ("phone_no_digits", "phone_invalid")  # Codes that don't say which phone was meant.


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


def parse_email(text: str, alphabets: frozenset[str] = frozenset()) -> IdentifierResult:
    """The email address in one cell, in lower case; never raises.

    `alphabets` are those in which the list has so many addresses that one more is no surprise.
    """
    if value := quick_email(text):
        return IdentifierResult(value, "", False)
    if "@" not in text and text.isascii() and len(text) <= _MAX_TEXT:
        return IdentifierResult("", "email_no_at", False)
    if len(text) > _MAX_TEXT:
        return IdentifierResult("", "email_too_long", False)
    return _careful_email(text.strip(), alphabets)


def alphabets_of(cells: Sequence[str]) -> frozenset[str]:
    """The alphabets of addresses that would be doubtful alone, but not among so many alike."""
    unusual = [cell for cell in cells if not cell.isascii() and parse_email(cell).code == "email_unusual_letters"]
    counts = Counter(alphabet_of(cell.partition("@")[0].strip()) for cell in unusual)
    fewest = max(_FEWEST_ALIKE, _SHARE_ALIKE * len(cells))
    return frozenset(name for name, count in counts.items() if name and count >= fewest)


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


def parse_phone(text: str, country: str) -> IdentifierResult:
    """The phone number in one cell, as E.164.

    `country` is the ISO 3166 code, in upper case, of the country of numbers written without one. Never raises.
    """
    if len(text) > _MAX_TEXT:
        return IdentifierResult("", "phone_invalid", False)
    if value := quick_phones([text], country)[0]:
        return IdentifierResult(value, "", False)
    return _careful_phone(text.strip(), country)


def parse_guest(text: str, country: str) -> IdentifierResult:
    """The email or the phone that somebody typed into a field for either."""
    result = parse_email(text) if "@" in text else parse_phone(text, country)
    return IdentifierResult("", "neither", False) if result.code in NO_PHONE_AT_ALL else result


def guests_in(text: str, country: str) -> list[str]:
    """The pieces of a cell that holds more than one guest, each an email or a phone; empty if fewer than two are good.

    A piece that is bad is a piece nevertheless, so that nobody is lost.
    """

    def value(piece: str) -> str:
        return (parse_email(piece) if "@" in text else parse_phone(piece, country)).value

    pieces = addresses_in(as_typed(text)) if "@" in text else numbers_in(text, lambda piece: bool(value(piece)))
    return pieces if len({*map(value, pieces)} - {""}) > 1 else []


@lru_cache(maxsize=20_000)
def phone_value(text: str, country: str) -> str:
    """E.164 of a text of digits and separators alone, else empty: `parse_phone` without its reasons, which cost more
    than the number."""
    value = valid_phone(text, country)
    return "" if value and is_other_number(text, country) else value


@lru_cache(maxsize=4_000)
def _careful_email(text: str, alphabets: frozenset[str]) -> IdentifierResult:
    written = linked(text)
    if is_masked_email(written):
        return IdentifierResult("", "masked", False)
    if written.count("@") > 1 and len(addresses_in(as_typed(written))) > 1:
        return IdentifierResult("", "email_several", False)
    cleaned = typed = with_plain_i(as_typed(written))
    value = "" if written[:1] in _MARKS_TEXT else _library_email(typed, alphabets)
    if not value:
        cleaned = with_plain_i(_without_wrapping(written))
        value = _library_email(cleaned, alphabets)
    fixed = cleaned != unicodedata.normalize("NFC", text)
    return (
        IdentifierResult(value, "", fixed) if value else IdentifierResult("", _email_problem(cleaned, alphabets), False)
    )


def _library_email(text: str, alphabets: frozenset[str] = frozenset()) -> str:
    if "\ufffd" in text or _MARKED_OUT(text) or (text.isascii() and not _LIKE_AN_ADDRESS(text)):
        return ""  # As the library would say, at a hundred times the price.
    try:
        validated = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return ""
    value = unicodedata.normalize("NFC", validated.normalized.lower())
    if not value.isascii() and _foreign_letters(value, alphabets):
        return ""
    if len(validated.ascii_domain) <= _LONGEST_DOMAIN and len(_good_domains) < _MOST_DOMAINS:
        _good_domains[text.rpartition("@")[2]] = value.rpartition("@")[2]
    return value


def _foreign_letters(address: str, alphabets: frozenset[str]) -> str:
    """The code of what is wrong with letters of other alphabets in an address that is good otherwise; empty if
    nothing."""
    local, _, domain = address.rpartition("@")
    if looks_like_another(domain):
        return "email_mixed_letters"
    return "" if local.isascii() or is_plausible(local, domain, alphabets) else "email_unusual_letters"


def _without_wrapping(text: str) -> str:
    text = as_typed(_TYPOGRAPHIC_START.sub("", text)).strip()
    if bracketed := re.search(r"<([^<>]*@[^<>]*)>", text):
        text = bracketed[1]
    text = text.strip(" \t\r\n=\"'`<>()[]“”‘’")
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    return re.sub(r"\s*@\s*", "@", text.strip(" \t\r\n.,;:\"'"))


def _email_problem(address: str, alphabets: frozenset[str]) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        return "email_no_at"
    readable = not address.isascii() and "\ufffd" not in address and _LIKE_AN_ADDRESS(address)
    if readable and (code := _foreign_letters(address, alphabets)):
        return code
    problems: dict[str, Callable[[], bool]] = {
        "email_nothing_before_at": lambda: not local,
        "email_nothing_after_at": lambda: not domain,
        "email_marked_out": lambda: _MARKED_OUT(local) is not None and bool(_library_email(_unmarked(address))),
        "email_two_ats": lambda: "@" in local,
        "email_space": lambda: any(map(str.isspace, address)),
        "email_two_dots": lambda: ".." in address,
        "email_no_dot": lambda: "." not in domain,
        "email_reserved_domain": lambda: domain.lower().rpartition(".")[2] in SPECIAL_USE_DOMAIN_NAMES,
        "email_too_long": lambda: len(address) > 254,
        "email_bad_local": lambda: not _library_email(f"{local}@example.com"),
    }
    return next((code for code, present in problems.items() if present()), "email_bad_domain")


def _unmarked(address: str) -> str:
    return re.sub(r"^[^\w@]+", "", address)


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
