"""Text from outside without what no text has: NUL, which PostgreSQL refuses, and halves of surrogate pairs."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any
from urllib.parse import unquote

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_MAY_HOLD_NO_TEXT = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)

_ENCODINGS = 2  # an address in a URL in a page
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_UNSEEN = re.compile("[\u034f\ufe00-\ufe0f]")

_ANY_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"|“”‘’']{1,64}@[^\s@<>()\[\],;:\"|“”‘’']{2,253}")
_MASKED = re.compile(r".•••@•••").fullmatch
_ANY_PHONE = re.compile(
    r"\+\d(?:[ ().-]{0,3}\d){7,14}(?!\d)|(?<![\w.,-])(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}(?![\w-])"
)


def plain_text(text: str, *, instead: str = "") -> str:
    return _NO_TEXT.sub(instead, text)


def undisguised(text: str) -> str:
    """The text without escapes, signs that nobody sees, and other forms of the same characters."""
    for _ in range(_ENCODINGS):
        text = html.unescape(unquote(_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)))
    text = unicodedata.normalize("NFKC", plain_text(text))
    return _UNSEEN.sub("", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"))


def nameless(text: str) -> str:
    """The text with `[email]` and `[phone]` for whatever is one as people write them; dates, counts and masked ones
    stay."""
    return _ANY_PHONE.sub("[phone]", _ANY_EMAIL.sub(lambda email: email[0] if _MASKED(email[0]) else "[email]", text))


def masked_for_good(value: str) -> str:
    """An email or phone for texts that stay when the guest is erased: `m•••@•••`, `+1•••`."""
    return f"{value[0]}•••@•••" if "@" in value else f"{value[:2]}•••"


def read_json(raw: str | bytes) -> Any:
    """The document of a JSON text, with plain text alone in it. Raises ValueError and RecursionError as json does.

    What is no text shows as U+FFFD: left out, it could turn one id into another.
    """
    text = raw.decode("utf-8-sig", "replace") if isinstance(raw, bytes) else raw
    document = json.loads(text)
    return _cleaned(document) if _MAY_HOLD_NO_TEXT.search(text) else document


def _cleaned(part: Any) -> Any:
    if isinstance(part, str):
        return plain_text(part, instead="\ufffd")
    if isinstance(part, dict):
        return {plain_text(key, instead="\ufffd"): _cleaned(value) for key, value in part.items()}
    return [*map(_cleaned, part)] if isinstance(part, list) else part
