"""The process that gunicorn starts: listening sockets, one thread that reads and sends, and threads that work."""

from __future__ import annotations

import gc
import os
import socket
import sys
import time
from typing import Any

from gunicorn.workers.base import Worker as GunicornWorker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer, UnixWSGIServer
from waitress.task import ThreadedTaskDispatcher

from thanxportal.body_limits import SMALL_BODY
from thanxportal.stored_files import look_after_leftovers
from thanxportal.web_server.connections import Channel
from thanxportal.web_server.shares import Shares

MOST_HEADERS = 32 * 1024
MOST_IN_MEMORY = 6 * 1024 * 1024  # of one body; a longer one is in a temporary file
MOST_WAITING_ANSWER = 256 * 1024 * 1024  # More than a report has; a thread waits if a browser is that far behind.
MOST_CONNECTIONS = 800  # Beyond that, who has waited longest without a complete request makes room.
ADJUSTMENTS = Adjustments(
    max_request_header_size=MOST_HEADERS,
    max_request_body_size=sys.maxsize,  # The portal says how long each may be.
    inbuf_overflow=MOST_IN_MEMORY,
    outbuf_high_watermark=MOST_WAITING_ANSWER,
    recv_bytes=SMALL_BODY,
    connection_limit=2 * MOST_CONNECTIONS,
    cleanup_interval=1,
    clear_untrusted_proxy_headers=False,  # Django asks `BEHIND_PROXY` whether to believe them.
    ident=None,
)
COLLECT_EVERY = 20_000  # objects, a few pages: every 700, as Python does, looking for garbage is up to 5 % of a page
Sockets = dict[int, Any]
shares = Shares()  # of all processes that gunicorn forks after this


class Doors:
    """How a listening socket treats its connections: it closes what is late, and makes room for newcomers."""

    active_channels: dict[int, Channel]
    channel_class = Channel
    place = 0  # of this process in `shares`

    def handle_accept(self) -> None:
        shares.let_others_first(self.place)
        super().handle_accept()  # type: ignore[misc]
        if len(self.active_channels) > MOST_CONNECTIONS:
            waiting = [channel for channel in self.active_channels.values() if not channel.requests]
            if waiting:
                min(waiting, key=lambda channel: channel.rank).handle_close()

    def maintenance(self, now: float) -> None:
        """Called every second."""
        for channel in list(self.active_channels.values()):
            if channel.is_late(time.monotonic()):
                channel.handle_close()

    @property
    def work(self) -> int:
        return sum(channel.has_work for channel in list(self.active_channels.values()))  # Threads close some, too.

    def close_idle(self) -> None:
        for channel in list(self.active_channels.values()):
            if not channel.is_busy():
                channel.handle_close()


class TcpDoors(Doors, TcpWSGIServer):  # type: ignore[misc]
    pass


class UnixDoors(Doors, UnixWSGIServer):  # type: ignore[misc]
    pass


def open_doors(app: Any, listener: socket.socket, threads: ThreadedTaskDispatcher, sockets: Sockets) -> Any:
    """Has a listening socket served by `app`, as long as somebody turns `sockets`."""
    kind = UnixDoors if listener.family == socket.AF_UNIX else TcpDoors
    info = (listener.family, listener.type, listener.proto, listener.getsockname())
    options = {"dispatcher": threads, "adj": ADJUSTMENTS, "sockinfo": info, "bind_socket": False}
    return kind(app, sockets, _sock=listener, **options)


def turn(sockets: Sockets) -> None:
    """Reads and sends what can be read and sent, or waits for up to a second."""
    wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)


class Worker(GunicornWorker):  # type: ignore[misc]
    """A process of gunicorn with the threads of `--threads`. TERM lets it finish what it has begun."""

    def run(self) -> None:
        gc.freeze()
        gc.set_threshold(COLLECT_EVERY, 10, 10)
        look_after_leftovers()
        sockets: Sockets = {}
        threads = ThreadedTaskDispatcher()
        threads.set_thread_count(self.cfg.threads)
        doors = [open_doors(self.wsgi, listener, threads, sockets) for listener in self.sockets]
        for door in doors:
            door.place = self.age
        while self.alive and os.getppid() == self.ppid:
            self.notify()
            shares.say(self.age, sum(door.work for door in doors))
            turn(sockets)
        self._finish(doors, sockets)

    def _finish(self, doors: list[Any], sockets: Sockets) -> None:
        until = time.monotonic() + self.cfg.graceful_timeout
        shares.leave(self.age)
        for door in doors:
            door.del_channel()
        while time.monotonic() < until:
            for door in doors:
                door.close_idle()
            if not any(door.active_channels for door in doors):
                return
            self.notify()
            turn(sockets)
