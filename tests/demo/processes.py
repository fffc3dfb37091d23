"""Waiting for other processes, and knowing whether they still run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def eventually(true: Callable[[], object]) -> None:
    """Waits, without a claim how fast, until something has happened in another process."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("It never happened.")


def alive(pid: int) -> bool:
    """Whether a process runs: one that ended and waits to be noticed by its parent doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
