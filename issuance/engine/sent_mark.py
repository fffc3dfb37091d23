"""How many requests this machine has sent, in a file beside the database: what a restored backup can't forget."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def read_mark(path: Path) -> int:
    """0 if nothing was ever sent from here. ValueError if the file holds anything but a number."""
    try:
        return int(path.read_text() or 0)
    except FileNotFoundError:
        return 0


def raise_mark(path: Path, number: int) -> None:
    """Writes the number unless a higher one stands there, through to the disk; safe among processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if number > int(file.read() or 0):
            file.truncate(0)
            file.write(str(number))
            file.flush()
            os.fsync(file.fileno())
