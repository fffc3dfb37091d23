"""A request that is being read."""

from __future__ import annotations

import time
from copy import copy
from typing import Any

from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import RequestEntityTooLarge

from thanxportal.body_limits import SMALL_BODY

BODY_WITHIN = 20  # seconds, and one more for each `SLOWEST` bytes that have come
SLOWEST = 16 * 1024  # bytes a second


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request that is being read. If its body isn't small, it has to be let in first."""

    error: Any
    let_in_up_to = 0
    asked = of_stranger = False
    body_since = 0.0
    _expects = False

    @property
    def must_ask(self) -> bool:
        return bool(self.headers_finished and not self.completed and (self.chunked or self.content_length > SMALL_BODY))

    @property
    def expect_continue(self) -> bool:
        """Whether the sender waits for a word before it sends the body, and may have it."""
        return self._expects and (bool(self.let_in_up_to) or not self.must_ask)

    @expect_continue.setter
    def expect_continue(self, expects: bool) -> None:
        self._expects = expects

    def parse_header(self, header_plus: bytes) -> None:
        """Takes no request that says twice where it ends: a proxy in front might believe the other."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Both Content-Length and Transfer-Encoding were sent.")

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.headers_finished and not self.body_since:
            self.body_since = time.monotonic()
        if self.let_in_up_to and self.body_bytes_received > self.let_in_up_to and not self.error:
            self.error, self.completed = RequestEntityTooLarge("The body is too long."), True
        return consumed

    def question(self) -> Request:
        """The same request without its body, which asks whether the body may come."""
        asks = copy(self)
        asks.body_rcv = None
        asks.asked_for = self
        return asks

    asked_for: Request | None = None  # The request whose body is let in by the answer to this one.

    def let_in(self, most: int, *, stranger: bool) -> None:
        self.let_in_up_to, self.of_stranger, self.body_since = most, stranger, time.monotonic()

    def is_late(self, now: float) -> bool:
        return bool(now > self.body_since + BODY_WITHIN + self.body_bytes_received / SLOWEST)
