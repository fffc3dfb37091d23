"""Two ways to ask for pages: through the whole WSGI handler of this process, and by 50 connections to a web server.
Each yields what asks for a page once, and what tells the CPU seconds of a request for it, or for the bare view."""

from __future__ import annotations

import asyncio
import http.client
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from benchmarks import bare
from benchmarks.programs import WEB, running
from benchmarks.web_load import pages_in
from tests.crash.patience import comes_true
from thanxportal.demo.__main__ import answers, free_port

CSRF = "c" * 32
BARE, PAGES = 150, 20  # requests of a round through the handler
SECONDS = 1.0  # of a round at the server
TICKS = os.sysconf("SC_CLK_TCK")


class Answer(NamedTuple):
    status: int
    text: str
    queries: int | None = None


Ways = tuple[Callable[..., Answer], Callable[..., float]]


def _headers(session: str, *, polled: bool) -> dict[str, str]:
    headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Host": "127.0.0.1"}
    return headers | ({"HX-Request": "true"} if polled else {})


@contextmanager
def by_handler(session: str) -> Iterator[Ways]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    portal, floor = WSGIHandler(), bare.handler()

    def call(handler: WSGIHandler, path: str, polled: bool = False, body: bytes = b"") -> Answer:
        response = handler(_environ(session, path, polled, body), lambda *answer: None)
        text = b"".join(response).decode()  # type: ignore[arg-type]
        response.close()
        return Answer(response.status_code, text)

    def ask(path: str, polled: bool = False, body: bytes = b"") -> Answer:
        with CaptureQueriesContext(connection) as asked:
            answer = call(portal, path, polled, body)
        return answer._replace(queries=len(asked))

    def cpu(path: str, polled: bool = False) -> float:
        is_bare = path == bare.PATH
        handler, times = (floor, BARE) if is_bare else (portal, PAGES)
        with override_settings(ROOT_URLCONF="benchmarks.bare" if is_bare else settings.ROOT_URLCONF):
            began = time.process_time()
            for _ in range(times):
                call(handler, path, polled)
            return (time.process_time() - began) / times

    yield ask, cpu


def _environ(session: str, path: str, polled: bool, body: bytes) -> dict[str, Any]:
    path, _, query = path.partition("?")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in _headers(session, polled=polled).items()
    }
    return headers | {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }


@contextmanager
def by_server(session: str) -> Iterator[Ways]:
    environment = dict(os.environ)
    with (
        _serving(WEB, environment) as portal,
        _serving(WEB.replace("thanxportal.wsgi", "benchmarks.bare"), environment) as floor,
    ):

        def ask(path: str, polled: bool = False) -> Answer:
            kept = http.client.HTTPConnection("127.0.0.1", portal[0])
            kept.request("GET", path, headers=_headers(session, polled=polled))
            answer = kept.getresponse()
            return Answer(answer.status, answer.read().decode())

        def cpu(path: str, polled: bool = False) -> float:
            port, pid = floor if path == bare.PATH else portal
            began = _cpu_seconds(pid)
            rate = asyncio.run(pages_in(SECONDS, port, path=path, headers=_headers(session, polled=polled)))
            return (_cpu_seconds(pid) - began) / (rate * SECONDS)

        yield ask, cpu


@contextmanager
def _serving(command: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Yields the port and the id of the process that answers."""
    port = free_port(8400)
    with running(f"{command}127.0.0.1:{port}", environment) as master:
        if not comes_true(
            lambda: answers(f"http://127.0.0.1:{port}/{'healthz' if 'portal.wsgi' in command else 'bare'}"), 60
        ):
            raise SystemExit("The web process doesn't come up.")
        yield port, int(Path(f"/proc/{master}/task/{master}/children").read_text().split()[0])


def _cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS
