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


def fact(name: str) -> object:
    return _facts.get({}).get(name)


def arguments(function: Callable[..., Any], values: Sequence[object]) -> dict[str, object]:
    """The values by the names that the function gives them, such as `job_id`."""
    return dict(zip(signature(function).parameters, values, strict=False))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_facts.get({}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
