"""Helps tests to wait for other processes, and to know whether they still run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def eventually(true: Callable[[], object]) -> None:
    """Waits until something has happened in another process, without a claim about how fast."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("It never happened.")


def alive(pid: int) -> bool:
    """Tells whether a process runs. A zombie doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
