"""A web server in this process, whose app is a function, and strangers at it by bare sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from waitress.task import ThreadedTaskDispatcher

from thanxportal.body_limits import LET_IN
from thanxportal.web_server import worker

PATIENCE = 5.0  # seconds
THREADS = 2


class App:
    """Lets bodies in up to `most` bytes, and answers with how long the body was."""

    def __init__(self, most: int = 0, *, stranger: bool = True) -> None:
        self.most, self.stranger, self.asked = most, stranger, 0
        self.bodies: list[int] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        if let_in := environ.get(LET_IN):
            return self._ask(let_in, start_response)
        self.bodies.append(len(environ["wsgi.input"].read()))
        return _answer(start_response, "200 OK", f"{self.bodies[-1]} bytes".encode())

    def _ask(self, let_in: Callable[..., None], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked += 1
        if self.most:
            let_in(self.most, stranger=self.stranger)
            return _answer(start_response, "204 No Content", b"")
        return _answer(start_response, "413 Too Large", b"Too much.")


def _answer(start_response: Callable[..., Any], status: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[int]:
    """Yields the port."""
    sockets: worker.Sockets = {}
    threads, ended = ThreadedTaskDispatcher(), threading.Event()
    threads.set_thread_count(THREADS)
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    doors = worker.open_doors(app, listener, threads, sockets)

    def loop() -> None:
        while not ended.is_set():
            worker.turn(sockets)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield port
    finally:
        ended.set()
        doors.pull_trigger()
        thread.join()
        threads.shutdown()
        for open_socket in list(sockets.values()):
            open_socket.close()


@contextmanager
def connected(port: int, sent: bytes = b"") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        yield connection


def answer_of(connection: socket.socket) -> bytes:
    """Everything up to the end of one answer; what came before the connection ended, if that is sooner."""
    answer = b""
    while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < _length(answer):
        try:
            part = connection.recv(65536)
        except ConnectionError:
            break
        if not part:
            break
        answer += part
    return answer


def _length(answer: bytes) -> int:
    return int(answer.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 0)


def get(port: int) -> bytes:
    with connected(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        return answer_of(connection)


def seconds_until_closed(connection: socket.socket, drip: bytes = b"") -> float:
    """How long the server keeps a connection that sends `drip` ten times a second."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() < began + PATIENCE:
        try:
            if not connection.recv(65536):
                break
        except TimeoutError:
            pass
        except ConnectionError:
            break
        try:
            connection.sendall(drip)
        except ConnectionError:
            break
    return time.monotonic() - began
