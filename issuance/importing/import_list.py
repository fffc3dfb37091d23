"""A list's file -> rows in the database: in bulk, batch by batch, restartable after the last committed batch."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from issuance import shutdown
from issuance.crash_points import crash_point
from issuance.importing.batches import Batch, Sorter
from issuance.importing.broken_files import broken_off, is_cut_off
from issuance.importing.deal import deal_of
from issuance.importing.earlier_rewards import set_aside_repeats
from issuance.importing.mapping import remembered_columns
from issuance.importing.reading_process import Plan, stretches_from_a_process
from issuance.importing.row_formats import ERROR_COLUMNS, GUEST_COLUMNS
from issuance.importing.seen_guests import Seen
from issuance.importing.stretches import stretches_of
from issuance.lifecycle.transitions import LEASE, MOST_CRASHES, claim_list, move_list, release_list_lease
from issuance.models import Guest, GuestList, RowError
from issuance.models.bulk import row_stream, takes_text
from issuance.models.states import ListState
from issuance.parsing.guest_file import GuestFile, UnreadableFile, open_guest_file
from issuance.parsing.pasted.text import PastedGuests, read_pasted

Batches = Generator[Batch, None, None]

BATCH = 500  # rows that are made before they are handed to the database; more would not fit on the way to it
TOGETHER = 40  # batches in one transaction of SQLite
COMMIT_EVERY = 1.0  # seconds, on PostgreSQL


def read_guest_file(list_id: int) -> None:
    """Reads a list's file to its end, from wherever an earlier worker was stopped."""
    guest_list = claim_list(list_id, ListState.UPLOADED, ListState.READING)
    if guest_list is None:
        return
    if guest_list.status == ListState.UPLOADED and not move_list(guest_list, ListState.READING):
        return
    if guest_list.crash_count >= MOST_CRASHES:
        _unreadable(guest_list, "Reading this file failed five times. Ask staff to look, or save it anew as CSV.")
        return
    if is_cut_off(guest_list):
        _checked(guest_list)
        return
    try:
        with _open(guest_list) as file:
            if guest_list.rows_count:
                _use_earlier_choice(guest_list, file)
            else:
                _use_choice(guest_list, file)
                _note_info(guest_list, file)
            asked = guest_list.mapping.get("ask") or not file.opened.columns.sure
            if asked and not guest_list.rows_count:
                move_list(guest_list, ListState.MAPPING, lease_until=None, crash_count=0)
            elif _store(guest_list, _batches(guest_list, file)):
                _checked(guest_list)
    except UnreadableFile as refusal:
        guest_list.file_info |= broken_off(refusal, guest_list.file_info.get("kind", ""))
        _unreadable(guest_list, refusal.sentence, file_info=guest_list.file_info)


def _open(guest_list: GuestList) -> GuestFile | PastedGuests:
    if not guest_list.rows_count:
        merchant = guest_list.merchant
        guest_list.file_info = {"country": merchant.country, "prefer": merchant.preferred_identifier}
    country, prefer, most = guest_list.country, guest_list.prefer, settings.MAX_LIST_ROWS
    path = Path(guest_list.file.path)
    if guest_list.pasted:
        return read_pasted(path.read_text(encoding="utf-8"), country=country, prefer=prefer, max_rows=most)
    return open_guest_file(
        path,
        country=country,
        max_rows=most,
        max_bytes=settings.MAX_LIST_BYTES,
        sheet=guest_list.mapping.get("sheet", "") or guest_list.file_info.get("sheet", ""),
        prefer=prefer,
    )


def _use_choice(guest_list: GuestList, file: GuestFile | PastedGuests) -> None:
    """The columns that a person chose for this list, else for an earlier one with the same header."""
    if isinstance(file, PastedGuests):
        return
    columns, chosen = file.opened.columns, guest_list.mapping
    if "email" in chosen:
        file.choose(email=chosen["email"], phone=chosen["phone"], header_row=chosen["header_row"])
    elif columns.header_row and (known := remembered_columns(guest_list, list(columns.names))):
        file.choose(email=known["email"], phone=known["phone"])


def _use_earlier_choice(guest_list: GuestList, file: GuestFile | PastedGuests) -> None:
    """The columns by which the rows that are stored were read, whatever was chosen for other lists since."""
    info = guest_list.file_info
    if isinstance(file, GuestFile):
        file.choose(email=info["email"], phone=info["phone"], header_row=info["header_row"])


def _note_info(guest_list: GuestList, file: GuestFile | PastedGuests) -> None:
    opened = file.opened
    info: dict[str, Any] = guest_list.file_info | {
        "kind": opened.kind,
        "encoding": opened.encoding,
        "delimiter": opened.delimiter,
        "names": list(opened.columns.names),
        "email": opened.columns.email,
        "phone": opened.columns.phone,
        "header_row": opened.columns.header_row,
        "sure": opened.columns.sure,
        "sheets": list(opened.sheets),
        "sheet": opened.sheet,
        "warnings": list(file.warnings),
    }
    asked = guest_list.mapping.get("ask") or not opened.columns.sure
    if asked and isinstance(file, GuestFile):
        info["columns"] = [column._asdict() for column in file.contents()]
    guest_list.file_info = info
    GuestList.objects.filter(pk=guest_list.pk).update(file_info=info, bytes_total=opened.bytes_total)


