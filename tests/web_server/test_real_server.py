"""The web server as in the Procfile, with the whole portal behind it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.crash.patience import comes_true
from tests.web_server.serving import answer_of, connected
from thanxportal.demo.__main__ import answers, free_port

pytestmark = pytest.mark.crash
ROOT = Path(__file__).parents[2]
BODY, CHUNK = 300_000_000, 1_000_000
ROUTES = [
    "account/login/",
    "account/password/reset/",
    "account/password/change/",
    "account/logout/",
    "invitation/x/",
    "profile/",
    "switch/",
    "admin/",
    "notifications/",
    "webhooks/thanx",
    "healthz",
    "readyz",
    "metrics",
    "m/x/",
    "m/x/guest/",
    "m/x/team/",
    "m/x/campaigns/1/lists/new/",
    "m/x/campaigns/new/",
    "m/x/lists/1/repaired-rows/",
    "m/x/lists/1/guests/",
    "nothing/here/",
]


class Server(NamedTuple):
    port: int
    master: subprocess.Popen[bytes]

    @property
    def worker(self) -> int:
        return int(Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text().split()[0])

    def figure(self, file: str, name: str) -> int:
        """A number of the kernel about the process that serves."""
        return int(Path(f"/proc/{self.worker}/{file}").read_text().partition(f"{name}:")[2].split()[0])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    environment = os.environ | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "thanxportal.settings",
        "THANX_WEBHOOK_SECRET": "secret",
    }
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], env=environment, cwd=ROOT, check=True)
    port = free_port(8720)
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    options = web.replace("0.0.0.0:${PORT:-8000}", f"127.0.0.1:{port}").split()[2:]
    master = subprocess.Popen([sys.executable, "-m", "gunicorn.app.wsgiapp", *options], env=environment, cwd=ROOT)
    try:
        assert comes_true(lambda: answers(f"http://127.0.0.1:{port}/account/login/"), 60)
        yield Server(port, master)
    finally:
        master.terminate()
        master.wait(60)


def in_whole(port: int, path: str) -> int:
    """Sends a body of 300 MB, as far as the server takes it; returns the status."""
    headers = f"POST /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {BODY}\r\n"
    kind = "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    disposition = 'Content-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    return sent(port, (headers + kind + disposition).encode(), lambda part: part)


def in_chunks(port: int, path: str) -> int:
    headers = f"POST /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    return sent(port, headers.encode(), lambda part: b"%x\r\n%b\r\n" % (len(part), part))


def sent(port: int, start: bytes, framed: Callable[[bytes], bytes]) -> int:
    part = framed(b"x" * CHUNK)
    with connected(port, start) as connection:
        with suppress(ConnectionError):
            for _ in range(BODY // CHUNK):
                connection.sendall(part)
        return int(answer_of(connection).split()[1])


@pytest.mark.parametrize("send", [in_whole, in_chunks])
def test_300_mb_to_any_route_end_neither_on_disk_nor_in_memory(send: Callable[[int, str], int], server: Server) -> None:
    assert send(server.port, ROUTES[0]) == 413
    memory, written = server.figure("status", "VmHWM"), server.figure("io", "wchar")
    assert {send(server.port, path) for path in ROUTES} <= {403, 404, 405, 413, 503}
    assert server.figure("io", "wchar") - written < 1_000_000
    assert server.figure("status", "VmHWM") - memory < 20_000, "kB: a webhook may have 5 MiB"


def test_term_lets_the_server_finish_what_it_has_begun(server: Server) -> None:
    start = b"POST /webhooks/thanx HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhalf "
    with connected(server.port, start) as begun, connected(server.port) as idle:
        time.sleep(0.5)
        server.master.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b"", "nothing was begun here"
        begun.sendall(b"done.")
        assert answer_of(begun).startswith(b"HTTP/1.1 401"), "the signature is wrong, as nobody signed it"
    assert server.master.wait(10) == 0
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", server.port))
