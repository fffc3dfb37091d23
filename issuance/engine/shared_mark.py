"""The same note in an object store, for machines that share nothing else but the database.

A store changes nothing under a lock, so the number is the highest name of empty objects: whoever writes a lower one
late, or brings old ones back, changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import storages

if TYPE_CHECKING:
    from thanxportal.object_store import ObjectStore

ALIAS = "sent_marks"


def marks_are_shared() -> bool:
    return ALIAS in settings.STORAGES


def read_shared_mark(name: str) -> int:
    """0 if nothing was ever sent. ValueError if the store holds anything but numbers, OSError if nobody can tell."""
    return max(_noted(name), default=0)


def raise_shared_mark(name: str, number: int) -> None:
    """The new one comes before the lower ones go: at each moment, the highest that was noted is there."""
    noted = _noted(name)
    if number > max(noted, default=0):
        _store().put_empty(f"{name}/{number}")
        for lower in noted:
            _store().delete(f"{name}/{lower}")


def _noted(name: str) -> list[int]:
    return [int(each) for each in _store().listdir(name)[1]]


def _store() -> ObjectStore:
    return storages[ALIAS]  # type: ignore[return-value]
