"""Showing which guest is meant without showing who it is."""

from __future__ import annotations

import re

DOTS = "•••"
_ADDRESS = re.compile(r"[^@\s]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}").fullmatch


def mask(value: str) -> str:
    """Returns an email or phone with its telling part hidden: `m•••@example.com`, `+1•••0142`.

    Anything else keeps its first character only, such as a cell with a broken address: what stands behind its @ sign
    may be another guest.
    """
    if not value:
        return ""
    if _ADDRESS(value):
        return f"{value[0]}{DOTS}@{value.rpartition('@')[2]}"
    if value[0] == "+" and value[1:].isdecimal() and len(value) > 8:
        return f"{value[:2]}{DOTS}{value[-4:]}"
    return f"{value[0]}{DOTS}"
