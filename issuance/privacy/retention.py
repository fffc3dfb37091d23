"""What tells who a guest is goes some time after the list has ended; sums, outcomes, keyed hashes and claims stay.

Each list is purged in batches, each by itself. The list is marked first, so that nobody can go on with it meanwhile;
whoever comes after a process that died goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from issuance import shutdown
from issuance.exports.forgetting import forget_strangers
from issuance.launching.discarding import discard_list
from issuance.models import Guest, GuestList, IssuanceJob, RepairedRow, RowError
from issuance.models.bulk import delete_rows
from issuance.models.states import JOB_UNSETTLED, LIST_ENDED, ListState
from issuance.privacy.emptying import SAMPLES, empty_job, erase_from_disk

BATCH = 5_000  # rows changed together
NEVER_LAUNCHED = (ListState.MAPPING, ListState.CHECKED, ListState.AWAITING_APPROVAL)
NAMING = (*SAMPLES, "names", "doubts", "warnings", "sheets", "sheet")  # in `file_info`
ONE_GUEST = "One guest"


class Purged(NamedTuple):
    """Lists purged to their end, those that would be due but for a job that isn't settled yet, and those that there
    was no time for."""

    lists: int
    kept: int
    unfinished: int


def purge_old_lists(*, seconds: float | None = None) -> Purged:
    """Purges lists that ended longer ago than the retention; begins no batch after that many seconds."""
    before = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    may_go_on = _until(seconds)
    _discard_abandoned(before)
    due = _due(before)
    done = 0
    for guest_list in _marked(due.exclude(_unsettled()), may_go_on):
        done += _empty(guest_list, may_go_on)
    erase_from_disk()
    unsettled, unfinished = due.filter(_unsettled()), Q(purge_left=True) | Q(pk__in=due.exclude(_unsettled()))
    return Purged(done, unsettled.count(), GuestList.objects.filter(unfinished).count())


def _until(seconds: float | None) -> Callable[[], bool]:
    end = None if seconds is None else monotonic() + seconds
    return lambda: not shutdown.asked.is_set() and (end is None or monotonic() < end)


def _discard_abandoned(before: datetime) -> None:
    """A list that nobody has launched since ends, as nobody else would ever end it."""
    abandoned = GuestList.objects.filter(state__in=NEVER_LAUNCHED, created_at__lt=before)
    for guest_list in abandoned.select_related("merchant", "campaign", "launched_by").iterator():
        discard_list(guest_list=guest_list, actor=None)


def _due(before: datetime) -> QuerySet[GuestList]:
    """Ended longer ago, or discarded and brought longer ago."""
    ended = GuestList.objects.filter(purged_at=None, state__in=LIST_ENDED)
    return ended.filter(Q(ended_at__lt=before) | Q(state=ListState.DISCARDED, created_at__lt=before))


def _unsettled() -> Exists:
    return Exists(IssuanceJob.objects.filter(guest_list=OuterRef("pk"), state__in=JOB_UNSETTLED))


def _marked(due: QuerySet[GuestList], may_go_on: Callable[[], bool]) -> Iterator[GuestList]:
    """Lists that an earlier process has begun with, then those that are due now."""
    yield from GuestList.objects.filter(purge_left=True).order_by("pk")
    for pk in list(due.order_by("ended_at", "pk").values_list("pk", flat=True)):
        if may_go_on() and due.filter(pk=pk).update(purged_at=timezone.now(), purge_left=True):
            yield GuestList.objects.get(pk=pk)


def _empty(guest_list: GuestList, may_go_on: Callable[[], bool]) -> bool:
    """Empties a marked list; False if there was no time for all of it."""
    for batch in _batches(guest_list):
        if not may_go_on():
            return False
        batch()
    forget_strangers(guest_list.merchant_id)
    _empty_list(guest_list)
    return True


def _batches(guest_list: GuestList) -> Iterator[Callable[[], object]]:
    guests = Guest.objects.filter(guest_list=guest_list)
    errors = RowError.objects.filter(guest_list=guest_list)
    yield lambda: delete_rows(guest_list.search_texts.all())
    yield from _by_rows(guests, Q(value="", other="", cells=""), value="", other="", cells="")
    yield from _by_rows(errors, Q(cells=[]), cells=[])
    repaired = RepairedRow.objects.filter(repair__guest_list=guest_list)
    while pks := list(repaired.values_list("pk", flat=True)[:BATCH]):
        yield lambda pks=pks: delete_rows(RepairedRow.objects.filter(pk__in=pks))  # type: ignore[misc]
    for pk in guest_list.jobs.order_by("pk").values_list("pk", flat=True):
        yield lambda pk=pk: empty_job(pk, label="")  # type: ignore[misc]


def _by_rows(rows: QuerySet[Any], emptied: Q, **nothing: Any) -> Iterator[Callable[[], int]]:
    """One change for each batch of rows that isn't emptied yet."""
    left, last = rows.exclude(emptied).order_by("row"), 0
    while numbers := list(left.filter(row__gt=last).values_list("row", flat=True)[:BATCH]):
        batch, last = rows.filter(row__gte=numbers[0], row__lte=numbers[-1]), numbers[-1]
        yield lambda batch=batch: batch.update(**nothing)  # type: ignore[misc]


def _empty_list(guest_list: GuestList) -> None:
    """What the list itself holds; with it the purge of the list is done."""
    name = guest_list.file.name
    info = {key: value for key, value in guest_list.file_info.items() if key not in NAMING}
    fields: dict[str, Any] = {"file": "", "file_info": info, "mapping": _without_names(guest_list.mapping)}
    fields |= {"cached_counts": {}, "repair_order": {}, "reason": "", "purge_left": False}
    if guest_list.one_guest:
        fields["name"] = ONE_GUEST
    GuestList.objects.filter(pk=guest_list.pk).update(**fields)
    if name:
        default_storage.delete(name)


def _without_names(mapping: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != "sheet"}
