"""What a text turned out to be that should be one email or one phone."""

from __future__ import annotations

from typing import NamedTuple

MAX_TEXT = 400  # characters; nothing longer is an identifier, and both libraries get slow on long input


class IdentifierResult(NamedTuple):
    """What a text turned out to be: `value` normalised and `code` empty, or no value and the code of a sentence."""

    value: str
    code: str
    fixed: bool
