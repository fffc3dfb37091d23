"""Addresses that a process remembers: pages are full of the same ones, and making one takes longer than showing it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import get_urlconf, reverse

MOST = 20_000


def address_of(name: str, *arguments: object) -> str:
    """As `reverse` makes it of a name and arguments in order, as all addresses of the portal are written."""
    return _address(get_urlconf(), name, tuple(map(str, arguments)))


@lru_cache(MOST)
def _address(urlconf: Any, name: str, arguments: tuple[str, ...]) -> str:
    return reverse(name, urlconf, arguments)
