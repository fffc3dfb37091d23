"""Every way in which a request can go wrong ends in the error that tells the caller what to do next."""

from __future__ import annotations

import json
import pickle
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest
import time_machine

from tests.partner_api.answering import BODY, CALLS, JOB, KEY, calls_of, client_for, failing
from thanxportal.partner_api import (
    CredentialRefused,
    InDoubt,
    NotFound,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
    RuleBroken,
    answers,
)


def error_of(answer: httpx.Response | Exception) -> PartnerApiError:
    with pytest.raises(PartnerApiError) as caught:
        client_for(answer).issue(BODY, KEY)
    return caught.value


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("[Errno -2] Name or service not known"),
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.UnsupportedProtocol("ftp"),
    ],
)
def test_without_a_connection_nothing_was_sent(failure: Exception) -> None:
    error = error_of(failure)
    assert type(error) is NotSent
    assert (error.status, error.code) == (None, type(failure).__name__)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadTimeout("silence"),
        httpx.WriteTimeout("stuck"),
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.CloseError("gone"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        httpx.LocalProtocolError("odd"),
        httpx.DecodingError("bad gzip"),
    ],
)
def test_a_failure_after_the_first_byte_is_in_doubt(failure: Exception) -> None:
    error = error_of(failure)
    assert type(error) is InDoubt
    assert (error.status, error.code) == (None, type(failure).__name__)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, CredentialRefused),
        (403, CredentialRefused),
        (404, NotFound),
        (405, Rejected),
        (408, InDoubt),
        (409, InDoubt),
        (413, Rejected),
        (422, RuleBroken),
        (425, InDoubt),
        (429, RateLimited),
        (500, InDoubt),
        (502, InDoubt),
        (503, InDoubt),
        (504, InDoubt),
        (599, InDoubt),
    ],
)
def test_the_status_decides_and_the_code_is_kept(status: int, kind: type[PartnerApiError]) -> None:
    error = error_of(failing(status, "SOME_CODE", "Said so."))
    assert type(error) is kind
    assert (error.status, error.code, error.excerpt) == (status, "SOME_CODE", "Said so.")


@pytest.mark.parametrize("status", [400, 401, 404, 422, 429, 502])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Bad gateway</h1></html>",
        b"null",
        b"[]",
        b'{"error": null}',
        b'{"error": "no"}',
        b'{"error": {"code": 7, "message": {}}}',
        b'{"error": {"code": "two words"}}',
        b'{"errors": [{"code": "X"}]}',
        b"\xff\xfe\x00broken",
        b"[" * 100_000,
    ],
)
def test_an_error_with_an_unexpected_body_is_still_typed(status: int, body: bytes) -> None:
    error = error_of(httpx.Response(status, content=body))
    assert type(error) is type(error_of(failing(status)))
    assert (error.status, error.code) == (status, None)
    assert len(error.excerpt) <= 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_is_in_doubt(status: int) -> None:
    seen = []

    def redirect(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, headers={"Location": "https://elsewhere.example.com/"})

    with pytest.raises(InDoubt):
        client_for(redirect).issue(BODY, KEY)
    assert len(seen) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"issuance_job": {"id"', b"\xff\xfe", b"[" * 100_000])
def test_a_garbled_success_is_in_doubt(body: bytes) -> None:
    error = error_of(httpx.Response(202, content=body))
    assert (type(error), error.status, error.code) == (InDoubt, 202, "UNREADABLE_ANSWER")


BAD_IDS: tuple[object, ...] = ("", None, {}, True)
JOBS_WITHOUT_ID = [{**JOB, "id": bad} for bad in BAD_IDS]


@pytest.mark.parametrize(
    "document",
    [None, [], {}, *({"issuance_job": job} for job in (None, [JOB], {}, {"state": "pending"}, *JOBS_WITHOUT_ID))],
)
def test_a_success_without_a_job_id_is_in_doubt(document: object) -> None:
    error = error_of(httpx.Response(202, content=json.dumps(document)))
    assert (type(error), error.status, error.code) == (InDoubt, 202, "UNEXPECTED_ANSWER")


@pytest.mark.parametrize("name", CALLS)
def test_a_success_of_another_shape_is_in_doubt_for_every_call(name: str) -> None:
    for answer in (httpx.Response(200, json={"hello": "there"}), httpx.Response(204)):
        with pytest.raises(InDoubt):
            calls_of(client_for(answer))[name]()


@pytest.mark.parametrize("name", CALLS)
def test_every_call_raises_the_same_errors(name: str) -> None:
    for status, kind in ((401, CredentialRefused), (404, NotFound), (429, RateLimited), (500, InDoubt)):
        with pytest.raises(kind):
            calls_of(client_for(failing(status)))[name]()


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_success_with_a_job_id_is_accepted(status: int) -> None:
    assert client_for(httpx.Response(status, json={"issuance_job": JOB})).issue(BODY, KEY).id == "job_1"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("12", 12.0),
        ("1.5", 1.5),
        ("Mon, 01 Jun 2026 12:00:30 GMT", 30.0),
        ("Mon, 01 Jun 2026 12:00:30 -0000", 30.0),
        ("Mon, 01 Jun 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("-3", None),
        ("soon", None),
        ("inf", None),
        ("9" * 400, None),
        ("²", None),
        ("Mon, 99 Jun 2026 12:00:30 GMT", None),
    ],
)
def test_a_throttled_request_tells_how_long_to_wait(header: str, seconds: float | None) -> None:
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False):
        error = error_of(httpx.Response(429, headers=[(b"Retry-After", header.encode())]))
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_a_throttled_request_without_the_header_names_no_time() -> None:
    error = error_of(failing(429))
    assert isinstance(error, RateLimited)
    assert error.retry_after is None


