"""Takes files out of a folder: each becomes a list, as if a person had brought it, and is moved away.

A file is copied first, and its bytes decide: the same bytes are the same list, whatever the file is called and however
often it comes. So whoever dies at any point has lost nothing, and whoever comes next brings nothing twice.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from issuance import shutdown
from issuance.folders.dropped import A_FOLDER, Changes, DropFolder, Unfit, readable
from issuance.folders.opening import are_there, opened
from issuance.importing.new_list import CampaignTakesNoLists, create_list
from issuance.importing.no_tables import why_no_table
from issuance.lifecycle.notices import tell_file_refused, tell_folder_unread
from issuance.models import LOOK_EVERY, FolderFile, GuestList, WatchedFolder, WatchedFolderQuerySet
from issuance.models.states import ListState
from thanxportal.seldom import Seldom

QUIET = 60  # seconds since a file was last changed, after which it is whole
MOST_AT_ONCE = 10  # files taken in one look, as lists wait to be read meanwhile
MOST_KEPT = 1_000  # of those that were taken, looked after in one look
SOUGHT_FOR = timedelta(days=7)  # how long a file is to be deleted that isn't found, as a disk may be away
IN_VAIN: dict[str, str] = {ListState.UNREADABLE: "can’t be read", ListState.DISCARDED: "was discarded"}
log = Seldom(logging.getLogger(__name__))


def folders_to_look_into() -> WatchedFolderQuerySet:
    folders = WatchedFolder.objects.due() if are_there() else WatchedFolder.objects.none()
    return folders.order_by("look_at", "pk")


def look_into(folder_id: int) -> None:
    """Takes what lies in a folder that is due, and deletes what was taken as long ago as uploads are kept."""
    folder = _next_look(folder_id)
    if folder is None:
        return
    troubles: list[str] = []
    try:
        with opened(folder) as place:
            if folder.ended_at is None:
                troubles = _take_all(folder, place)
            _look_after(folder, place)
    except OSError as error:
        troubles.append(type(error).__name__)
    for trouble in troubles:
        log.error("Folder %s: %s.", folder.pk, trouble, about=f"{folder.pk} {trouble}")
    if troubles and folder.trouble:  # Not at the first time, which may be a moment's.
        tell_folder_unread(folder)
    looked = {"looked_at": timezone.now(), "trouble": ", ".join(dict.fromkeys(troubles))[:100]}
    WatchedFolder.objects.filter(pk=folder.pk).update(**looked)


def _next_look(folder_id: int) -> WatchedFolder | None:
    """The folder, unless somebody else looks into it now. Who is slower than the next look shares the work with it."""
    due = WatchedFolder.objects.due().filter(pk=folder_id)
    if not due.update(look_at=timezone.now() + LOOK_EVERY):
        return None
    return WatchedFolder.objects.select_related("merchant", "campaign__merchant").get(pk=folder_id)


def _take_all(folder: WatchedFolder, place: DropFolder) -> list[str]:
    """One file that can't be taken stops no other; returns why."""
    troubles, taken, before = [], 0, time.time() - QUIET
    for name in place.folders(before)[:MOST_AT_ONCE]:
        _noted(folder, name, problem=A_FOLDER)  # Once, as it is never moved.
    for name in place.whole_files(before):
        if shutdown.asked.is_set() or taken == MOST_AT_ONCE:
            break
        try:
            _take(folder, place, name)
            taken += 1
        except (Changes, FileNotFoundError):
            continue  # It is still being written, or another worker was faster.
        except Exception as error:
            troubles.append(type(error).__name__)
    return troubles


def _take(folder: WatchedFolder, place: DropFolder, name: str) -> None:
    copied: Any = None
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        try:
            if why := why_no_table(name):
                raise Unfit(why)
            copied = place.copy(name, copy)
            file, new = _noted(folder, name, made=_list_of(folder, name, copy), mark=place.mark(copied))
        except (Unfit, CampaignTakesNoLists) as refusal:
            file, new = _noted(folder, name, problem=str(refusal))
    try:
        place.move(name, *file.kept_as, copied)
    except FileNotFoundError:
        if new and file.repeated:  # Another worker was faster: it brought this very file, and noted that.
            file.delete()
        raise
    now = timezone.now()
    kept = timedelta(hours=settings.UPLOAD_RETENTION_HOURS)
    FolderFile.objects.filter(pk=file.pk).update(moved_at=now, delete_at=now + kept)


def _list_of(folder: WatchedFolder, name: str, copy: IO[bytes]) -> GuestList:
    """A new list, or the one that these bytes became before. Raises CampaignTakesNoLists, and Unfit for what came
    before in vain."""
    copy.seek(0)
    title = readable(name).rpartition(".")[0] or readable(name)
    content = File(copy, name=readable(name))
    made = create_list(
        campaign=folder.campaign, name=title, content=content, actor=None, token=folder.uuid, by=str(folder)
    )
    moved = FolderFile.objects.filter(folder=folder, guest_list=made, moved_at__isnull=False)
    if made.state in IN_VAIN and moved.exists():
        raise Unfit(f"The same file came before as “{made.name}”, whose list {IN_VAIN[made.state]}. Change the file.")
    return made


@transaction.atomic
def _noted(
    folder: WatchedFolder, name: str, *, made: GuestList | None = None, problem: str = "", mark: str = ""
) -> tuple[FolderFile, bool]:
    """Its line in the log, and whether that is new: it isn't if an earlier look came no further than to write it."""
    WatchedFolder.objects.select_for_update(no_key=True).get(pk=folder.pk)
    known = FolderFile.objects.filter(folder=folder)
    same = {"name": readable(name), "guest_list": made, "problem": problem[:300]}
    if unmoved := known.filter(**same, moved_at=None).first():
        return unmoved, False
    repeated = made is not None and known.filter(guest_list=made).exists()
    alone = folder.merchant.launch_from_folders and made is not None and not repeated
    file = FolderFile.objects.create(folder=folder, **same, repeated=repeated, undecided=alone, mark=mark)
    if problem:
        tell_file_refused(file)
    return file, True


def _look_after(folder: WatchedFolder, place: DropFolder) -> None:
    """Files that were taken: what was written to since comes back to be taken again, and what is old goes."""
    now = timezone.now()
    for file in FolderFile.objects.kept().filter(folder=folder).order_by("delete_at", "pk")[:MOST_KEPT]:
        if file.mark and place.bring_back_changed(*file.kept_as, file.mark):
            log.error("Folder %s: file %s was written to after it was taken.", folder.pk, file.pk, about=str(file.pk))
            FolderFile.objects.filter(pk=file.pk).update(delete_at=None)
        elif file.delete_at and file.delete_at <= now:
            found = place.delete(*file.kept_as)
            if found or file.delete_at <= now - SOUGHT_FOR:
                FolderFile.objects.filter(pk=file.pk).update(delete_at=None)
