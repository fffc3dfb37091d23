"""Every address of the portal, found in its URLs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


class Route(NamedTuple):
    """An address: `name` with its namespace, but for one that has none, and `pattern` with its parameters."""

    name: str
    pattern: str

    @property
    def parameters(self) -> list[str]:
        return [old or new for old, new in _PARAMETER.findall(self.pattern)]

    @property
    def of_campaign(self) -> bool:
        return "campaigns/<" in self.pattern

    def url(self, **values: object) -> str:
        filled = _PARAMETER.sub(lambda found: str(values[found[1] or found[2]]), self.pattern)
        return "/" + filled.translate(str.maketrans("", "", "^$"))


def routes() -> Iterator[Route]:
    def walk(patterns: list[Any], namespace: str, before: str) -> Iterator[Route]:
        for entry in patterns:
            pattern = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else namespace, pattern)
            elif isinstance(entry, URLPattern):
                yield Route(namespace + (entry.name or pattern), pattern)

    yield from walk(get_resolver().url_patterns, "", "")


ROUTES = sorted(routes())
OF_MERCHANTS = [route for route in ROUTES if "handle" in route.parameters]
