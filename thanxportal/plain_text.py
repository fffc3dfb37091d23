"""Text from outside without what no text has: NUL, which PostgreSQL refuses, and halves of surrogate pairs."""

from __future__ import annotations

import json
import re
from typing import Any

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_MAY_HOLD_NO_TEXT = re.compile(r"\\u(?:0000|d[89a-f])", re.IGNORECASE)


def plain_text(text: str, *, instead: str = "") -> str:
    return _NO_TEXT.sub(instead, text)


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
