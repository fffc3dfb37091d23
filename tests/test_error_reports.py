"""Errors reach whoever runs the portal with everything that leads to their cause, and with nothing of a guest."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.test import Client, override_settings
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from thanxportal import error_reports
from thanxportal.celery import app, begin_task, end_task
from thanxportal.health import views
from thanxportal.log_lines import about

GUEST, PHONE, SECRET = "guest@example.com", "+12025550123", "token-of-thanx"
PRIVATE = (GUEST, PHONE, SECRET)


class Kept(Transport):
    """What would leave the process."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[dict[str, Any]] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.reports.extend(json.loads(item.get_bytes()) for item in envelope.items)


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """The library is begun once in a process."""
    kept = Kept()
    with override_settings(SENTRY_DSN="https://key@reports.example.com/1"):
        error_reports.begin(transport=kept)
    yield kept
    sentry_sdk.init()


@pytest.fixture
def sent(kept: Kept) -> list[dict[str, Any]]:
    kept.reports.clear()
    return kept.reports


def fail(*args: Any, **kwargs: Any) -> Any:
    guest = f"{GUEST} {PHONE}"
    raise ValueError(f"Key (value)=({guest}) exists, {SECRET}") from KeyError(guest)


def test_a_page_that_fails_is_reported_with_its_request_and_without_its_guest(
    sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "found", fail)
    browser = Client(
        raise_request_exception=False, headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}"}
    )
    answer = browser.get(f"/readyz?q={GUEST}")
    assert answer.status_code == 500
    (report,) = sent
    assert report["tags"]["request"] == answer["X-Request-ID"]
    assert [error["type"] for error in report["exception"]["values"]] == ["KeyError", "ValueError"]
    assert report["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "fail"
    assert not any(private in json.dumps(report) for private in PRIVATE)


def test_a_task_that_fails_is_reported_with_its_ids(sent: list[dict[str, Any]]) -> None:
    task = app.tasks["issuance.tasks.work_job"]
    begin_task(task_id="abc", task=task, args=[7])
    try:
        fail()
    except ValueError:
        logging.getLogger("celery.app.trace").exception("Task of %s failed", GUEST)
    end_task()
    (report,) = sent
    assert report["tags"] | {"request": "abc", "job_id": "7"} == report["tags"]
    assert report["logentry"] == {"message": "Task of %s failed"}
    assert not any(private in json.dumps(report) for private in PRIVATE)


def test_what_is_no_error_is_not_reported(sent: list[dict[str, Any]]) -> None:
    with about(request="abc"):
        logging.getLogger("issuance").warning("Thanx answered 500.")
    assert sent == []


def test_without_an_address_the_library_is_not_even_loaded() -> None:
    script = "import django, sys; django.setup(); print('sentry_sdk' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
