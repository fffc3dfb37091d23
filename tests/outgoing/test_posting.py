"""On real sockets: however a receiver behaves, a request ends in time, reads little, and goes to whom it was for."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from thanxportal.outgoing import posting
from thanxportal.outgoing.no_answer import LATE, NO_CONNECTION, NO_NAME, NO_TLS
from thanxportal.outgoing.posting import Answer, Network, NoName, Poster, look_up

Act = Callable[[Any], None]
HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def serving() -> Iterator[Callable[..., str]]:
    """Starts a server that does `act` with each connection; returns its address."""
    sockets: list[Any] = []

    def start(act: Act, *, tls: ssl.SSLContext | None = None) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)
        threading.Thread(target=serve, args=(server, act, tls), daemon=True).start()
        return f"http{'s' if tls else ''}://127.0.0.1:{server.getsockname()[1]}/"

    def serve(server: socket.socket, act: Act, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                plain = server.accept()[0]
            except OSError:  # It is closed.
                return
            with suppress(OSError), closing(tls.wrap_socket(plain, server_side=True) if tls else plain) as connection:
                act(connection)
                connection.settimeout(0.2)
                while connection.recv(65_536):  # What is closed unread takes the answer with it.
                    pass

    yield start
    for each in sockets:
        each.close()


def post(address: str, *, deadline: float = 0.6, network: Network | None = None) -> tuple[Answer, float]:
    begun = time.perf_counter()
    rules: dict[str, Any] = {"ports": [443], "this_machine": True, "user_agent": "test", "deadline": deadline}
    with Poster(address, network or Network(), **rules) as poster:
        answer = poster.post(b"{}", {})
    return answer, time.perf_counter() - begun


def said(*pieces: bytes, pause: float = 0.0, forever: bytes = b"") -> Act:
    def act(connection: Any) -> None:
        connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        while forever:
            connection.sendall(forever)
            time.sleep(pause)

    return act


def whole(connection: Any) -> bytes:
    """A request, whose body may come later than its head."""
    request = b""
    while not request.endswith(b"{}"):
        request += connection.recv(65_536)
    return request


def test_an_answer_is_read(serving: Any) -> None:
    answer, _ = post(serving(said(HEAD + b"Content-Length: 2\r\n\r\nOK")))
    assert (answer.taken, answer.status, answer.words, answer.code) == (True, 200, "OK", "")


def test_silence_ends_in_time(serving: Any) -> None:
    answer, seconds = post(serving(lambda connection: time.sleep(5)))
    assert (answer.status, answer.code) == (None, LATE)
    assert seconds < 2


def test_a_head_that_drips_ends_in_time(serving: Any) -> None:
    answer, seconds = post(serving(said(HEAD, forever=b"X-More: x\r\n", pause=0.05)))
    assert (answer.status, answer.code) == (None, LATE)
    assert seconds < 2


def test_a_body_that_drips_ends_in_time_and_its_status_counts(serving: Any) -> None:
    answer, seconds = post(serving(said(HEAD + b"Content-Length: 100000\r\n\r\n", forever=b"x", pause=0.05)))
    assert (answer.status, answer.words[:3]) == (200, "xxx")
    assert seconds < 2


def test_of_a_huge_answer_only_the_beginning_is_read(serving: Any) -> None:
    sent: list[int] = []

    def act(connection: Any) -> None:
        connection.recv(65_536)
        connection.sendall(HEAD + b"Content-Length: 1000000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65_536))

    answer, seconds = post(serving(act), deadline=5)
    assert (answer.status, len(answer.words)) == (200, posting.MOST_KEPT)
    assert sum(sent) < 20_000_000
    assert seconds < 3


def test_a_zip_bomb_stays_packed(serving: Any) -> None:
    body = b"\x1f\x8b" + b"\0" * 60
    head = HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    answer, _ = post(serving(said(head + body)))
    assert answer.status == 200


def test_nobody_there_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    answer, _ = post(f"http://127.0.0.1:{free}/")
    assert answer.code == NO_CONNECTION


def test_a_name_server_that_stalls_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "DEADLINE", 0.4)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3) or [])
    begun = time.perf_counter()
    with pytest.raises(NoName):
        look_up("slow.example.com", 443)
    assert time.perf_counter() - begun < 1
    assert post("https://slow.example.com/")[0].code == NO_NAME


def test_a_proxy_of_the_environment_is_left_alone(serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    proxy = serving(lambda connection: asked.append(connection.recv(100)))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy)
    answer, _ = post(serving(said(HEAD + b"Content-Length: 0\r\n\r\n")))
    assert (answer.status, asked) == (200, [])


def test_a_cookie_isnt_kept_and_a_redirect_not_followed(serving: Any) -> None:
    requests: list[bytes] = []

    def act(connection: Any) -> None:
        for _ in range(2):
            requests.append(whole(connection))
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    address = serving(act)
    with Poster(address, Network(), ports=[443], this_machine=True, user_agent="test", deadline=2) as poster:
        assert [poster.post(b"{}", {}).status for _ in range(2)] == [302, 302]
    assert len(requests) == 2
    assert not any(b"cookie" in request.lower() for request in requests)


def certificate(folder: Path, name: str) -> Path:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(encoding)
    path = folder / f"{name}.pem"
    path.write_bytes(pem)
    return path


@pytest.mark.parametrize(("name", "code"), [("hooks.example.com", ""), ("other.example.com", NO_TLS)])
def test_tls_goes_by_the_name_though_an_address_is_connected_to(
    serving: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str
) -> None:
    """Whoever has the address without a certificate for the name is told nothing."""
    pem = certificate(tmp_path, "hooks.example.com")
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(pem))
    server.load_cert_chain(pem)
    asked: list[bytes] = []
    names: list[str | None] = []
    server.sni_callback = lambda connection, asked_for, context: names.append(asked_for)

    def act(connection: Any) -> None:
        asked.append(connection.recv(65_536))
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")

    port = int(serving(act, tls=server).rpartition(":")[2].strip("/"))
    monkeypatch.setattr("thanxportal.outgoing.addresses.is_public", lambda address: address == "127.0.0.1")
    network = Network(lambda *_: ["127.0.0.1"], httpx.HTTPTransport(verify=client, trust_env=False))
    rules: dict[str, Any] = {"ports": [port], "this_machine": False, "user_agent": "test", "deadline": 3}
    with Poster(f"https://{name}:{port}/", network, **rules) as poster:
        answer = poster.post(b"{}", {})
    assert (answer.code, names) == (code, [name])
    assert [f"Host: {name}:{port}".lower().encode() in request.lower() for request in asked] == ([] if code else [True])
