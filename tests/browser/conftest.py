"""A real Chromium against a live server, with the simulator behind the real client and the real clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from issuance.engine import polling, submission
from issuance.worker import due_work
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.world import ThroughTheSimulator
from thanxportal.accounts.models import User
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator, SystemClock

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in this thread.
expect.set_options(timeout=15_000)  # A busy machine is slow, not wrong.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = pytest.mark.skip(reason="Chromium isn't installed here: apt-get install chromium.")
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            if not os.path.exists(CHROMIUM) and not os.environ.get("CI"):
                item.add_marker(absent)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture
def world() -> None:
    """Browsers live in real time, so nothing is frozen here."""


@pytest.fixture
def simulator(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    simulator = Simulator(
        client_id=settings.THANX_CLIENT_ID, access_token=settings.THANX_ACCESS_TOKEN, clock=SystemClock()
    )
    monkeypatch.setattr(gated_client, "transport", lambda: ThroughTheSimulator(simulator))
    monkeypatch.setattr(submission, "first_wait", lambda job: 0.5)
    monkeypatch.setattr(polling, "polling_delay", lambda polls, since, done=0.0: 0.5)
    settings.HOLD_SECONDS = 0
    return simulator


@pytest.fixture
def work() -> Callable[[], None]:
    """What a worker would do now; called between two looks at the page."""
    return lambda: (due_work.drive_due_work(), None)[1]


@pytest.fixture
def complaints() -> list[str]:
    """Console errors, refused resources and exceptions of every page of the test; asserted empty at its end."""
    return []


@pytest.fixture
def page_of(browser: Browser, live_server: Any, client_of: Any, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(user: User, *, width: int = 1280, scheme: str = "light", javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        contexts.append(context)
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    expected = "the server responded with a status of 422"
    if message.type == "error" and expected not in message.text:
        complaints.append(message.text)
