"""Every address of a merchant, found in the URLs of the project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def merchant_routes() -> Iterator[tuple[str, str, list[str]]]:
    """(namespace, name, parameters) of every address below /m/<handle>/."""

    def walk(patterns: list[Any], namespace: str, names: list[str]) -> Iterator[tuple[str, str, list[str]]]:
        for entry in patterns:
            parameters = names + [name for name in entry.pattern.converters if name not in names]
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, entry.namespace or namespace, parameters)
            elif isinstance(entry, URLPattern) and "handle" in parameters:
                yield namespace, entry.name or "", parameters

    yield from walk(get_resolver().url_patterns, "", [])


ROUTES = sorted(merchant_routes())
