"""What only looks like a phone: IP addresses, dates and times, decimals, prices, postal codes."""

from __future__ import annotations

import re

_IP = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:[:/]\d+)?").fullmatch
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_TIME = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?|Z|UTC|[+-]\d\d:?\d\d)?"
_DATE = rf"(?:{_YEAR}([-/.]){_MONTH}\1{_DAY}|{_DAY}([-/.]){_MONTH}\2{_YEAR}|{_MONTH}([-/.]){_DAY}\3{_YEAR})"
_DECIMAL = r"[+-]?(?:(?:0|[1-9]\d*)\.\d+|(?:0|[1-9]\d{0,6}),\d{1,6})"
# These with one dot are how some write a phone: 202.5550101, 202555.0101, +1.2025550101
_PHONE_WITH_A_DOT = re.compile(r"[2-9]\d\d\.\d{7}|\d{6}\.\d{4}|\+\d{1,3}\.\d{7,}").fullmatch
_MONEY = r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CAD|AUD|MXN|CHF|BRL)\b|R\$|kr\.?)"
_AMOUNT = r"[+-]?\d[\d.,' ]*"
_OTHER = re.compile(
    rf"{_DATE}(?:[ T,]+{_TIME})?|{_TIME}|{_DECIMAL}(?:\s*[,;/]\s*{_DECIMAL})?|{_MONEY}\s*{_AMOUNT}"
    rf"|{_AMOUNT}\s*(?:{_MONEY}|%)|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:\.\d{{3}})+,\d+",
    re.IGNORECASE,
).fullmatch
_ZIP_PLUS_FOUR = re.compile(r"\d{5}-\d{4}").fullmatch
# Whether a cell with dots needs a closer look: groups as in an IP address, and decimals.
dots_of_another_number = re.compile(r"\s*[+-]?(?:\d{1,3}(?:\.\d{1,3}){3}|\d+\.\d+)\s*", re.ASCII).fullmatch


def is_other_number(text: str, country: str) -> bool:
    """Whether a text is surely no phone, as its signs show. Digits alone never show it."""
    if ip := _IP(text):
        groups = ip.groups()
        return all(int(group) <= 255 for group in groups) and not all(len(group) == 2 for group in groups)
    if country in ("US", "PR") and _ZIP_PLUS_FOUR(text):
        return True
    return _OTHER(text) is not None and not _PHONE_WITH_A_DOT(text)
