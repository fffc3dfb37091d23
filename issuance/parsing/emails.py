"""Is this text an email address that a reward can go to? Pure, and quick enough for a million rows.

The results are those of email-validator (without DNS), but for the departures that `identifiers` names. A regular
expression stands in for it only where it provably says the same: a plain ASCII local part before a domain accepted
already.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from issuance.parsing.hyperlinks import linked
from issuance.parsing.identifier_result import MAX_TEXT, IdentifierResult
from issuance.parsing.lookalikes import (
    alphabet_of,
    as_typed,
    is_masked_email,
    is_plausible,
    looks_like_another,
    with_plain_i,
)
from issuance.parsing.several_guests import addresses_in

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


def parse_email(text: str, alphabets: frozenset[str] = frozenset()) -> IdentifierResult:
    """The email address in one cell, in lower case; never raises.

    `alphabets` are those in which the list has so many addresses that one more is no surprise.
    """
    if value := quick_email(text):
        return IdentifierResult(value, "", False)
    if "@" not in text and text.isascii() and len(text) <= MAX_TEXT:
        return IdentifierResult("", "email_no_at", False)
    if len(text) > MAX_TEXT:
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
