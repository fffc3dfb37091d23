"""A connection: it reads requests, has threads work on them, and sends the answers."""

from __future__ import annotations

import socket
import time
from operator import itemgetter
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from thanxportal.body_limits import LET_IN, WAS_LET_IN
from thanxportal.web_server.requests import Request

HEADERS_WITHIN = 20  # seconds after connecting or the last answer
ANSWER_STUCK = 60  # seconds in which a browser takes nothing of its answer
LAST_WORDS = 5  # seconds in which a browser may read a refusal while it is still sending
MOST_STRANGERS = 16  # that send a body which isn't small at once: webhooks


class Task(WSGITask):  # type: ignore[misc]
    """Asks the portal. If it lets the body of a question in, nothing is answered yet; anything else is the answer."""

    @property
    def goes_on(self) -> bool:
        asked_for = self.request.asked_for
        return bool(asked_for and asked_for.let_in_up_to)

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.request.asked_for:
            environ[LET_IN] = self.let_in
        environ[WAS_LET_IN] = bool(self.request.let_in_up_to)
        return environ

    def let_in(self, most: int, *, stranger: bool) -> None:
        """Lets the body come. Of too many strangers, the one who has been sending longest makes room."""
        channels = list(self.channel.server.active_channels.values())
        sending = [(of.body_since, channel) for channel in channels if (of := channel.request) and of.of_stranger]
        if stranger and len(sending) >= MOST_STRANGERS:
            min(sending, key=itemgetter(0))[1].will_close = True
        self.request.asked_for.let_in(most, stranger=stranger)

    def write(self, data: bytes) -> None:
        if self.goes_on:
            return
        if self.request.asked_for and not self.wrote_header:
            self.set_close_on_finish()
        super().write(data)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection, with deadlines that count from a start, not from the last byte."""

    parser_class, task_class = Request, Task
    close_when_flushed: bool
    lingers_since = 0.0
    is_new = True  # No request was answered yet.

    def __init__(self, *args: Any, **options: Any) -> None:
        self.waits_since = time.monotonic()
        super().__init__(*args, **options)

    def received(self, data: bytes) -> bool:
        taken = bool(super().received(data))
        with self.requests_lock:
            request = self.request
            if request is not None and request.must_ask and not request.asked:
                request.asked = True
                self.requests.append(request.question())  # While it is there, nothing more is read.
                if len(self.requests) == 1:
                    self.server.add_task(self)
        return taken

    def service(self) -> None:
        super().service()
        self.waits_since, self.is_new = time.monotonic(), False

    def is_late(self, now: float) -> bool:
        if self.lingers_since:
            return now > self.lingers_since + LAST_WORDS
        if self.total_outbufs_len:
            return bool(time.time() > self.last_activity + ANSWER_STUCK)
        if self.requests:
            return False
        if self.request is not None and self.request.headers_finished:
            return bool(self.request.is_late(now))
        return now > self.waits_since + HEADERS_WITHIN

    @property
    def rank(self) -> tuple[bool, float]:
        """Who makes room first: people whose large body was let in come last, then counts who has waited longest."""
        request = self.request
        is_known = request is not None and bool(request.let_in_up_to) and not request.of_stranger
        return is_known, self.waits_since

    @property
    def has_work(self) -> bool:
        return bool(self.requests or self.is_new)

    def is_busy(self) -> bool:
        return bool(self.requests or self.total_outbufs_len or self.request or self.lingers_since)

    def readable(self) -> bool:
        return bool(self.lingers_since or super().readable())

    def handle_read(self) -> None:
        if self.lingers_since:
            self.recv(self.adj.recv_bytes)  # Closes the connection at its end.
        else:
            super().handle_read()

    def _flush_some(self, *args: Any, **options: Any) -> bool:
        """Alone: a thread that lets a body come writes while no request counts as being worked on."""
        with self.outbuf_lock:
            return bool(super()._flush_some(*args, **options))

    def handle_write(self) -> None:
        """Before closing, waits for the other side: what it still sends would make the system drop our answer."""
        if self.close_when_flushed and not self.will_close:
            self._flush_exception(self._flush_some)
            if not self.total_outbufs_len and self.connected:
                self.close_when_flushed, self.lingers_since = False, time.monotonic()
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_write()
