"""Files as programs drop them into a folder, and the next look into it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from issuance.folders import taking
from issuance.models import FolderFile, WatchedFolder
from issuance.worker.due_work import drive_due_work
from thanxportal.queues import READING

GUESTS = "Email,Name\nann@example.com,Ann\nbob@example.com,Bob\n"


class Drop:
    """A folder below the root."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch
        folder.mkdir(parents=True)

    def put(self, name: str, content: str | bytes = GUESTS) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def look(self, *, quiet: float = -10) -> int:
        """Takes what nobody has changed for so many seconds by the clock of the disk; returns how much failed."""
        WatchedFolder.objects.update(look_at="2000-01-01T00:00Z")
        probe = self.folder / ".probe"
        probe.touch()
        self._patch.setattr(taking, "QUIET", time.time() - probe.stat().st_mtime + quiet)
        probe.unlink()
        return drive_due_work(kinds=(READING,))

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if not path.is_dir() or path.is_symlink())

    def inside(self, folder: str) -> list[str]:
        """What was moved there, without the time and the number before each name."""
        return sorted(name.split("-", 2)[2] for name in os.listdir(self.folder / folder))


def log() -> list[tuple[str, str, str]]:
    """Each file: its name, its state, why it was refused."""
    return [
        (file.name, file.said[0], file.problem)
        for file in FolderFile.objects.select_related("guest_list").order_by("pk")
    ]
