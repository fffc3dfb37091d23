"""Processes that take connections from one socket."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.crash.patience import comes_true
from tests.web_server.serving import answer_of, connected
from thanxportal.demo.__main__ import answers, free_port
from thanxportal.web_server import shares, worker
from thanxportal.web_server.shares import Shares

CONNECTIONS = 40
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def test_one_that_has_more_to_do_than_another_lets_that_go_first() -> None:
    ours = Shares()
    ours.say(1, 3)
    assert not ours.others_have_less(1)
    ours.say(2, 3)
    assert not ours.others_have_less(1)
    ours.say(2, 2)
    assert ours.others_have_less(1)
    assert not ours.others_have_less(2)


def test_one_that_says_nothing_any_more_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, now = Shares(), time.monotonic()
    ours.say(2, 0)
    monkeypatch.setattr(shares.time, "monotonic", lambda: now + shares.BELIEVED + 1)
    ours.say(1, 3)
    assert not ours.others_have_less(1)


def test_one_that_takes_no_more_is_not_waited_for() -> None:
    ours = Shares()
    ours.say(2, 0)
    ours.say(1, 3)
    ours.leave(2)
    assert not ours.others_have_less(1)


class Closing:
    """A connection that a thread closes while work is counted."""

    def __init__(self, channels: dict[int, Any], file: int) -> None:
        self.channels, self.file = channels, file
        channels[file] = self

    @property
    def has_work(self) -> bool:
        del self.channels[self.file]
        return True


def test_connections_may_be_closed_while_they_are_counted() -> None:
    doors = worker.Doors()
    doors.active_channels = channels = {}
    for file in range(3):
        Closing(channels, file)
    assert doors.work == 3
    assert doors.work == 0


def who(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """An app that tells which process answers."""
    sum(range(200_000))
    told = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]


@pytest.fixture
def port() -> Iterator[int]:
    """Two processes of gunicorn."""
    port = free_port(8740)
    options = f"--worker-class thanxportal.web_server.Worker --workers 2 --threads 4 --bind 127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn.app.wsgiapp", f"{__name__}:who", *options.split(), "--no-control-socket"]
    master = subprocess.Popen(command, env=os.environ | {"DJANGO_SETTINGS_MODULE": "thanxportal.settings"})
    try:
        assert comes_true(lambda: answers(f"http://127.0.0.1:{port}/"), 60)
        assert comes_true(lambda: len({answered_by(port) for _ in range(10)}) == 2, 60)
        yield port
    finally:
        master.terminate()
        master.wait(60)


def answered_by(port: int, seconds: float = 0) -> bytes:
    """The process to which a connection comes that asks for so long."""
    with connected(port) as connection:
        until = time.monotonic() + seconds
        while True:
            connection.sendall(ASK)
            process = answer_of(connection).rpartition(b"\r\n")[2]
            if time.monotonic() >= until:
                return process


def test_connections_that_ask_all_the_time_are_shared_evenly(port: int) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as asking:
        by = Counter(asking.map(lambda _: answered_by(port, 1), range(CONNECTIONS)))
    assert len(by) == 2
    assert min(by.values()) >= CONNECTIONS * 0.4
