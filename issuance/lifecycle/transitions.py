"""The only writer of `.state`: every move is one conditional UPDATE, fenced, and appends its event.

Losing a race is a normal answer (False), never an exception. A move that the tables in `states` don't
list is a bug of ours and raises.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from issuance.crash_points import crash_point
from issuance.lifecycle.campaign_end import CAMPAIGN_ENDED, not_sent_in_words
from issuance.lifecycle.notices import tell_end, tell_staff_needed, tell_unread
from issuance.models import PARKED, GuestList, IssuanceJob, note_event
from issuance.models.states import JOB_DUE, JOB_MOVES, JOB_OPEN, LIST_MOVES, JobState, ListState
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.outgoing.happenings import Kind, note_happening
from thanxportal.stored_files import StoreFails

LEASE = timedelta(seconds=120)  # Longer than the client's timeouts together.
MOST_CRASHES = 5
PARKED_NOTE = "Parked: its worker crashed five times in a row."
log = logging.getLogger(__name__)


@transaction.atomic
def move_list(
    guest_list: GuestList, new: ListState, *, actor: User | None = None, note: str = "", **fields: Any
) -> bool:
    """Moves a list from the state it is held in memory with to `new`; False if somebody else moved it first."""
    old = guest_list.status
    if new not in LIST_MOVES[old]:
        raise ValueError(f"A list can't go from {old} to {new}.")
    row = GuestList.objects.filter(pk=guest_list.pk, state=old, epoch=guest_list.epoch)
    if not row.update(state=new, **fields):
        return False
    note_event(guest_list, new, old_state=old, actor=actor, note=note)
    guest_list.state = new
    _note_list(guest_list)
    if new in (ListState.FINISHED, ListState.STOPPED):
        tell_end(guest_list, why=note)
    elif new in (ListState.MAPPING, ListState.UNREADABLE):
        tell_unread(guest_list)
    return True


def back_to_review(guest_list: GuestList, *, actor: User | None = None, note: str = "", **fields: Any) -> bool:
    """Takes a list of which nothing was sent back to its review; False if somebody else moved it first.

    A worker that has just taken it must not plan what is launched anew: so its epoch rises.
    """
    anew: dict[str, Any] = {"confirm_token": uuid4(), "epoch": F("epoch") + 1, "crash_count": 0, "lease_until": None}
    anew |= {"held_until": None, "approved_by": None}
    return move_list(guest_list, ListState.CHECKED, actor=actor, note=note, **anew, **fields)


@crash_point("move a job")
@transaction.atomic
def move_job(job: IssuanceJob, new: JobState, *, actor: User | None = None, note: str = "", **fields: Any) -> bool:
    """Moves a job from the state and epoch it is held in memory with to `new`; False if it moved meanwhile."""
    old = job.status
    if new not in JOB_MOVES[old]:
        raise ValueError(f"A job can't go from {old} to {new}.")
    if new not in JOB_DUE:
        fields |= {"lease_until": None, "next_attempt_at": None}
    if not IssuanceJob.objects.filter(pk=job.pk, state=old, epoch=job.epoch).update(state=new, **fields):
        return False
    note_event(job.guest_list, new, old_state=old, job=job, actor=actor, note=note)
    job.state = new
    _note_job(job, old)
    if new == JobState.NEEDS_STAFF:
        tell_staff_needed(job)
    return True


def _note_list(guest_list: GuestList) -> None:
    """What merchants' systems may want to know of a list that has just moved. One that sent guests again has changed
    what became of their batches."""
    sent_again = guest_list.parent_id is not None and guest_list.state != ListState.DISCARDED
    if guest_list.state == ListState.AWAITING_APPROVAL:
        note_happening(guest_list.merchant_id, Kind.APPROVAL_ASKED, guest_list.pk)
    elif guest_list.status.ended and (guest_list.stream_id or sent_again):
        note_happening(guest_list.merchant_id, Kind.LIST_ENDED, guest_list.pk)


def _note_job(job: IssuanceJob, old: JobState) -> None:
    """The same of a job whose guests a program asked for. One that Thanx didn't revoke after all was told before."""
    if not (job.guest_list.stream_id or job.guest_list.parent_id):
        return
    if job.state == JobState.REVOKED:
        note_happening(job.merchant_id, Kind.JOB_REVOKED, job.pk)
    elif job.state in (JobState.COMPLETED, JobState.REJECTED) and old != JobState.REVOKING:
        note_happening(job.merchant_id, Kind.JOB_SETTLED, job.pk)