def _batches(guest_list: GuestList, file: GuestFile | PastedGuests) -> Batches:
    """The batches that aren't stored yet; the rows of large texts are judged by a second process, so that a worker's
    other threads and the database go on meanwhile."""
    after = _last_row(guest_list)
    known = _known_guests(guest_list) if after else ()
    seen = Seen(known, expected=file.expected_rows)
    sorter = Sorter(deal_of(guest_list), seen, as_text=takes_text())
    if isinstance(file, GuestFile) and _is_large(file):
        return sorter.batches(stretches_from_a_process(_plan(guest_list, file, after)))
    return sorter.batches(stretches_of(file, size=BATCH, after=after, rows_before=guest_list.rows_count))


def _is_large(file: GuestFile) -> bool:
    large = settings.READ_APART_ABOVE
    return bool(large and file.opened.kind == "csv" and file.opened.bytes_total > large and (os.cpu_count() or 1) > 1)


def _plan(guest_list: GuestList, file: GuestFile, after: int) -> Plan:
    columns = file.opened.columns
    return Plan(
        path=guest_list.file.path,
        country=guest_list.country,
        prefer=guest_list.prefer,
        max_rows=settings.MAX_LIST_ROWS,
        max_bytes=settings.MAX_LIST_BYTES,
        encoding=file.opened.encoding,
        columns=(columns.email, columns.phone, columns.header_row, columns.names, columns.sure),
        size=BATCH,
        after=after,
        rows_before=guest_list.rows_count,
    )


def _known_guests(guest_list: GuestList) -> Iterator[bytes]:
    return map(bytes, guest_list.guests.values_list("identity", flat=True).iterator())


def _last_row(guest_list: GuestList) -> int:
    """The last row that an earlier reader committed; 0 at a first reading."""
    last = [
        rows.filter(guest_list=guest_list).aggregate(last=Max("row"))["last"] or 0
        for rows in (Guest.objects, RowError.objects)
    ]
    return max(last)


def _store(guest_list: GuestList, batches: Batches) -> bool:
    """Commits all batches; False if the list is no longer ours to read, or the worker is asked to stop.

    Raises UnreadableFile after the rows before it. The first batch is committed by itself, so that there is
    something to see at once. PostgreSQL works on a batch while the next is made; SQLite would lock everybody else out
    meanwhile, so there they are made before, and fewer.
    """
    refusals: list[UnreadableFile] = []
    with closing(_until_refused(batches, refusals)) as rest:
        more: Iterable[Batch] = ()
        while first := next(rest, None):
            some = chain([first], more)
            if not _save(guest_list, some if takes_text() else list(some)):
                return False
            if shutdown.asked.is_set():
                release_list_lease(guest_list)
                return False
            more = _made_in(COMMIT_EVERY, rest) if takes_text() else islice(rest, TOGETHER - 1)
    if refusals:
        raise refusals[0]
    return True


def _made_in(seconds: float, batches: Batches) -> Iterator[Batch]:
    until = monotonic() + seconds
    while monotonic() < until and (batch := next(batches, None)):
        yield batch


def _until_refused(batches: Batches, refusals: list[UnreadableFile]) -> Batches:
    """Ends where the file can't be read on, so that nothing before that place is lost."""
    try:
        yield from batches
    except UnreadableFile as refusal:
        refusals.append(refusal)


@crash_point("save batches")
@transaction.atomic
def _save(guest_list: GuestList, batches: Iterable[Batch]) -> bool:
    """Commits batches with their sums; False, and nothing written, if the list is no longer ours to read."""
    errors, sums, bytes_read = [], Counter[str](), 0
    with row_stream(Guest, GUEST_COLUMNS) as write:
        for batch in batches:
            write(batch.guests)
            errors += batch.errors
            sums.update(batch.counts)
            bytes_read = batch.bytes_read
    with row_stream(RowError, ERROR_COLUMNS) as write:
        write(errors)
    mine = GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch, state=ListState.READING)
    counts = {f"{term}_count": F(f"{term}_count") + count for term, count in sums.items()}
    if mine.update(**counts, bytes_read=bytes_read, lease_until=timezone.now() + LEASE, crash_count=0):
        return True
    transaction.set_rollback(True)  # Discarded meanwhile, or another worker has the list.
    return False


def _unreadable(guest_list: GuestList, sentence: str, **fields: Any) -> None:
    fields |= {"problem": sentence[:400], "lease_until": None, "ended_at": timezone.now()}
    move_list(guest_list, ListState.UNREADABLE, **fields)


@crash_point("end reading")
@transaction.atomic
def _checked(guest_list: GuestList) -> None:
    set_aside_repeats(guest_list)
    fields: dict[str, Any] = {"checked_at": timezone.now(), "lease_until": None, "crash_count": 0}
    if not move_list(guest_list, ListState.CHECKED, bytes_read=F("bytes_total"), **fields):
        transaction.set_rollback(True)  # Discarded meanwhile: its guests stay as they were read.
