"""Serves the simulator on a socket: one thread per connection, and connections that really break."""

import contextlib
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from thanxportal.partner_simulator.simulator import Simulator
from thanxportal.partner_simulator.wire import Answer, Cut, Request


class SimulatorServer(ThreadingHTTPServer):
    """Serves one simulator; runs in a thread of its own until `close`."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], simulator: Simulator, hang_seconds: float) -> None:
        super().__init__(address, _Handler)
        self.simulator = simulator
        self.closing = threading.Event()
        self.hang_seconds = hang_seconds
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, such as http://127.0.0.1:8900."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def close(self) -> None:
        """Stop listening and close hanging connections."""
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients of a simulator are killed on purpose."""


def serve(simulator: Simulator, host: str = "127.0.0.1", port: int = 0, *, hang_seconds: float = 60) -> SimulatorServer:
    """Start serving in a thread. Port 0 takes a free one (see `url`). OSError if the port is taken.

    `hang_seconds` is how long a connection without an answer stays open.
    """
    return SimulatorServer((host, port), simulator, hang_seconds)


class _Handler(BaseHTTPRequestHandler):
    server: SimulatorServer

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if len(body) < length:
            return  # The client died in the middle of its request, so nothing was asked.
        request = Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._send(self.server.simulator.handle(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _send(self, answer: Answer) -> None:
        if answer.cut is Cut.HANG:
            self.server.closing.wait(self.server.hang_seconds)
        if answer.cut in (Cut.HANG, Cut.RESET):
            return self._reset()
        raw = self._raw(answer)
        if answer.cut is Cut.HALF_HEADERS:
            raw = raw[: raw.index(b"\r\n") + 9]
        elif answer.cut is Cut.HALF_BODY:
            raw = raw[: len(raw) - (len(answer.body) + 1) // 2]
        with contextlib.suppress(OSError):
            self.wfile.write(raw)
        return None

    def _raw(self, answer: Answer) -> bytes:
        lines = [f"HTTP/1.1 {answer.status} {self.responses[answer.status][0]}"]
        lines += [f"{name}: {value}" for name, value in answer.all_headers()]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + answer.body

    def _reset(self) -> None:
        # A linger time of zero makes the kernel send RST instead of a regular end.
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the simulator keeps its own log of requests."""
