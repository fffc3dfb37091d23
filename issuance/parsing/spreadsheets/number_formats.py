"""Number formats that show more digits than the number has: leading zeros, a plus or a country code."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_DIGITS = re.compile(r"""(?P<before>(?:"[^"]*"|\\.|[+ ()-])*)(?P<digits>[0#?](?:[0#? ()-]|"[^"0-9+]*"|\\[^0-9+])*)""")
_LONGEST = 100  # characters of a format


class NumberFormat(NamedTuple):
    """What stands before a whole number, and how many digits it has at least."""

    before: str
    digits: int

    def shown(self, number: str) -> str:
        return self.before + number.zfill(self.digits)


def number_format(code: str) -> NumberFormat | None:
    """A format that adds digits or a plus; None if it adds none, or is more than digits and what stands before them."""
    format = _DIGITS.fullmatch(code.partition(";")[0]) if len(code) <= _LONGEST else None
    if not format:
        return None
    before = _QUOTED.sub(r"\1\2", format["before"]).rstrip(" (-")
    zeros = re.sub("[^0#?]", "", _QUOTED.sub("", format["digits"])).lstrip("#?")
    adds = len(zeros) > 1 or re.search("[0-9+]", before)
    return NumberFormat(before, len(zeros)) if adds else None
