"""Where the folders are: below the one root that a setting names, on a disk or in a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.storage import storages

from issuance.folders.bucket_folder import BucketFolder
from issuance.folders.dropped import DropFolder
from issuance.folders.machine_folder import machine_folder
from issuance.models import WatchedFolder

ALIAS = "guests"
LEVELS = 2  # of folders below the root


def are_there() -> bool:
    """Whether there is a root at all."""
    return bool(settings.GUESTS_FOLDER)


@contextmanager
def opened(folder: WatchedFolder) -> Iterator[DropFolder]:
    """Raises OSError."""
    parts = folder.path.split("/")
    if len(parts) != LEVELS or any(part in ("", ".", "..") for part in parts):
        raise OSError("The handle of the merchant can’t be the name of a folder.")
    if ALIAS in settings.STORAGES:
        store: Any = storages[ALIAS]
        yield BucketFolder(store, *parts)
        return
    with machine_folder(settings.GUESTS_FOLDER, *parts) as found:
        yield found
