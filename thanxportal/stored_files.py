"""Uploads as files of this machine, wherever they are stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage, storages

LOOKED_AFTER = 3600  # seconds between two looks


class StoreFails(OSError):
    """A store on other machines doesn't answer, or refuses us: neither a file nor who brings it is to blame."""

    sentence = "Files can’t be stored right now. Bring it again in a few minutes."


def stores_of_guests() -> dict[str, Any]:
    """The stores on other machines in which files of guests are, by the setting that names them."""
    names = {"default": "UPLOADS_URL", "exports": "EXPORTS_FOLDER", "guests": "GUESTS_FOLDER"}
    there = {setting: storages[alias] for alias, setting in names.items() if alias in storages.backends}
    return {setting: store for setting, store in there.items() if not isinstance(store, FileSystemStorage)}


@contextmanager
def on_this_machine(name: str) -> Iterator[Path]:
    """A stored file in which readers may jump about: itself, or a private copy that is gone at the end."""
    if isinstance(default_storage, FileSystemStorage):
        yield Path(default_storage.path(name))
        return
    folder, suffix = settings.FILE_UPLOAD_TEMP_DIR, Path(name).suffix
    with NamedTemporaryFile(dir=folder, suffix=suffix) as copy:
        with default_storage.open(name) as stored:
            copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)


def look_after_leftovers() -> None:
    """Starts a thread that comes back once an hour, as nobody else can look into a folder of this machine."""
    Thread(target=_look_again_and_again, name="leftovers", daemon=True).start()


def _look_again_and_again() -> None:
    while True:
        delete_leftovers()
        time.sleep(LOOKED_AFTER)


def delete_leftovers() -> int:
    """What a process of this machine left behind that was killed while a file came or was read; returns how many."""
    before = time.time() - settings.UPLOAD_RETENTION_HOURS * 3600 + LOOKED_AFTER
    deleted = 0
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*"):
        with suppress(FileNotFoundError):  # Another process may be faster.
            if path.stat().st_mtime < before:
                path.unlink()
                deleted += 1
    return deleted
