"""Reads a list's file into the database, from wherever an earlier worker was stopped.

Three steps, each of which hands one value to the next: `open_list_file` opens the file and settles its columns,
`BatchMaker` makes batches of its rows, and they are stored here with their sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from time import monotonic
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from issuance import shutdown
from issuance.crash_points import crash_point
from issuance.giving_way import give_way
from issuance.importing.batches import Batches, BatchMaker, RowBatch
from issuance.importing.broken_files import broken_off, is_cut_off
from issuance.importing.earlier_rewards import set_aside_rewarded
from issuance.importing.list_file import needs_columns, open_list_file
from issuance.importing.row_formats import ERROR_COLUMNS, GUEST_COLUMNS, TEXT_COLUMNS
from issuance.lifecycle.transitions import (
    LEASE,
    MOST_CRASHES,
    back_if_store_fails,
    lease_list,
    move_list,
    release_list_lease,
)
from issuance.models import Guest, GuestList, RowError, SearchText
from issuance.models.bulk import insert_rows, row_stream, takes_text
from issuance.models.states import ListState
from issuance.parsing.unreadable_file import UnreadableFile
from thanxportal import database_clock

TOGETHER = 40  # batches in one transaction of SQLite
COMMIT_EVERY = 1.0  # seconds, on PostgreSQL
TOO_MANY_CRASHES = "Reading this file failed five times. Ask staff to look, or save it anew as CSV."


class Ending(NamedTuple):
    """What becomes of a list that was read: its state, and the fields that change with it."""

    state: ListState
    fields: dict[str, Any]


def read_guest_file(list_id: int) -> None:
    """Reads a list's file to its end."""
    guest_list = lease_list(list_id, ListState.UPLOADED, ListState.READING)
    if guest_list is None:
        return
    if guest_list.status == ListState.UPLOADED and not move_list(guest_list, ListState.READING):
        return
    with back_if_store_fails(guest_list):
        ending = _read(guest_list)
    if ending:
        _end(guest_list, ending)
    elif shutdown.asked.is_set():
        release_list_lease(guest_list)


def _read(guest_list: GuestList) -> Ending | None:
    """None if the list is no longer ours to read, or the worker is asked to stop."""
    if guest_list.crash_count >= MOST_CRASHES:
        return _unreadable(TOO_MANY_CRASHES)
    if is_cut_off(guest_list):
        return _checked()
    try:
        with open_list_file(guest_list) as file:
            if needs_columns(guest_list):
                return Ending(ListState.MAPPING, {"crash_count": 0})
            stored = guest_list.guests.values_list("identity", flat=True).iterator()  # By an earlier worker.
            maker = BatchMaker(guest_list, stored=map(bytes, stored), expected=file.expected_rows, as_text=takes_text())
            return _checked() if _store(guest_list, maker.make_batches(file)) else None
    except UnreadableFile as refusal:
        info = guest_list.file_info | broken_off(refusal)
        return _unreadable(refusal.sentence, file_info=info)


def _checked() -> Ending:
    return Ending(ListState.CHECKED, {"checked_at": timezone.now(), "bytes_read": F("bytes_total"), "crash_count": 0})


def _unreadable(sentence: str, **fields: Any) -> Ending:
    return Ending(ListState.UNREADABLE, {"problem": sentence[:400], "ended_at": timezone.now(), **fields})


@crash_point("end reading")
@transaction.atomic
def _end(guest_list: GuestList, ending: Ending) -> None:
    if ending.state == ListState.CHECKED:
        set_aside_rewarded(guest_list)
    if not move_list(guest_list, ending.state, lease_until=None, **ending.fields):
        transaction.set_rollback(True)  # Discarded meanwhile: its guests stay as they were read.


def _store(guest_list: GuestList, batches: Batches) -> bool:
    """Commits all batches; False if the list is no longer ours to read, or the worker is asked to stop.

    Raises UnreadableFile after the rows before it. The first batch is committed by itself, so that there is
    something to see at once. PostgreSQL works on a batch while the next is made; SQLite would lock everybody else out
    meanwhile, so there they are made before, and fewer.
    """
    refusals: list[UnreadableFile] = []
    polite = _giving_way(batches) if guest_list.is_large else batches
    with closing(_until_refused(polite, refusals)) as rest:
        more: Iterable[RowBatch] = ()
        while first := next(rest, None):
            together = chain([first], more)
            if not _save(guest_list, together if takes_text() else list(together)) or shutdown.asked.is_set():
                return False
            more = _made_in(COMMIT_EVERY, rest) if takes_text() else islice(rest, TOGETHER - 1)
    if refusals:
        raise refusals[0]
    return True


def _made_in(seconds: float, batches: Batches) -> Iterator[RowBatch]:
    until = monotonic() + seconds
    while monotonic() < until and (batch := next(batches, None)):
        yield batch


def _giving_way(batches: Batches) -> Batches:
    for batch in batches:
        give_way()
        yield batch


def _until_refused(batches: Batches, refusals: list[UnreadableFile]) -> Batches:
    """Ends where the file can't be read on, so that nothing before that row is lost."""
    try:
        yield from batches
    except UnreadableFile as refusal:
        refusals.append(refusal)


@crash_point("save batches")
@transaction.atomic
def _save(guest_list: GuestList, batches: Iterable[RowBatch]) -> bool:
    """Commits batches with their sums; False, and nothing written, if the list is no longer ours to read."""
    errors, texts, sums, bytes_read = [], [], Counter[str](), 0
    with row_stream(Guest, GUEST_COLUMNS) as write:
        for batch in batches:
            write(batch.guests)
            errors += batch.errors
            texts += [(guest_list.pk, *batch.rows, batch.text)] if batch.text else []
            sums.update(batch.counts)
            bytes_read = batch.bytes_read
    with row_stream(RowError, ERROR_COLUMNS) as write:
        write(errors)
    insert_rows(SearchText, TEXT_COLUMNS, texts)
    mine = GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch, state=ListState.READING)
    counts = {f"{term}_count": F(f"{term}_count") + count for term, count in sums.items()}
    if mine.update(**counts, bytes_read=bytes_read, lease_until=database_clock.now() + LEASE, crash_count=0):
        return True
    transaction.set_rollback(True)  # Discarded meanwhile, or another worker has the list.
    return False
