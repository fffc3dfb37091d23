"""Looking after a job that Thanx accepted, until its end is confirmed; and asking Thanx to revoke one."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from issuance.engine.poll_waits import FIRST_POLL, polling_delay
from issuance.engine.settlement import apply_snapshot, end_job
from issuance.lifecycle.notices import tell_revoked, tell_staff_needed
from issuance.lifecycle.transitions import move_job, release_job_lease
from issuance.models import IssuanceJob
from issuance.models.states import JobState
from thanxportal.partner.gated_client import GateClosed, Urgency, partner_client, reserve_slot
from thanxportal.partner_api import (
    CredentialRefused,
    NotFound,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
)
from thanxportal.partner_api import IssuanceJob as Snapshot

LOST_AFTER = timedelta(minutes=15)  # of answers 404
REVOKE_LOST_AFTER = timedelta(seconds=60)
ENDLESS_AFTER = timedelta(hours=24)
REVOCATION_LOST = "Thanx no longer knows this job, so nobody can tell whether its rewards were taken back."
log = logging.getLogger(__name__)


def poll_job(job: IssuanceJob) -> None:
    """Asks once how a claimed job is doing. No answer costs nothing: the next poll asks again."""
    try:
        with partner_client(Urgency.POLL) as partner:
            snapshot = partner.get_issuance_job(job.thanx_id or "", job.merchant.thanx_id)
    except GateClosed as closed:
        release_job_lease(job, at=closed.retry_at)
    except PartnerApiError as error:
        _no_news(job, error)
    else:
        _news(job, snapshot)


def _news(job: IssuanceJob, snapshot: Snapshot) -> None:
    state = apply_snapshot(job.pk, snapshot)
    polls = job.attempt_count + 1
    theirs = IssuanceJob.objects.filter(pk=job.pk, thanx_id=job.thanx_id).values("unknown_state_since").first()
    if theirs and state in (JobState.ACCEPTED, JobState.NEEDS_STAFF, JobState.REVOKING):
        processed = 0 if state == JobState.REVOKING else min(snapshot.processed_count or 0, job.total_count)
        release_job_lease(job, wait=polling_delay(polls, _since(job), processed / job.total_count), attempt_count=polls)
        job.unknown_state_since = theirs["unknown_state_since"]
        _ask_a_person(job)
        if state == JobState.REVOKING and snapshot.state in ("completed", "failed"):
            _not_revoked(job, snapshot)


def _no_news(job: IssuanceJob, error: PartnerApiError) -> None:
    polls = job.attempt_count + 1
    if isinstance(error, NotFound):
        job.lost_since = job.lost_since or timezone.now()
    wait = polling_delay(polls, _since(job))
    release_job_lease(job, wait=wait, attempt_count=polls, lost_since=job.lost_since)
    if is_lost(job):
        _give_up_what_is_lost(job)
    _ask_a_person(job)


def is_lost(job: IssuanceJob) -> bool:
    """Whether Thanx has answered nothing but 404 for too long to be a hiccup."""
    return job.lost_since is not None and timezone.now() - job.lost_since > LOST_AFTER


def _give_up_what_is_lost(job: IssuanceJob) -> None:
    """The guests count as unknown, or as they did before the revocation, and a person is told."""
    if job.status == JobState.ACCEPTED:
        end_job(job, JobState.NEEDS_STAFF, problem_code="JOB_NOT_FOUND")
    elif job.status == JobState.REVOKING:
        adds_up = job.success_count + job.failure_count == job.total_count
        if _end_revocation(job, JobState.COMPLETED if adds_up else JobState.FAILED, REVOCATION_LOST):
            log.error("Job %s was to be revoked, but Thanx no longer knows it.", job.pk)
            tell_staff_needed(job)


def _ask_a_person(job: IssuanceJob) -> None:
    """After a day without an end, sooner about a state that nobody knows. Polling goes on: a late end counts."""
    if job.status != JobState.ACCEPTED:
        return
    now, patience = timezone.now(), timedelta(minutes=settings.UNKNOWN_STATE_MINUTES)
    if job.unknown_state_since and now - job.unknown_state_since >= patience:
        end_job(job, JobState.NEEDS_STAFF, problem_code="UNKNOWN_STATE")
    elif now - _since(job) > ENDLESS_AFTER:
        end_job(job, JobState.NEEDS_STAFF, problem_code="NO_END_IN_A_DAY")


def _since(job: IssuanceJob) -> datetime:
    return job.revoke_sent_at or job.accepted_at or job.planned_at


def revoke_job(job: IssuanceJob) -> None:
    """Asks Thanx to revoke a claimed job, then looks how it went: a lost answer leads to a GET, not a second POST."""
    if job.revoke_sent_at is not None:
        poll_job(job)
        return
    mine = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch)
    try:
        reserve_slot(Urgency.REPLAY, about=job.merchant.thanx_id)
        if not mine.update(revoke_sent_at=timezone.now()):
            return  # Another worker owns the job now.
        with partner_client(Urgency.REPLAY, reserved=1) as partner:
            snapshot = partner.revoke_issuance_job(job.thanx_id or "", job.merchant.thanx_id)
    except GateClosed as closed:
        release_job_lease(job, at=closed.retry_at)
    except (NotSent, RateLimited, CredentialRefused):
        release_job_lease(job, wait=FIRST_POLL, revoke_sent_at=None)
    except Rejected as error:
        release_job_lease(job, wait=1, problem_code=f"REVOKE_REFUSED_{error.status}")
    except PartnerApiError:
        release_job_lease(job, wait=FIRST_POLL)
    else:
        apply_snapshot(job.pk, snapshot)
        release_job_lease(job, wait=FIRST_POLL, attempt_count=0)


def _not_revoked(job: IssuanceJob, snapshot: Snapshot) -> None:
    """Thanx still shows the job as ended: it refused, or never got the request, which may then be sent again."""
    if job.problem_code.startswith("REVOKE_REFUSED"):
        back = JobState.FAILED if snapshot.state == "failed" else JobState.COMPLETED
        _end_revocation(job, back, f"Thanx refused to revoke ({job.problem_code[-3:]}).")
    elif job.revoke_sent_at and timezone.now() - job.revoke_sent_at > REVOKE_LOST_AFTER:
        IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch).update(revoke_sent_at=None)


def _end_revocation(job: IssuanceJob, back: JobState, note: str) -> bool:
    """Of others that were revoked with it people hear now, if it was the last."""
    if not move_job(job, back, note=note, revoke_sent_at=None, problem_code=""):
        return False
    siblings = IssuanceJob.objects.filter(guest_list=job.guest_list, revoke_reason=job.revoke_reason)
    if siblings.filter(state=JobState.REVOKED).exists():
        tell_revoked(job)
    return True
