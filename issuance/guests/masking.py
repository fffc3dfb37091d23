"""Showing which guest is meant without showing who it is."""

from __future__ import annotations

DOTS = "•••"


def mask(value: str) -> str:
    """Returns an email or phone with its telling part hidden: `m•••@example.com`, `+1•••0142`.

    Anything else, such as a broken address in a bad row, keeps its first character only.
    """
    if not value:
        return ""
    name, at, domain = value.rpartition("@")
    if at and name and domain:
        return f"{name[0]}{DOTS}@{domain}"
    if value[0] == "+" and value[1:].isdecimal() and len(value) > 8:
        return f"{value[:2]}{DOTS}{value[-4:]}"
    return f"{value[0]}{DOTS}"
