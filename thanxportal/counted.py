"""How many of something there are, and which, in words."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Such as `1 guest` or `1,234 guests`; `nouns` is the plural if it takes more than an s."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"


def listed(parts: Sequence[str]) -> str:
    """Such as `a`, `a and b` or `a, b, and c`; semicolons part what has commas of its own."""
    mark = ";" if any("," in part for part in parts) else ","
    if len(parts) > 2 or (mark == ";" and len(parts) == 2):
        return f"{f'{mark} '.join(parts[:-1])}{mark} and {parts[-1]}"
    return " and ".join(parts)
