"""Tells the log about a trouble once a minute, however often it comes."""

from __future__ import annotations

import logging
import time
from collections import Counter

from thanxportal.plain_text import nameless

MINUTE = 60.0  # seconds


class Seldom:
    """A logger of errors. What it was told in between, it counts in the next line."""

    def __init__(self, log: logging.Logger) -> None:
        self._log, self._told_at, self._silent = log, dict[str, float](), Counter[str]()

    def error(self, sentence: str, *values: object, about: str = "") -> None:
        """Logs the sentence, unless it was logged lately with the same `about`."""
        key, now = f"{sentence} {about}", time.monotonic()
        if now - self._told_at.get(key, -MINUTE) < MINUTE:
            self._silent[key] += 1
            return
        self._told_at[key] = now
        more = self._silent.pop(key, 0)
        self._log.error(sentence + (f" ({more:,} more like this before.)" if more else ""), *values)


class FirstLine(logging.Filter):
    """Takes the frames out of what Celery and the broker say about their connection, again and again until it is up.

    Values stay apart from the message, as what reports errors elsewhere takes that alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith(("celery.beat", "celery.bootsteps", "celery.worker.consumer", "kombu")):
            first, *_ = record.getMessage().splitlines() or [""]
            error = record.exc_info[1] if record.exc_info else None
            record.msg, record.args = "%s", (nameless(f"{first} ({error})" if error else first),)
            record.exc_info = record.exc_text = None
        return True
