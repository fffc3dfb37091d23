"""Finds due work and does it. The database row is the queue: whoever looks, finds everything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from traceback import extract_tb
from typing import Any

from django.db.models import F, Min, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.publishing import publish_campaign
from issuance import shutdown
from issuance.checking.background_repairs import make_ordered_repair
from issuance.engine.incoming_webhooks import apply_due_deliveries
from issuance.engine.missing_webhooks import look_for_missing_webhooks
from issuance.engine.planning import plan_list
from issuance.engine.polling import poll_job, revoke_job
from issuance.engine.sending_pauses import sending_is_paused, sends_were_forgotten
from issuance.engine.submission import submit_job
from issuance.events.gathering import gather, next_gathering, streams_to_gather
from issuance.exports.loading import load_export, look_again_for_new_guests
from issuance.folders.deciding import decide
from issuance.folders.taking import folders_to_look_into, look_into
from issuance.importing.import_list import read_guest_file
from issuance.lifecycle.transitions import lease_job
from issuance.models import (
    ExportFile,
    FolderFile,
    GuestList,
    GuestListQuerySet,
    IssuanceJob,
    WebhookDelivery,
)
from issuance.models.states import JobState
from issuance.readout.computing import compute_read_out, due_read_outs
from issuance.worker.reading_turns import lists_in_turn
from thanxportal import database_clock
from thanxportal.accounts.partner_access import tell_refusals
from thanxportal.log_lines import about, arguments
from thanxportal.partner.gated_client import try_refused_credential
from thanxportal.queues import QUEUES, READING, SENDING
from thanxportal.seldom import Seldom

log = Seldom(logging.getLogger(__name__))
MOST_AT_ONCE = 100
FRAMES = 8  # the last of an error, which say where it happened


def drive_due_work(*, list_id: int | None = None, kinds: Collection[str] = QUEUES) -> int:
    """Does all work of these kinds that is due now, of one list or of all; returns how many rows failed."""
    failed = _prepare() if SENDING in kinds and list_id is None else 0
    if READING in kinds:
        failed += _read(list_id)
    return failed + (_send(list_id) if SENDING in kinds else 0)


def _prepare() -> int:
    """What belongs to no list."""
    try_refused_credential()
    apply_due_deliveries()
    look_for_missing_webhooks()
    tell_refusals()
    failed = sum(not succeeds(gather, stream) for stream in streams_to_gather())
    return failed + _each(publish_campaign, Campaign.objects.due_to_publish().order_by("next_attempt_at", "pk"))


def _read(list_id: int | None) -> int:
    lists = GuestList.objects.all() if list_id is None else GuestList.objects.filter(pk=list_id)
    if list_id is None:
        failed = _each(look_into, folders_to_look_into()) + read_in_turn()
    else:
        failed = _each(read_guest_file, lists.due_to_read())
    failed += _each(make_ordered_repair, lists.due_to_repair().order_by("pk"))
    files = FolderFile.objects.due_to_decide()
    return failed + _each(decide, files if list_id is None else files.filter(guest_list=list_id))


def read_in_turn() -> int:
    """Reads all lists that are due, in fair order; returns how many failed."""
    failed = 0
    for pk in lists_in_turn():
        failed += not succeeds(read_guest_file, pk)
    return failed


def _send(list_id: int | None) -> int:
    lists, jobs = GuestList.objects.all(), IssuanceJob.objects.due()
    if list_id is not None:
        lists, jobs = lists.filter(pk=list_id), jobs.filter(guest_list=list_id)
    if sending_is_paused():
        jobs = jobs.exclude(state=JobState.READY)
        lists = lists if sends_were_forgotten() else lists.none()
    failed = _each(plan_list, lists.due_to_plan().order_by("held_until", "pk"))
    return failed + _each(work_job, jobs.in_turn())


def load_due_exports() -> int:
    """Loads all exports that are due, also those that become so meanwhile; returns how many failed."""
    failed = 0
    look_again_for_new_guests()
    while not shutdown.asked.is_set() and (export := ExportFile.objects.due().only("pk").first()):
        failed += not succeeds(load_export, export.pk)
    return failed


def compute_due_read_outs() -> int:
    """Returns how many failed."""
    return sum(not succeeds(compute_read_out, pk) for pk in due_read_outs())


def _each(work: Callable[[int], object], rows: QuerySet[Any]) -> int:
    failed = 0
    for pk in list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        if shutdown.asked.is_set():
            break
        failed += not succeeds(work, pk)
    return failed


def succeeds(work: Callable[[int], object], pk: int) -> bool:
    """One broken row must not stop the others: its lease runs out and it is tried again, a job at most five times."""
    try:
        with about(work=work.__name__, **arguments(work, [pk])):
            work(pk)
    except Exception as error:
        tell_of_trouble(f"{work.__name__}({pk})", error, about=work.__name__)
        return False
    return True


def tell_of_trouble(what: str, error: Exception, *, about: str) -> None:
    """Logs where it failed, but not the message: a database quotes rows in it, and rows are guests."""
    frames = "\n".join(
        f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__, limit=-FRAMES)
    )
    kind = type(error).__name__
    log.error("%s failed with %s; it will be tried again.\n%s", what, kind, frames, about=f"{about} {kind}")


def work_job(job_id: int) -> None:
    """Takes a due job one step further: send, poll or revoke."""
    job = lease_job(job_id)
    if job is None:
        return
    if job.status in (JobState.READY, JobState.SENDING):
        submit_job(job)
    elif job.status == JobState.REVOKING:
        revoke_job(job)
    else:
        poll_job(job)


def next_due(*, list_id: int | None = None, kinds: Collection[str] = QUEUES) -> datetime | None:
    """When the next known piece of work of these kinds is or was due, by this host's clock; None if nothing waits."""
    lists = GuestList.objects.all() if list_id is None else GuestList.objects.filter(pk=list_id)
    if READING in kinds and (since := _waits_to_be_read(lists)):
        return since
    return _next_to_send(lists, list_id) if SENDING in kinds else None


