"""Pausing first sends: by staff, or by itself when the database has forgotten what was sent.

Before each first byte the number of sends is counted in the database and then noted outside it (`SENT_MARKS`). A
database that was restored from a backup counts fewer than that: jobs that are `ready` in it may have been sent, lists
that wait in it may have been planned, and Thanx may no longer know their keys. So the jobs become *forgotten*, and
lists are planned into that state, until two people have settled with Thanx what was sent. Jobs that were being sent
wait for staff: the forgotten answer may have been a no, and their guests in another list since. Polls go on.
"""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from issuance.crash_points import crash_point
from issuance.engine.guest_outcomes import move_guests
from issuance.engine.sent_mark import raise_mark, read_mark
from issuance.engine.shared_mark import marks_are_shared, raise_shared_mark, read_shared_mark
from issuance.lifecycle.transitions import move_job
from issuance.models import IssuanceJob, IssuanceJobQuerySet, SendingPause
from issuance.models.states import JobState
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.plain_text import nameless
from thanxportal.seldom import Seldom

UNNOTED = "The number of sends can't be %s (%s), so a restored backup won't be noticed."
log = logging.getLogger(__name__)
seldom = Seldom(log)
THROWN_BACK = "The database knows fewer sends than were made: it was restored from a backup."


def pause_in_force() -> bool:
    return SendingPause.objects.filter(in_force=True).exists()


def sending_is_paused() -> bool:
    """Whether nothing new may be sent; notices by itself that the database was thrown back."""
    _notice_a_restore()
    return pause_in_force()


def sends_were_forgotten() -> bool:
    """Whether what counts as unsent may have been sent, since the database is an older one; notices that by itself.

    The one place that answers this. Whoever turns a planned job into one that isn't sent asks here first.
    """
    _notice_a_restore()
    return SendingPause.objects.filter(in_force=True, sends_forgotten=True).exists()


@crash_point("count a send")
def count_send() -> None:
    """Counts one send in the transaction of its intent; `note_sends` follows after the commit."""
    Credential.objects.filter(pk=Credential.current().pk).update(sent_count=F("sent_count") + 1)


def note_sends() -> None:
    """Notes outside the database how many sends it counts, before the first byte of the latest leaves."""
    credential = Credential.current()
    try:
        if marks_are_shared():
            raise_shared_mark(str(credential.uuid), credential.sent_count)
        else:
            raise_mark(_mark(credential), credential.sent_count)
    except (OSError, ValueError) as error:
        seldom.error(UNNOTED, "noted", nameless(str(error)), about="noted")


def lock_forgotten() -> bool:
    """Whether sends are still forgotten; nobody settles them until the transaction ends."""
    pauses = SendingPause.objects.select_for_update().filter(in_force=True, sends_forgotten=True)
    return pauses.first() is not None


def pause_sending(*, actor: User | None, reason: str, sends_forgotten: bool = False) -> bool:
    """Pauses plans and first sends from now on; False if they are paused already.

    With `sends_forgotten`, which holds for a pause in force as well, all that counts as unsent becomes unknown.
    """
    try:
        with transaction.atomic():
            SendingPause.objects.create(started_by=actor, started_at=database_clock.now(), reason=reason[:300])
        is_new = True
    except IntegrityError:
        is_new = False
    if sends_forgotten:
        SendingPause.objects.filter(in_force=True).update(sends_forgotten=True)
        forget_unsent(IssuanceJob.objects.all())
    if is_new or sends_forgotten:
        log.error("Sending is paused: %s", reason)
    return is_new


@transaction.atomic
def forget_unsent(jobs: IssuanceJobQuerySet) -> None:
    """Makes all of these jobs that count as unsent unknown; see `forgotten_jobs` for how they are settled."""
    unsent = jobs.filter(state=JobState.READY).defer("body").select_related("guest_list").order_by("pk")
    for job in unsent:
        if move_job(job, JobState.FORGOTTEN, problem_code="", attempt_count=0):
            move_guests(job, JobState.FORGOTTEN.outcome)


def end_pause(*, actor: User, reason: str) -> bool:
    """Lets first sends go again; False if nothing is paused, or sends are forgotten. See `resume_sending`."""
    pause = SendingPause.objects.filter(in_force=True, sends_forgotten=False)
    if not pause.update(in_force=False, resumed_at=timezone.now(), resumed_by=actor, resume_reason=reason[:300]):
        return False
    log.warning("Sending goes on: resumed by user %s.", actor.pk)
    return True


def _notice_a_restore() -> None:
    """The mark is read first: it is written after the commit, so the database can only be ahead of it."""
    credential = Credential.current()
    noted = _noted(credential)
    credential.refresh_from_db(fields=["sent_count"])
    if noted > credential.sent_count:
        _pause_after_restore(credential, noted)


@transaction.atomic
def _pause_after_restore(credential: Credential, noted: int) -> None:
    """Counts the forgotten sends from now on, so that another restore is noticed, even during this pause."""
    behind = Credential.objects.filter(pk=credential.pk, sent_count__lt=noted)
    if behind.update(sent_count=noted):
        pause_sending(actor=None, reason=THROWN_BACK, sends_forgotten=True)
        forgotten = F("forgotten_count") + noted - credential.sent_count
        SendingPause.objects.filter(in_force=True).update(forgotten_count=forgotten)


def _noted(credential: Credential) -> int:
    try:
        return read_shared_mark(str(credential.uuid)) if marks_are_shared() else read_mark(_mark(credential))
    except (OSError, ValueError) as error:
        seldom.error(UNNOTED, "read", nameless(str(error)), about="read")
        return 0


def _mark(credential: Credential) -> Path:
    return Path(settings.SENT_MARKS) / str(credential.uuid)
