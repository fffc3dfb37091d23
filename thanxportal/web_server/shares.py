"""How processes that take connections from one socket share them: a connection stays with who took it. If one process
took most of those that ask all the time, they would wait there while another process has little to do."""

from __future__ import annotations

import time
from mmap import mmap

PLACES = 256  # more than processes of one server
BELIEVED = 2.0  # seconds; a process says what it has to do at least every second, unless it is stuck or gone
HEAD_START = 0.005  # seconds, of those that have less to do


class Shares:
    """In memory that a process has in common with those it forks: how much each has to do, and when it said so."""

    def __init__(self) -> None:
        self._works, self._said_at = (memoryview(mmap(-1, 8 * PLACES)).cast("d") for _ in range(2))

    def say(self, place: int, work: int) -> None:
        self._works[place % PLACES], self._said_at[place % PLACES] = work, time.monotonic()

    def leave(self, place: int) -> None:
        """Takes no connections any more, so nobody waits for it."""
        self._said_at[place % PLACES] = 0

    def others_have_less(self, place: int) -> bool:
        mine, since = self._works[place % PLACES], time.monotonic() - BELIEVED
        return any(work < mine and at > since for work, at in zip(self._works, self._said_at, strict=True))

    def let_others_first(self, place: int) -> None:
        """Waits for a moment, in which others take a connection if they have less to do."""
        if self.others_have_less(place):
            time.sleep(HEAD_START)
