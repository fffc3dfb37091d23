"""What a list, a job or the disk holds of guests is emptied; sums, outcomes, keyed hashes and claims stay."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from issuance.models import Attempt, ExportFile, FolderFile, GuestList, IssuanceJob, UnknownReason
from issuance.models.states import JOB_UNSETTLED

SAMPLES = ("columns", "reasons")  # in `file_info`


def delete_upload(guest_list: GuestList) -> bool:
    """Deletes the file of a list and its samples; False if the list is being read again, or has no file any more.

    The folder from which it was taken lets it go at the next look."""
    name = str(guest_list.file.name)
    info: dict[str, Any] = {key: value for key, value in guest_list.file_info.items() if key not in SAMPLES}
    mine = GuestList.objects.filter(pk=guest_list.pk, state=guest_list.state, file=name).exclude(file="")
    if not mine.update(file="", file_info=info):
        return False
    FolderFile.objects.kept().filter(guest_list=guest_list).update(delete_at=timezone.now())
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)
    return True


def delete_export(export: ExportFile) -> bool:
    """Deletes the file of an export that nobody loads; False if somebody does, or there is none any more."""
    name = str(export.file)
    idle = ExportFile.objects.filter(pk=export.pk, state=export.state, file=name).exclude(file="")
    if not idle.update(file=""):
        return False
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)
    return True


def empty_job(pk: int, **label: str) -> int:
    """Empties the body of a settled job and what Thanx wrote about its guests; 1 if there was still a body."""
    jobs = IssuanceJob.objects.filter(pk=pk).exclude(state__in=JOB_UNSETTLED)
    emptied = jobs.filter(purged_at=None).update(body=b"", purged_at=timezone.now())
    if label:
        jobs.update(**label)
    Attempt.objects.filter(job=pk, job__purged_at__isnull=False).exclude(words="").update(words="")
    UnknownReason.objects.filter(job=pk, job__purged_at__isnull=False).delete()
    return emptied


def erase_from_disk() -> None:
    """SQLite keeps what was overwritten in its write-ahead log until that is written back."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
