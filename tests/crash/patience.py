"""Waiting for other processes, without guessing how long they take."""

import time
from collections.abc import Callable


def comes_true(question: Callable[[], bool], seconds: float) -> bool:
    """Asks until the answer is yes, for at most that long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.2)
    return False
