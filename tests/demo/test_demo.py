"""`manage.py demo` from an empty folder: it answers, people can sign in, and Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.demo.processes import PROJECT, alive, eventually
from thanxportal.demo import __main__ as demo

SETTINGS = ("DATABASE_URL", "CELERY_BROKER_URL", "THANX_BASE_URL", "HOLD_SECONDS")


@contextmanager
def running(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo over `folder`, and everything that it printed until it was ready."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environment |= {"VAR_DIR": str(folder), "PORT": str(demo.free_port(18_000)), **more}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    printed = ""
    try:
        for line in process.stdout:
            printed += line
            if line.startswith("Ctrl-C ends it."):
                break
        yield process, printed
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def page_of(printed: str) -> str:
    match = re.search(r"^Ready: (http://127\.0\.0\.1:\d+/)$", printed, re.MULTILINE)
    assert match, printed
    return match[1]


def password_of(printed: str) -> str:
    match = re.search(r"Password of all: (\S+)", printed)
    assert match, printed
    return match[1]


def sign_in(page: str, email: str, password: str) -> str:
    """The page on which a person lands."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = browser.open(f"{page}account/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    data = urlencode({"csrfmiddlewaretoken": token[1], "login": email, "password": password}).encode()
    return str(browser.open(f"{page}account/login/", data).geturl())


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.crash
def test_the_demo_starts_from_nothing_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with running(tmp_path) as (first, printed):
        page, password = page_of(printed), password_of(printed)
        assert sign_in(page, "ana@example.com", password).endswith("/m/harbor-grill/")
        assert sign_in(page, "cleo@example.com", password).endswith("/m/sunny-side-coffee/")
        assert sign_in(page, "sam@example.com", password).endswith("/admin/")
        assert (tmp_path / "sample-guests.csv").read_bytes().startswith(b"\xef\xbb\xbfFirst name,")
        children = children_of(first.pid)
        assert len(children) == 5  # Thanx, the pages, two workers and beat
        victim = children[0]
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: len(children_of(first.pid)) == 5 and victim not in children_of(first.pid))
        children = children_of(first.pid)
        first.send_signal(signal.SIGTERM)
        assert first.wait() == 0
        eventually(lambda: not any(alive(child) for child in children))
    with running(tmp_path) as (_, printed):
        assert password_of(printed) == password
        assert sign_in(page_of(printed), "ana@example.com", password).endswith("/m/harbor-grill/")


@pytest.mark.crash
def test_an_address_that_is_not_thanx_is_refused_at_start(tmp_path: Path) -> None:
    with running(tmp_path, THANX_BASE_URL="https://thanx.example.com") as (process, printed):
        assert process.wait() != 0
    assert "THANX_BASE_URL is not an address this portal may talk to." in printed
    assert "Ready" not in printed


def test_a_port_that_is_taken_is_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        chosen = demo.chosen_port(port, "web page")
    assert chosen != port
    assert capsys.readouterr().out == f"Port {port} is taken, so the web page is on port {chosen}.\n"


def test_a_port_promised_to_another_program_is_passed_over() -> None:
    port = demo.free_port(19_000)
    assert demo.free_port(port, taken=(port,)) > port


def test_without_any_free_port_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "listens", lambda port: True)
    with pytest.raises(demo.NotReady, match="No port from 8000 to 8049 is free"):
        demo.free_port(8000)


def test_a_demo_without_data_stops_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    failed = subprocess.CompletedProcess[str]([], 1, stdout="")
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: failed)
    monkeypatch.setenv("THANX_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert demo.main() == 1
    assert "The demo has no data to show, so it stops here." in capsys.readouterr().out


def test_the_simulator_signs_its_webhooks_for_the_portal_that_it_was_started_beside(tmp_path: Path) -> None:
    environment = {"THANX_CLIENT_ID": "a", "THANX_ACCESS_TOKEN": "b", "VAR_DIR": str(tmp_path)}
    program = demo.simulator(8900, 8000, environment | {"THANX_WEBHOOK_SECRET": "new,old"})
    assert "--webhook-url=http://127.0.0.1:8000/webhooks/thanx" in program.command
    assert "--webhook-secret=new" in program.command


def test_with_an_address_of_thanx_no_simulator_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[str] = []
    monkeypatch.setattr(demo, "seed", lambda environment: "")
    monkeypatch.setattr(demo.Supervisor, "start", lambda self, program: started.append(program.name))
    monkeypatch.setattr(demo.Supervisor, "watch", lambda self: None)
    monkeypatch.setattr(demo, "wait_for", lambda *args: None)
    monkeypatch.setenv("THANX_BASE_URL", "https://api.thanxsandbox.com")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    demo.main()
    assert started == ["web", "reading", "sending", "beat"]
