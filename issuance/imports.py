"""A list's file -> rows in the database: in bulk, batch by batch, restartable after the last committed batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from campaigns.allocation import arm_chooser, identity_hasher
from issuance import shutdown
from issuance.bulk import insert_rows
from issuance.lifecycle import LEASE, MOST_CRASHES, claim_list, move_list, release_list
from issuance.mapping import remembered_columns
from issuance.models import Recipient, RecipientList, RowError
from issuance.pasted_text import PastedGuests, read_pasted
from issuance.recipient_file import RecipientFile, UnreadableFile, Verdict, identity, open_recipient_file
from issuance.repeats import set_aside_repeats
from issuance.states import ListState, Outcome

BATCH = 5_000  # rows in one transaction
RECIPIENT_COLUMNS = (
    "recipient_list_id", "row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome",
    "reason", "reward_id",
)  # fmt: skip
ERROR_COLUMNS = ("recipient_list_id", "row", "kind", "code", "column", "cells", "identity")


class Batch:
    """What a stretch of the file adds to the database."""

    def __init__(self) -> None:
        self.recipients: list[tuple[Any, ...]] = []
        self.errors: list[tuple[Any, ...]] = []
        self.counts = dict.fromkeys(("rows", "waiting", "control", "invalid", "duplicate"), 0)

    def count(self, term: str) -> None:
        self.counts["rows"] += 1
        self.counts[term] += 1


class Sorter:
    """Deals verdicts: a guest to an arm, a repeated guest and a bad row to the errors.

    Knows every guest of the list so far by keyed hash, 16 bytes each.
    """

    def __init__(self, recipient_list: RecipientList, seen: set[bytes] | None = None) -> None:
        self.list_id = recipient_list.pk
        self.hash = identity_of(recipient_list)
        variants = list(recipient_list.campaign.variants.all())
        self.arms = [
            (variant.pk, Outcome.CONTROL.value if variant.is_control else Outcome.WAITING.value) for variant in variants
        ]
        self.choose = arm_chooser(recipient_list.campaign.uuid.bytes, [variant.weight for variant in variants])
        self.seen = seen if seen is not None else _known(recipient_list)

    def add(self, verdict: Verdict, batch: Batch) -> None:
        if verdict.code:
            self._error(verdict, RowError.INVALID, verdict.code, batch)
            return
        person = identity(verdict.value)
        digest = self.hash(person)
        if digest in self.seen:
            self._error(verdict, RowError.DUPLICATE, "duplicate", batch, digest)
            return
        self.seen.add(digest)
        variant_id, outcome = self.arms[self.choose(person)]
        batch.recipients.append(
            (self.list_id, verdict.row, verdict.type, verdict.value, verdict.other, verdict.fixed, _cells(verdict),
             digest, variant_id, outcome, "", "")
        )  # fmt: skip
        batch.count(outcome)

    def _error(self, verdict: Verdict, kind: str, code: str, batch: Batch, digest: bytes | None = None) -> None:
        cells = json.dumps([cell.replace("\x00", "\ufffd") for cell in verdict.raw])
        batch.errors.append((self.list_id, verdict.row, kind, code[:60], verdict.column[:120], cells, digest))
        batch.count(kind)


def _cells(verdict: Verdict) -> str:
    return "\x1f".join(verdict.raw).replace("\x00", "\ufffd")


def _known(recipient_list: RecipientList) -> set[bytes]:
    return {bytes(known) for known in recipient_list.recipients.values_list("identity", flat=True).iterator()}


def identity_of(recipient_list: RecipientList) -> Any:
    """Returns the hasher under which this merchant's guests are known; keyed, and different for each merchant."""
    return identity_hasher(f"{recipient_list.merchant_id}:{settings.IDENTITY_KEY}".encode())


def read_recipient_file(list_id: int) -> None:
    """Reads a list's file to its end, from wherever an earlier worker was stopped."""
    recipient_list = claim_list(list_id, ListState.UPLOADED, ListState.READING)
    if recipient_list is None:
        return
    if recipient_list.status == ListState.UPLOADED and not move_list(recipient_list, ListState.READING):
        return
    if recipient_list.crash_count >= MOST_CRASHES:
        _unreadable(recipient_list, "Reading this file failed five times. Ask staff to look, or save it anew as CSV.")
        return
    try:
        with _open(recipient_list) as file:
            _use_choice(recipient_list, file)
            _note_info(recipient_list, file)
            if not file.opened.columns.sure and not recipient_list.rows_count:
                move_list(recipient_list, ListState.MAPPING, lease_until=None)
                return
            for batch in _batches(recipient_list, file):
                if not _save(recipient_list, batch, file.bytes_read):
                    return  # Discarded meanwhile, or another worker has the list.
                if shutdown.asked.is_set():
                    release_list(recipient_list)
                    return
    except UnreadableFile as refusal:
        _unreadable(recipient_list, refusal.sentence)
    else:
        _checked(recipient_list)


