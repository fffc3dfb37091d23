"""Loads exports: rows of a file become rows of a table, some ten thousand in one transaction.

A process that dies leaves its export to the next, which begins anew: rows that are there already change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from issuance import shutdown
from issuance.exports.cells import BadCell
from issuance.exports.columns import ExportRefused, positions
from issuance.exports.keeping import KEEPERS, Keeper, Row
from issuance.exports.table import ExportTable, open_export
from issuance.giving_way import give_way
from issuance.lifecycle.transitions import MOST_CRASHES
from issuance.models import ExportFile, ExportFileQuerySet, ExportKind, GuestList, Member
from issuance.models.bulk import merge_rows
from issuance.models.states import ExportState
from thanxportal import database_clock
from thanxportal.stored_files import StoreFails

BATCH = 50_000  # kept rows in one transaction
LEASE = timedelta(minutes=5)
NAMING = (ExportKind.MEMBERSHIPS, ExportKind.REWARDS)
LATER: dict[str, tuple[str, ...]] = {  # what is read again once an export names more guests
    ExportKind.MEMBERSHIPS: (ExportKind.REWARDS, ExportKind.PURCHASES),
    ExportKind.REWARDS: (ExportKind.PURCHASES,),
    ExportKind.PURCHASES: (),
}
WAITS = "It names none of your guests yet. It is read again once memberships.csv says who its guests are."
GONE = "Its file is gone. Bring it again."
TOO_MANY_CRASHES = "Loading this export failed five times. Ask staff to look, or bring it anew."


def load_export(pk: int) -> None:
    """Loads an export to its end, unless another worker has it."""
    export = _lease(pk)
    if export is None:
        return
    if export.crash_count >= MOST_CRASHES:
        _end(export, ExportState.REFUSED, TOO_MANY_CRASHES)
        return
    try:
        with default_storage.open(str(export.file)) as file, open_export(file.file, export.name) as table:
            _load(export, table)
    except ExportRefused as refusal:
        _end(export, ExportState.REFUSED, str(refusal))
    except FileNotFoundError:
        _end(export, ExportState.REFUSED, GONE)
    except StoreFails:
        _mine(export).update(crash_count=0)  # It isn't the export's fault.
        raise


def look_again_for_new_guests() -> None:
    """Guests may come after what names them: as long as its file is there, it is read again."""
    later = GuestList.objects.filter(merchant=OuterRef("merchant"), checked_at__gt=OuterRef("loaded_at"))
    _load_again(ExportFile.objects.filter(Exists(later), kind__in=NAMING, state=ExportState.LOADED))


def _load_again(exports: ExportFileQuerySet) -> None:
    exports.exclude(file="").update(state=ExportState.RECEIVED, epoch=F("epoch") + 1, lease_until=None)


def _lease(pk: int) -> ExportFile | None:
    """Takes the export by raising its epoch; None if it isn't due or another worker was faster."""
    export = ExportFile.objects.due().select_related("merchant").filter(pk=pk).first()
    if export is None:
        return None
    mine = ExportFile.objects.filter(pk=pk, epoch=export.epoch, lease_until=export.lease_until)
    export.epoch += 1
    export.crash_count += export.lease_until is not None
    until = database_clock.now() + LEASE
    fields = {"epoch": export.epoch, "lease_until": until, "crash_count": export.crash_count}
    if not mine.update(state=ExportState.LOADING, problem="", **fields):
        return None
    export.kept_count = 0
    if export.status != ExportState.LOADING:  # Of a reading that was broken off, what was new stays so.
        export.new_count = export.replaced_count = 0
    return export


def _mine(export: ExportFile) -> ExportFileQuerySet:
    return ExportFile.objects.filter(pk=export.pk, epoch=export.epoch, state=ExportState.LOADING)


def _load(export: ExportFile, table: ExportTable) -> None:
    keeper = KEEPERS[export.kind](export, positions(table.header))
    for rows in _batches(export, table, keeper):
        give_way()
        if not _merge(export, table, keeper, rows):
            return
        if shutdown.asked.is_set():
            _mine(export).update(lease_until=None)
            return
    _finish(export, table, keeper)


def _batches(export: ExportFile, table: ExportTable, keeper: Keeper) -> Iterator[list[Row]]:
    """The kept rows, at least one batch. Of those with one key the last counts, or which was stated last."""
    rows: dict[str, Row] = {}
    for cells in table.rows():
        row = _read(table, keeper, cells)
        if row is None:
            continue
        export.kept_count += 1
        key, stated_at = row[1], row[-1]
        if key not in rows or rows[key][-1] <= stated_at:
            rows[key] = row
        if len(rows) == BATCH:
            yield [*rows.values()]
            rows = {}
    yield [*rows.values()]


def _read(table: ExportTable, keeper: Keeper, cells: list[str]) -> Row | None:
    try:
        keeper.check_merchant(cells)
        return keeper.row(cells)
    except BadCell as bad:
        table.note_bad(str(bad))
        return None


@transaction.atomic
def _merge(export: ExportFile, table: ExportTable, keeper: Keeper, rows: list[Row]) -> bool:
    """Commits rows with their sums; False, and nothing written, if the export is no longer ours to load."""
    if not _hold(export):
        return False
    merged = merge_rows(keeper.model, keeper.columns, rows)
    export.new_count += merged.new
    export.replaced_count += merged.replaced
    sums = {f"{name}_count": getattr(export, f"{name}_count") for name in ("kept", "new", "replaced")}
    sums |= {"rows_count": table.rows_count, "bad_count": table.bad_count}
    if any(merged):
        sums["changed_at"] = timezone.now()
    _mine(export).update(**sums, bad_rows=table.bad_rows)
    return True


@transaction.atomic
def _finish(export: ExportFile, table: ExportTable, keeper: Keeper) -> None:
    if not _hold(export):
        return
    names_more = keeper.finish() or (export.kind == ExportKind.MEMBERSHIPS and export.new_count)
    known = export.kind == ExportKind.MEMBERSHIPS or Member.objects.filter(merchant=export.merchant_id).exists()
    if table.problem:
        _end(export, ExportState.REFUSED, table.problem)
    elif table.rows_count and not known:
        _end(export, ExportState.WAITING, WAITS)
    else:
        _end(export, ExportState.LOADED)
    if names_more:
        others = ExportFile.objects.filter(merchant=export.merchant_id, kind__in=LATER[export.kind])
        _load_again(others.exclude(state=ExportState.REFUSED))


def _hold(export: ExportFile) -> bool:
    """Whether it is still ours. Who forgets a guest waits from here to the end of the transaction, or we for them."""
    return bool(_mine(export).update(lease_until=database_clock.now() + LEASE))


def _end(export: ExportFile, state: ExportState, problem: str = "") -> None:
    ended = {"loaded_at": timezone.now(), "lease_until": None, "crash_count": 0}
    _mine(export).update(state=state, problem=problem, **ended)