class Trickle(httpx.SyncByteStream):
    """A body of endless small pieces."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b" " * 1_000


def test_an_answer_that_never_ends_is_cut_off_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 10_000)
    error = error_of(httpx.Response(202, stream=Trickle()))
    assert (type(error), error.code) == (InDoubt, "ANSWER_TOO_LONG")


def test_errors_survive_the_way_between_processes() -> None:
    for answer in (failing(429, "SLOW", "Wait.", **{"Retry-After": "3"}), failing(422), httpx.ReadTimeout("x")):
        error = error_of(answer)
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(copy), vars(copy), str(copy)) == (type(error), vars(error), str(error))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def over_the_wire(server: socket.socket, reply: bytes, scheme: str = "http") -> PartnerApiError:
    """The error after a real connection on which the other side says `reply` and hangs up."""

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
    try:
        with client_for(Exception(), base_url=url, transport=None) as client, pytest.raises(PartnerApiError) as caught:
            client.issue(BODY, KEY)
    finally:
        thread.join()
    return caught.value


def test_on_a_real_socket_a_refused_connection_was_not_sent(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    url = f"http://127.0.0.1:{port}"
    with client_for(Exception(), base_url=url, transport=None) as client, pytest.raises(NotSent):
        client.issue(BODY, KEY)


def test_on_a_real_socket_a_failed_tls_handshake_was_not_sent(listener: socket.socket) -> None:
    assert type(over_the_wire(listener, b"HTTP/1.1 400 No TLS here\r\n\r\n", "https")) is NotSent


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"nonsense\r\n\r\n",
        b'HTTP/1.1 202 OK\r\nContent-Length: 500\r\n\r\n{"issuance_job"',
        b"HTTP/1.1 202 OK\r\n",
    ],
)
def test_on_a_real_socket_an_answer_that_breaks_off_is_in_doubt(listener: socket.socket, reply: bytes) -> None:
    assert type(over_the_wire(listener, reply)) is InDoubt


@pytest.mark.parametrize("head", [b"HTTP/1.1 202 OK\r\n", b"HTTP/1.1 202 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_that_trickles_is_cut_off_by_its_time(listener: socket.socket, head: bytes) -> None:
    """Each piece comes in good time; there is no end of them."""

    def trickle() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(head)
            while True:
                connection.sendall(b"X-Piece: 1\r\n")
                time.sleep(0.02)

    thread = threading.Thread(target=trickle)
    thread.start()
    url, began = f"http://127.0.0.1:{listener.getsockname()[1]}", time.monotonic()
    with (
        client_for(Exception(), base_url=url, transport=None, deadline=0.3) as client,
        pytest.raises(InDoubt) as caught,
    ):
        client.issue(BODY, KEY)
    assert caught.value.code == "DEADLINE"
    assert time.monotonic() - began < 5
    thread.join()


def test_a_request_in_time_is_not_cut_off_by_the_deadline_of_the_one_before(listener: socket.socket) -> None:
    """Both go over the same connection."""
    reply = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"scopes":[]}'

    def answer() -> None:
        connection, _ = listener.accept()
        with connection:
            for _ in range(3):
                connection.recv(65_536)
                time.sleep(0.2)
                connection.sendall(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with client_for(Exception(), base_url=url, transport=None, deadline=0.5) as client:
        assert [client.get_scopes() for _ in range(3)] == [[], [], []]
    thread.join()
