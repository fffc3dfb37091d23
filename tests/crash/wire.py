"""Requests on real sockets, and the moments of each at which somebody may want to strike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

Listener = Callable[[httpx.Request, str], None]  # the request, and what httpcore does with it just now
listeners: list[Listener] = []


class PlainHTTP(httpx.HTTPTransport):
    """Loads no certificates for each request: the partner here speaks plain HTTP."""

    def __init__(self) -> None:
        super().__init__(verify=False, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        def tell(event: str, details: dict[str, Any]) -> None:
            for listener in listeners:
                listener(request, event)

        request.extensions["trace"] = tell
        return super().handle_request(request)
