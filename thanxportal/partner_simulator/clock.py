"""The clock of a simulator: that of the machine, or one that a test moves by hand."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

_NOON_1_JUNE_2026 = 1_780_315_200


class Clock(Protocol):
    """Anything that tells the time and can wait."""

    def time(self) -> float:
        """Return seconds since 1970 (UTC)."""

    def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock."""


class SystemClock:
    """The clock of the machine."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still until `advance` is called; waiting costs nothing.

    Time is kept in whole microseconds, so that ten steps of 0.1 s are exactly one second.
    """

    def __init__(self, start: float = _NOON_1_JUNE_2026) -> None:
        self._microseconds = round(start * 1_000_000)
        self._lock = threading.Lock()

    def time(self) -> float:
        return self._microseconds / 1_000_000

    def sleep(self, seconds: float) -> None:
        """Return at once, because this clock stands still."""

    def advance(self, seconds: float) -> None:
        """Move on by `seconds` (a fraction is fine, backwards is not)."""
        if seconds < 0:
            raise ValueError("A clock only goes forward: give a positive number of seconds.")
        with self._lock:
            self._microseconds += round(seconds * 1_000_000)


def iso(moment: float) -> str:
    """Write seconds since 1970 as the API writes times: 2026-06-01T12:00:00Z."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