def _open(recipient_list: RecipientList) -> RecipientFile | PastedGuests:
    country, prefer = recipient_list.merchant.country, recipient_list.merchant.preferred_identifier
    path = Path(recipient_list.file.path)
    if recipient_list.pasted:
        return read_pasted(path.read_text(encoding="utf-8"), country=country, prefer=prefer)
    return open_recipient_file(
        path,
        country=country,
        max_rows=settings.MAX_LIST_ROWS,
        max_bytes=settings.MAX_LIST_BYTES,
        sheet=recipient_list.mapping.get("sheet", ""),
        prefer=prefer,
    )


def _use_choice(recipient_list: RecipientList, file: RecipientFile | PastedGuests) -> None:
    """The columns that a person chose for this list, else for an earlier one with the same header."""
    if isinstance(file, PastedGuests):
        return
    columns, chosen = file.opened.columns, recipient_list.mapping
    if "email" in chosen:
        file.choose(email=chosen["email"], phone=chosen["phone"], header_row=chosen["header_row"])
    elif columns.header_row and (known := remembered_columns(recipient_list, list(columns.names))):
        file.choose(email=known["email"], phone=known["phone"])


def _note_info(recipient_list: RecipientList, file: RecipientFile | PastedGuests) -> None:
    opened = file.opened
    info: dict[str, Any] = {
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
    if not opened.columns.sure and isinstance(file, RecipientFile):
        info["columns"] = [column._asdict() for column in file.contents()]
    RecipientList.objects.filter(pk=recipient_list.pk).update(file_info=info, bytes_total=opened.bytes_total)


def _batches(recipient_list: RecipientList, file: RecipientFile | PastedGuests) -> Iterator[Batch]:
    done = _last_row(recipient_list)
    sorter = Sorter(recipient_list)
    batch = Batch()
    try:
        for verdict in file.verdicts():
            if verdict.row > done:
                sorter.add(verdict, batch)
            if batch.counts["rows"] == BATCH:
                yield batch
                batch = Batch()
    except UnreadableFile:
        yield batch  # Nothing before the unreadable place is lost.
        raise
    yield batch


def _last_row(recipient_list: RecipientList) -> int:
    """The last row that an earlier reader committed; 0 at a first reading."""
    last = [
        rows.filter(recipient_list=recipient_list).aggregate(last=Max("row"))["last"] or 0
        for rows in (Recipient.objects, RowError.objects)
    ]
    return max(last)


@transaction.atomic
def _save(recipient_list: RecipientList, batch: Batch, bytes_read: int) -> bool:
    """Commits a batch with its sums; False, and nothing written, if the list is no longer ours to read."""
    mine = RecipientList.objects.filter(pk=recipient_list.pk, epoch=recipient_list.epoch, state=ListState.READING)
    sums = {f"{term}_count": F(f"{term}_count") + count for term, count in batch.counts.items()}
    if not mine.update(**sums, bytes_read=bytes_read, lease_until=timezone.now() + LEASE, crash_count=0):
        return False
    insert_rows(Recipient, RECIPIENT_COLUMNS, batch.recipients)
    insert_rows(RowError, ERROR_COLUMNS, batch.errors)
    return True


def _unreadable(recipient_list: RecipientList, sentence: str) -> None:
    move_list(recipient_list, ListState.UNREADABLE, problem=sentence[:400], lease_until=None, ended_at=timezone.now())


@transaction.atomic
def _checked(recipient_list: RecipientList) -> None:
    set_aside_repeats(recipient_list)
    fields: dict[str, Any] = {"checked_at": timezone.now(), "lease_until": None, "crash_count": 0}
    if not move_list(recipient_list, ListState.CHECKED, bytes_read=F("bytes_total"), **fields):
        transaction.set_rollback(True)  # Discarded meanwhile: its guests stay as they were read.
