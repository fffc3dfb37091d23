"""Trouble is told once a minute, and the frames of a broker that is away never."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from thanxportal import seldom
from thanxportal.seldom import FirstLine, Seldom


def test_the_same_trouble_is_told_once_a_minute_with_the_number_of_times(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, log = [1_000.0], Seldom(logging.getLogger("trouble"))
    monkeypatch.setattr(seldom.time, "monotonic", lambda: now[0])
    for number in range(1_500):
        log.error("Row %d failed.", number, about="rows")
    log.error("Row %d failed.", 7, about="others")
    assert caplog.messages == ["Row 0 failed.", "Row 7 failed."]
    now[0] += 61
    log.error("Row %d failed.", 9, about="rows")
    assert caplog.messages[-1] == "Row 9 failed. (1,499 more like this before.)"


@pytest.mark.parametrize(
    ("name", "told"),
    [("celery.beat", "Message Error (gone)"), ("kombu.common", "Message Error (gone)"), ("celery.app.trace", None)],
)
def test_only_what_the_broker_says_is_shortened(name: str, told: str | None) -> None:
    error: Any = (OSError, OSError("gone"), None)
    record = logging.LogRecord(name, logging.ERROR, "x.py", 1, "Message %s\n%s", ("Error", "frames"), error)
    assert FirstLine().filter(record)
    assert record.getMessage() == (told or "Message Error\nframes")
    assert bool(record.exc_info) is (told is None)


def test_the_first_line_names_nobody_and_its_values_stay_out_of_the_message() -> None:
    error: Any = (OSError, OSError("ann@example.com"), None)
    record = logging.LogRecord("kombu", logging.ERROR, "x.py", 1, "To %s", ("bob@example.com",), error)
    assert FirstLine().filter(record)
    assert (record.msg, record.getMessage()) == ("%s", "To [email] ([email])")
