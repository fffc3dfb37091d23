"""Cells whose formula is a link: =HYPERLINK("mailto:ann@example.com","ann@example.com")."""

from __future__ import annotations

import re

_LINK = re.compile(
    r"""\s*['’]?=\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*(?:[,;]\s*"((?:[^"]|"")*)"\s*)?\)\s*""", re.IGNORECASE
).fullmatch
_TO_SOMEBODY = re.compile(r"(?:mailto|tel|sms|callto):(?://)?([^?]*)(?:\?.*)?", re.IGNORECASE).fullmatch
_FEWEST_DIGITS = 7  # of a phone


def linked(text: str) -> str:
    """The email or phone that a link leads to or, if it leads to a page, shows; any other text as it is, and a link
    that leads to one guest and shows another."""
    link = _LINK(text)
    if not link:
        return text
    shown, somebody = link[2] or "", _TO_SOMEBODY(link[1])
    if not somebody:
        return shown or text
    return somebody[1] if _names_nobody(shown) or _key(somebody[1]) == _key(shown) else text


def _names_nobody(shown: str) -> bool:
    return "@" not in shown and sum(map(str.isdigit, shown)) < _FEWEST_DIGITS


def _key(text: str) -> str:
    """What two spellings of a guest have in common: an address in lower case, the last digits of a phone."""
    return text.strip().lower() if "@" in text else "".join(filter(str.isdigit, text))[-_FEWEST_DIGITS:]
