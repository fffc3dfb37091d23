"""A line of the log leads from a page to the worker that did the work, and names rows, never guests."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client

from issuance.tasks import work_job
from issuance.worker import due_work
from thanxportal.celery import app, begin_task, end_task, take_request_along
from thanxportal.log_lines import JsonLines, Lines, about, arguments

log = logging.getLogger("example")


@pytest.fixture
def said() -> Any:
    """Every line as JSON, with what it was about when it was said."""
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    handler = Keep()
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_each_line_is_one_object_whatever_is_in_it(said: list[dict[str, Any]]) -> None:
    try:
        raise ValueError('of "two"\nlines')
    except ValueError:
        log.exception("It failed.")
    assert said[0]["message"] == "It failed."
    assert said[0]["level"] == "ERROR"
    assert said[0]["trace"].endswith('of "two"\nlines')


@pytest.mark.parametrize("format", [Lines("%(message)s"), JsonLines()], ids=["line", "json"])
def test_what_an_exception_quotes_names_no_guest(format: logging.Formatter) -> None:
    try:
        raise ValueError("Key (value)=(guest@example.com, +12025550123) already exists.")
    except ValueError:
        record = log.makeRecord(log.name, logging.ERROR, __file__, 1, "It failed.", (), sys.exc_info())
    assert "Key (value)=([email], [phone]) already exists." in format.format(record)


def test_facts_count_inside_only(said: list[dict[str, Any]]) -> None:
    with about(request="abc"):
        with about(job_id=7):
            log.warning("inside")
        log.warning("between")
    log.warning("outside")
    assert [(line.get("request"), line.get("job_id")) for line in said] == [("abc", 7), ("abc", None), (None, None)]


def test_a_request_has_an_id_that_its_proxy_may_give(settings: Any) -> None:
    named = {"X-Request-ID": "from-the-proxy-1"}
    assert len(Client().get("/healthz", headers=named)["X-Request-ID"]) == 32
    settings.BEHIND_PROXY = True
    assert Client().get("/healthz", headers=named)["X-Request-ID"] == "from-the-proxy-1"
    assert len(Client().get("/healthz", headers={"X-Request-ID": "x\ty" * 40})["X-Request-ID"]) == 32


def test_what_a_worker_says_names_the_request_and_the_row(said: list[dict[str, Any]]) -> None:
    headers: dict[str, Any] = {}
    with about(request="abc"):
        take_request_along(headers=headers)
    task = app.tasks["issuance.tasks.work_job"]
    task.push_request(**headers)
    begin_task(task_id="t1", task=task, args=[7])
    log.warning("at work")
    task.pop_request()
    end_task()
    log.warning("done")
    assert {name: said[0][name] for name in ("request", "task", "job_id")} == {
        "request": "abc",
        "task": "issuance.tasks.work_job",
        "job_id": 7,
    }
    assert "request" not in said[1]


def test_work_that_was_found_without_a_message_names_its_row(
    said: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def plan_list(list_id: int) -> None:
        log.warning("planning")

    due_work.succeeds(plan_list, 5)
    assert (said[0]["work"], said[0]["list_id"]) == ("plan_list", 5)
    assert arguments(work_job.run, [3]) == {"job_id": 3}