@crash_point("lease a job")
@transaction.atomic
def lease_job(job_id: int) -> IssuanceJob | None:
    """Takes the lease of a due job by raising its epoch; None if it isn't due or another worker was faster.

    A lease that ran out means that its worker died: after five such deaths the job is parked for staff.
    """
    now = database_clock.now()
    jobs = IssuanceJob.objects.due(now).select_related("guest_list__campaign", "merchant")
    job = jobs.defer("body", "guest_list__campaign__raw").filter(pk=job_id).first()
    if job is None:
        return None
    crashes = job.crash_count + (job.lease_until is not None)
    parked = crashes >= MOST_CRASHES
    fields: dict[str, Any] = {"epoch": job.epoch + 1, "crash_count": crashes}
    fields |= (
        {"lease_until": None, "next_attempt_at": None, "problem_code": PARKED}
        if parked
        else {"lease_until": now + LEASE}
    )
    claimed = IssuanceJob.objects.filter(pk=job_id, epoch=job.epoch, lease_until=job.lease_until, state__in=JOB_DUE)
    if not claimed.update(**fields):
        return None
    if parked:
        note_event(job.guest_list, job.state, old_state=job.state, job=job, note=PARKED_NOTE)
        log.error("Job %s is parked: its worker crashed %s times.", job_id, crashes)
        return None
    job.epoch += 1
    job.crash_count = crashes
    return job


@crash_point("release a job")
def release_job_lease(job: IssuanceJob, *, wait: float | None = None, at: Any = None, **fields: Any) -> bool:
    """Gives the lease back and says when the job is due again: in `wait` seconds, or `at` a time.

    Whoever asked for an earlier look while the job was ours gets it.
    """
    due = at if at is not None else timezone.now() + timedelta(seconds=wait or 0)
    asked = When(next_attempt_at__gt=job.next_attempt_at, then=Least(F("next_attempt_at"), Value(due)))
    ours = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch, state__in=JOB_DUE)
    next_attempt_at = Case(asked, default=Value(due))
    return bool(ours.update(lease_until=None, next_attempt_at=next_attempt_at, crash_count=0, **fields))


@crash_point("lease a list")
def lease_list(list_id: int, *states: ListState) -> GuestList | None:
    """Takes the lease of a list for reading or planning; None if another worker has it or its hold isn't over.

    `crash_count` says how often in a row its worker died.
    """
    now = database_clock.now()
    free = GuestList.objects.free(now).filter(pk=list_id, state__in=states)
    guest_list = free.select_related("campaign", "merchant").first()
    if guest_list is None:
        return None
    crashes = guest_list.crash_count + (guest_list.lease_until is not None)
    row = free.filter(epoch=guest_list.epoch, state=guest_list.state)
    if not row.update(epoch=F("epoch") + 1, lease_until=now + LEASE, crash_count=crashes):
        return None
    guest_list.epoch += 1
    guest_list.crash_count = crashes
    return guest_list


def release_list_lease(guest_list: GuestList) -> None:
    """Gives the lease back to whoever comes next."""
    GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch).update(lease_until=None)


@contextmanager
def back_if_store_fails(guest_list: GuestList) -> Iterator[None]:
    """Counts no crash of a list whose file can't be fetched now: whoever comes next tries again."""
    try:
        yield
    except StoreFails:
        release_list_lease(guest_list)
        raise


@crash_point("end a list")
def end_list_if_done(guest_list: GuestList) -> None:
    """Ends an issuing list once none of its jobs is open. Call it after the list's counters were written:
    that write serialises two jobs which end at the same moment."""
    jobs = IssuanceJob.objects.filter(guest_list=guest_list)
    if jobs.filter(state__in=JOB_OPEN).exists():
        return
    fresh = GuestList.objects.get(pk=guest_list.pk)
    if fresh.state == ListState.ISSUING:
        cancelled = jobs.filter(state=JobState.CANCELLED).order_by().values_list("problem_code", flat=True)
        codes = set(cancelled.distinct())
        why = not_sent_in_words(fresh) if CAMPAIGN_ENDED in codes else ""
        move_list(fresh, ListState.STOPPED if codes else ListState.FINISHED, note=why, ended_at=timezone.now())