def _waits_to_be_read(lists: GuestListQuerySet) -> datetime | None:
    """Since when at most; None if nothing is to be read or repaired now."""
    due, since = lists.due_to_read() | lists.due_to_repair(), Coalesce("lease_until", "created_at")
    first: datetime | None = due.aggregate(since=Min(since))["since"]
    return first and min(first, timezone.now())


def _next_to_send(lists: GuestListQuerySet, list_id: int | None) -> datetime | None:
    jobs = IssuanceJob.objects.waiting()
    if list_id is not None:
        jobs = jobs.filter(guest_list=list_id)
    publishing = Campaign.objects.none() if list_id else Campaign.objects.publishing()
    deliveries = WebhookDelivery.objects.none() if list_id else WebhookDelivery.objects.filter(due_at__isnull=False)
    held = lists.held()
    if sending_is_paused():
        jobs, held = jobs.exclude(state=JobState.READY), held if sends_were_forgotten() else held.none()
    ahead = timezone.now() - database_clock.now()
    ours = [
        None if list_id else next_gathering(),
        deliveries.aggregate(at=Min("due_at"))["at"],
        jobs.aggregate(at=Min(_after_the_lease("next_attempt_at", ahead)))["at"],
    ]
    of_the_database = [
        publishing.aggregate(at=Min("next_attempt_at"))["at"],
        held.aggregate(at=Min(_after_the_lease("held_until")))["at"],
    ]
    return min((*filter(None, ours), *(at + ahead for at in of_the_database if at)), default=None)


def _after_the_lease(due: str, ahead: timedelta = timedelta(0)) -> Greatest:
    """When a row can be worked on: when it is due, but not before the worker that has it lets go, by the database's
    time. `ahead` is how far the clock of `due` is ahead of that."""
    return Greatest(due, Coalesce(F("lease_until") + ahead, due))


def seconds_to_next_due(*, most: float, list_id: int | None = None, kinds: Collection[str] = QUEUES) -> float:
    """How long a worker may rest: until the next piece of work, but never longer than `most` seconds."""
    due = next_due(list_id=list_id, kinds=kinds)
    rest = (due - timezone.now()) if due else timedelta(seconds=most)
    return max(0.05, min(rest.total_seconds(), most))
