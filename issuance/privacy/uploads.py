"""Uploaded files go within a day of being read, with the samples taken of them; the rows of lists keep their cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from issuance.launching.discarding import discard_list
from issuance.models import Event, ExportFile, GuestList
from issuance.models.states import EXPORT_ENDED, ExportState, ListState
from issuance.privacy.emptying import delete_export, delete_upload
from thanxportal.stored_files import delete_leftovers

UNREAD = (ListState.UPLOADED, ListState.READING)
WAITS_FOR = timedelta(days=7)  # how long an export waits for who its members are
IN_VAIN = "No export named any guest of your lists within a week. Bring it again together with memberships.csv."
OFTEN = timedelta(hours=1)  # At least so often somebody looks, so that no file gets older than it may.


def delete_old_uploads() -> int:
    """Deletes the files of lists that were read longer ago than the retention, and files of no list; returns how many.

    A list whose columns nobody has chosen until then can't be read any more, so it is discarded.
    """
    before = timezone.now() - timedelta(hours=settings.UPLOAD_RETENTION_HOURS) + OFTEN
    read = Event.objects.filter(guest_list=OuterRef("pk"), job=None, old_state=ListState.READING).order_by("-pk")
    files = GuestList.objects.exclude(file="").exclude(state__in=UNREAD).select_related("merchant")
    old = files.annotate(read_at=Coalesce(Subquery(read.values("at")[:1]), "ended_at", "created_at"))
    deleted = 0
    for guest_list in old.filter(read_at__lt=before).order_by("pk").iterator():
        if guest_list.status != ListState.MAPPING or discard_list(guest_list=guest_list, actor=None):
            deleted += delete_upload(guest_list)
    return deleted + _delete_old_exports(before) + _delete_strays(before)


def _delete_old_exports(before: datetime) -> int:
    """Deletes the files of exports as those of lists; one that waited in vain for memberships ends."""
    waiting = ExportFile.objects.filter(state=ExportState.WAITING, received_at__lt=before - WAITS_FOR)
    waiting.update(state=ExportState.REFUSED, problem=IN_VAIN)
    old = ExportFile.objects.filter(state__in=EXPORT_ENDED, loaded_at__lt=before).exclude(file="")
    return sum(map(delete_export, old))


def _delete_strays(before: datetime) -> int:
    """Files that no list names: what a worker or a web process left behind that died between file and row."""
    strays = [name for name in _stored() if _is_older(name, before) and not _is_named(name)]
    for name in strays:
        default_storage.delete(name)
    return len(strays) + delete_leftovers()


def _stored() -> Iterator[str]:
    for folder in ("lists", "repairs", "exports"):
        with suppress(FileNotFoundError):
            yield from (f"{folder}/{name}" for name in default_storage.listdir(folder)[1])


def _is_older(name: str, before: datetime) -> bool:
    with suppress(FileNotFoundError):  # Somebody else may be faster.
        return default_storage.get_modified_time(name) < before
    return False


def _is_named(name: str) -> bool:
    repairing = GuestList.objects.filter(state=ListState.REPAIRING, repair_order__file=name)
    named = (GuestList.objects.filter(file=name), ExportFile.objects.filter(file=name), repairing)
    return any(rows.exists() for rows in named)
