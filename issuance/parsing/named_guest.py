"""Whether a text names a certain guest, however the email or phone is spelled there."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from thanxportal.plain_text import undisguised

_OPEN, _CLOSE = r"\s?[(\[{<_*-]{1,2}\s?", r"\s?[)\]}>_*-]{1,2}\s?"
_DOT = rf"(?:\s?\.\s?|{_OPEN}(?:dot|\.){_CLOSE}|\sdot\s)"
_AT = rf"(?:\s?@\s?|{_OPEN}(?:at|@){_CLOSE}|\sat\s)"
_BETWEEN_DIGITS = r"[\W_]{0,4}"
_MAY_BE_DISGUISED = re.compile(r"[^\x20-\x7e]|[%&\\]").search


class NamedGuest:
    """Looks for one guest; `value` is an email or phone as `identifiers` writes it."""

    def __init__(self, value: str) -> None:
        self.value = value
        self._search = re.compile(_email(value) if "@" in value else _phone(value)).search
        self._run = max(re.split(r"[\W_]", value.lower()), key=len) if "@" in value else ""  # In every spelling.

    def is_in(self, text: str) -> bool:
        plain = _plainly(text)
        return self._run in plain and self._search(plain) is not None


def _plainly(text: str) -> str:
    if not _MAY_BE_DISGUISED(text):
        return text.lower()
    return "".join(str(unicodedata.digit(sign, sign)) for sign in undisguised(text).lower())


def _email(value: str) -> str:
    local, _, domain = value.lower().rpartition("@")
    after = _AT + _DOT.join(map(re.escape, domain.split("."))) + r"(?![\w-]|\.\w)"
    quoted = '"' + "[ .]".join(map(re.escape, local.split("."))) + '"'
    return rf"(?:(?<![\w.+-]){_DOT.join(map(re.escape, local.split('.')))}|{quoted}){after}"


def _phone(value: str) -> str:
    """The national number, with or without country code and trunk zero, and no part of a longer one."""
    number = phonenumbers.parse(value)
    code, national = str(number.country_code), phonenumbers.national_significant_number(number)
    digits = _BETWEEN_DIGITS.join(national)
    of_country = f"(?:(?:00|011)?{_BETWEEN_DIGITS}{code}{_BETWEEN_DIGITS})?"
    return rf"(?<!\d){of_country}(?:0{_BETWEEN_DIGITS})?{digits}(?!\d)"
