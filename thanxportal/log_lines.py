"""Lines of the log as JSON, each with what it is about: the request, the task, and ids of jobs and lists."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from inspect import signature
from typing import Any

from thanxportal.plain_text import nameless

_facts: ContextVar[dict[str, object]] = ContextVar("facts")


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Adds these facts to all that is logged inside: ids and names of ours, never of a guest."""
    before = _facts.set({**_facts.get({}), **facts})
    try:
        yield
    finally:
        _facts.reset(before)


def begin(**facts: object) -> None:
    """What this thread logs from now on is about these facts alone."""
    _facts.set(facts)


def facts() -> dict[str, object]:
    """What this thread's lines are about."""
    return _facts.get({})


def fact(name: str) -> object:
    return facts().get(name)


def arguments(function: Callable[..., Any], values: Sequence[object]) -> dict[str, object]:
    """The values by the names that the function gives them, such as `job_id`."""
    return dict(zip(signature(function).parameters, values, strict=False))


class Lines(logging.Formatter):
    """As text. What an exception quotes, as a database does the row that it refuses, names no guest."""

    def formatException(self, ei: Any) -> str:
        return nameless(super().formatException(ei))


class JsonLines(Lines):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **facts(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
