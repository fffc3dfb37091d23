"""How many of something there are, in words."""

from __future__ import annotations


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Such as `1 guest` or `1,234 guests`; `nouns` is the plural if it takes more than an s."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
