"""What becomes of a job that Thanx doesn’t revoke: it is asked again ever later, given up, or put before staff."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from issuance.lifecycle.notices import tell_not_taken_back, tell_revoked
from issuance.lifecycle.transitions import move_job, release_job_lease
from issuance.models import IssuanceJob, note_event
from issuance.models.states import JobState
from thanxportal.partner_api import IssuanceJob as Snapshot
from thanxportal.partner_api import PartnerApiError

LOST_AFTER = timedelta(seconds=60)  # from the first request to the next; then twice as long each time
MOST_REQUESTS = 8  # until staff are asked: two to three hours
ENDLESS_AFTER = timedelta(hours=24)  # since the first request
REFUSED, ANSWERED = "REVOKE_REFUSED_", "REVOKE_ANSWERED_"
log = logging.getLogger(__name__)


def answer_to_revoke(error: PartnerApiError) -> str:
    """The code of the problem for an answer after which the request may be sent again."""
    return f"{ANSWERED}{error.status}" if error.status else "REVOKE_UNANSWERED"


def patience(requests: int) -> timedelta:
    """How long after so many requests the next one may follow, or staff are asked."""
    if requests >= MOST_REQUESTS:
        return LOST_AFTER
    return LOST_AFTER * (1 << max(requests - 1, 0))


def is_endless(job: IssuanceJob) -> bool:
    return job.revoke_asked_at is not None and timezone.now() - job.revoke_asked_at > ENDLESS_AFTER


def follow_up(job: IssuanceJob, snapshot: Snapshot) -> None:
    """Thanx still shows the job as ended: it refused, or never got the request, which may then be sent again."""
    if job.problem_code.startswith(REFUSED):
        back = JobState.FAILED if snapshot.state == "failed" else JobState.COMPLETED
        end_revocation(job, back, f"Thanx refused to revoke ({job.problem_code[-3:]}).")
    elif job.revoke_sent_at and timezone.now() - job.revoke_sent_at > patience(job.revoke_count):
        if job.revoke_count >= MOST_REQUESTS:
            park_revocation(job)
        else:
            IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch).update(revoke_sent_at=None)


def refused_for_now(job: IssuanceJob, code: str, requests: int) -> None:
    """Surely not executed, so nothing has to be looked up before the next request."""
    job.problem_code = code
    if requests >= MOST_REQUESTS:
        park_revocation(job)
    else:
        release_job_lease(job, wait=patience(requests).total_seconds(), revoke_sent_at=None, problem_code=code)


def end_revocation(job: IssuanceJob, back: JobState, note: str) -> bool:
    """Its guests stay as they were. Of others that were revoked with it people hear now, if it was the last."""
    if not move_job(job, back, note=note, revoke_sent_at=None, problem_code=""):
        return False
    tell_not_taken_back(job, note)
    siblings = IssuanceJob.objects.filter(guest_list=job.guest_list, revoke_reason=job.revoke_reason)
    if siblings.filter(state=JobState.REVOKED).exists():
        tell_revoked(job)
    return True


@transaction.atomic
def park_revocation(job: IssuanceJob) -> None:
    """Asks no more until staff ask again, which begins with a look at the job. They, and who wanted it, are told."""
    mine = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch, state=JobState.REVOKING)
    if mine.update(lease_until=None, next_attempt_at=None, problem_code=job.problem_code):
        note = "Thanx doesn’t revoke it. Nothing more is asked until staff ask again."
        note_event(job.guest_list, job.state, old_state=job.state, job=job, note=note)
        log.error("Job %s is parked: Thanx doesn’t revoke it (%s).", job.pk, job.problem_code or "no end")
        tell_not_taken_back(job, note)
