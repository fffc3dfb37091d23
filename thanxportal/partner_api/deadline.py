"""Limits the time of a whole request: httpx limits each read and write, but not their number."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

CONNECTED = "connection.connect_tcp.complete"  # as httpx's `trace` extension names it


class Deadline:
    """Cuts the connection of a request that takes too long. What waits for it then fails at once.

    A context manager around one request. `watch` is the request's `trace` extension.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.passed = seconds, False
        self._connection: socket.socket | None = None

    def __enter__(self) -> Self:
        self.passed = False
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Keeps its own handle of each new connection, because TLS replaces the first one."""
        if event != CONNECTED:
            return
        self.close()
        self._connection = info["return_value"].get_extra_info("socket").dup()
        if self.passed:
            self._cut()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _cut(self) -> None:
        self.passed, connection = True, self._connection
        if connection is not None:
            with suppress(OSError):  # It is closed already.
                connection.shutdown(socket.SHUT_RDWR)
