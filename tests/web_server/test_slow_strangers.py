"""Nothing waits for a slow stranger: whoever sends slowly is cut off, and meanwhile everybody else is served."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from tests.web_server.serving import App, answer_of, connected, get, seconds_until_closed, serving
from thanxportal.body_limits import SMALL_BODY
from thanxportal.web_server import connections, requests, worker

HALF_HEADERS = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
LARGE = 300_000


def post(length: int, *more: str) -> bytes:
    return "\r\n".join(["POST / HTTP/1.1", "Host: x", f"Content-Length: {length}", *more, "", ""]).encode()


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_WITHIN", 0.3)
    monkeypatch.setattr(requests, "BODY_WITHIN", 0.3)
    monkeypatch.setattr(connections, "LAST_WORDS", 0.3)
    monkeypatch.setattr(worker.ADJUSTMENTS, "cleanup_interval", 0.1)


@pytest.mark.usefixtures("short_deadlines")
@pytest.mark.parametrize(
    ("start", "drip"),
    [(b"", b""), (b"", b"\r\n"), (HALF_HEADERS, b""), (HALF_HEADERS, b"x"), (post(60_000), b""), (post(60_000), b"x")],
    ids=["idle", "blank lines", "half headers", "slow headers", "half a body", "a slow body"],
)
def test_whoever_is_slow_is_cut_off_however_often_a_byte_comes(start: bytes, drip: bytes) -> None:
    app = App()
    with serving(app) as port, connected(port, start) as connection:
        assert 0.2 < seconds_until_closed(connection, drip) < 2
    assert not app.bodies


@pytest.mark.usefixtures("short_deadlines")
def test_a_slow_body_that_was_let_in_is_cut_off_as_well() -> None:
    app = App(most=LARGE)
    with serving(app) as port, connected(port, post(LARGE)) as connection:
        assert 0.2 < seconds_until_closed(connection, b"x") < 2
    assert (app.asked, app.bodies) == (1, [])


@pytest.mark.usefixtures("short_deadlines")
def test_a_body_that_comes_fast_enough_has_the_time_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SLOWEST", 50_000)
    with serving(App(most=LARGE)) as port, connected(port, post(LARGE)) as connection:
        for _ in range(10):
            connection.sendall(b"x" * (LARGE // 10))
            time.sleep(0.08)
        assert answer_of(connection).endswith(b"300000 bytes")


@pytest.mark.parametrize("start", [b"", HALF_HEADERS, post(60_000)], ids=["idle", "half headers", "half a body"])
def test_a_hundred_slow_strangers_hold_nobody_up(start: bytes) -> None:
    with serving(App()) as port, ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connected(port, start))
        began = time.monotonic()
        assert all(get(port).endswith(b"0 bytes") for _ in range(5))
        assert time.monotonic() - began < 1


def test_the_one_who_has_waited_longest_makes_room_for_a_newcomer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_CONNECTIONS", 2)
    with serving(App()) as port, connected(port) as oldest, connected(port, HALF_HEADERS) as newer:
        assert get(port).endswith(b"0 bytes")
        assert seconds_until_closed(oldest) < 1
        newer.sendall(b"\r\n\r\n")
        assert answer_of(newer).endswith(b"0 bytes")


def test_a_large_body_is_refused_before_it_is_read() -> None:
    app = App()
    with serving(app) as port, connected(port, post(LARGE)) as connection:
        answer = answer_of(connection)
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"Too much.")
    assert b"Connection: close" in answer
    assert (app.asked, app.bodies) == (1, [])


def test_a_refusal_is_read_by_those_who_are_still_sending() -> None:
    with serving(App()) as port, connected(port, post(LARGE)) as connection:
        connection.sendall(b"x" * LARGE)
        time.sleep(0.1)
        assert answer_of(connection).endswith(b"Too much.")


def test_who_waits_for_a_word_before_sending_gets_it_only_if_the_body_may_come() -> None:
    expects = post(LARGE, "Expect: 100-continue")
    with serving(App()) as port, connected(port, expects) as connection:
        assert answer_of(connection).startswith(b"HTTP/1.1 413")
    with serving(App(most=LARGE)) as port, connected(port, expects) as connection:
        assert connection.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"x" * LARGE)
        assert answer_of(connection).endswith(b"300000 bytes")


def test_a_body_that_was_let_in_arrives_whole_and_the_connection_goes_on() -> None:
    app = App(most=LARGE)
    with serving(app) as port, connected(port) as connection:
        for _ in range(2):
            connection.sendall(post(LARGE) + b"x" * LARGE)
            assert answer_of(connection).endswith(b"300000 bytes")
        connection.sendall(post(SMALL_BODY) + b"x" * SMALL_BODY)
        assert answer_of(connection).endswith(b"65536 bytes")
    assert app.asked == 2, "a small body comes without a question"


def test_chunks_count_as_they_come() -> None:
    app = App(most=100_000)
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    with serving(app) as port:
        with connected(port, CHUNKED + chunk * 3 + b"0\r\n\r\n") as connection:
            assert answer_of(connection).endswith(b"98304 bytes")
        with connected(port, CHUNKED + chunk * 4) as connection:
            assert answer_of(connection).startswith(b"HTTP/1.1 413")
    assert app.bodies == [98304]


def test_endless_chunks_from_somebody_who_may_send_none_are_not_read() -> None:
    app = App()
    with serving(app) as port, connected(port, CHUNKED + b"8000\r\n") as connection:
        assert answer_of(connection).endswith(b"Too much.")
    assert app.bodies == []


def test_of_many_strangers_with_large_bodies_the_slowest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_STRANGERS", 1)
    expects = post(LARGE, "Expect: 100-continue")
    with serving(App(most=LARGE)) as port, connected(port, expects) as first:
        assert first.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
        with connected(port, expects) as second:
            assert second.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
            assert seconds_until_closed(first) < 1
            second.sendall(b"x" * LARGE)
            assert answer_of(second).endswith(b"300000 bytes")


def test_an_upload_of_somebody_known_makes_room_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MOST_CONNECTIONS", 2)
    monkeypatch.setattr(connections, "MOST_STRANGERS", 1)
    expects = post(LARGE, "Expect: 100-continue")
    with serving(App(most=LARGE, stranger=False)) as port, connected(port, expects) as upload:
        assert upload.recv(1_000).startswith(b"HTTP/1.1 100 Continue")
        with connected(port) as idle:
            assert get(port).endswith(b"0 bytes")
            assert seconds_until_closed(idle) < 1
        upload.sendall(b"x" * LARGE)
        assert answer_of(upload).endswith(b"300000 bytes")


def test_headers_without_end_are_refused() -> None:
    with serving(App()) as port, connected(port, HALF_HEADERS + b"x" * worker.MOST_HEADERS) as connection:
        assert answer_of(connection).startswith(b"HTTP/1.0 431")


def test_a_request_that_says_twice_where_it_ends_is_refused_and_nothing_behind_it_is_read() -> None:
    """A proxy in front might believe the other, and take what follows for another person's request."""
    app = App(most=LARGE)
    sent = (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 6\r\n\r\n") + b"0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    with serving(app) as port, connected(port, sent) as connection:
        assert answer_of(connection).startswith(b"HTTP/1.1 400")
        assert seconds_until_closed(connection) < 2
    assert (app.asked, app.bodies) == (0, [])
