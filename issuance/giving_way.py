"""Large lists give way: while a small list is read in this process, threads with a large one rest between batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 0.5  # seconds of one rest, as a database may be waiting for the next batch
_nobody_hurries = threading.Event()
_nobody_hurries.set()
_lock = threading.Lock()
_hurrying = 0


@contextmanager
def hurrying() -> Iterator[None]:
    """While the block runs, others give way."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(more: int) -> None:
    global _hurrying
    with _lock:
        _hurrying += more
        _nobody_hurries.clear() if _hurrying else _nobody_hurries.set()


def give_way() -> None:
    _nobody_hurries.wait(MOST)
