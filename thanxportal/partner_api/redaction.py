"""Hides guests in what Thanx writes: emails, phones, long numbers and tokens, however they are spelled."""

from __future__ import annotations

import re

from thanxportal.plain_text import undisguised

EXCERPT = 200  # characters
_LOOKED_AT = 4_000  # characters; the patterns below never see more than this
_BEARER = re.compile(r"(?i)bearer\s+\S+")
_EMAIL = re.compile(
    r"""(?:"[^"]{1,64}"|[^\s"<>,;:]{1,254})\s?@\s?(?:\[[^\]\s]{1,60}\]|[^\s"'<>,;]*)(?:\s?\.\s?[\w-]{2,63}\b)*"""
)
_OPEN, _CLOSE = r"\s?[(\[{<_*-]{1,2}\s?", r"\s?[)\]}>_*-]{1,2}\s?"
_DOT = rf"(?:\s?\.\s?|{_OPEN}dot{_CLOSE}|\sdot\s)"
_SPELLED_EMAIL = re.compile(
    rf"(?i)[\w.+'-]{{1,64}}?(?:\sdot\s[\w+'-]{{1,64}}?){{0,3}}(?:{_OPEN}at{_CLOSE}|\sat\s)"
    rf"(?:[\w-]{{1,63}}?{_DOT}){{1,4}}[^\W\d_]{{2,63}}"
)
_PHONE = re.compile(r"\d(?:[\W_]{0,4}\d){6,}")


def redact(text: str) -> str:
    """Returns the beginning of a text, at most 200 characters on one line, with `[email]` and `[number]` for guests.

    Seven digits are a number whatever signs part them, so dates may be hidden as well.
    """
    start = " ".join(undisguised(text[:_LOOKED_AT]).split())
    if len(text) > _LOOKED_AT:
        start = start.rpartition(" ")[0] or start  # The last word may be half an address, which looks like none.
    for pattern, instead in (
        (_BEARER, "Bearer [hidden]"),
        (_EMAIL, "[email]"),
        (_SPELLED_EMAIL, "[email]"),
        (_PHONE, "[number]"),
    ):
        start = pattern.sub(instead, start)
    return start[:EXCERPT]
