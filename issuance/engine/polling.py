"""Looking after a job that Thanx accepted, until its end is confirmed; and asking Thanx to revoke one."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from issuance.engine.not_revoked import (
    REFUSED,
    answer_to_revoke,
    end_revocation,
    follow_up,
    is_endless,
    park_revocation,
    refused_for_now,
)
from issuance.engine.poll_waits import FIRST_POLL, polling_delay
from issuance.engine.settlement import apply_snapshot, end_job
from issuance.lifecycle.notices import tell_staff_needed
from issuance.lifecycle.transitions import release_job_lease
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
            follow_up(job, snapshot)


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
        if end_revocation(job, JobState.COMPLETED if adds_up else JobState.FAILED, REVOCATION_LOST):
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
    if is_endless(job):
        park_revocation(job)
    elif job.revoke_sent_at is None:
        _ask_to_revoke(job)
    else:
        poll_job(job)


def _ask_to_revoke(job: IssuanceJob) -> None:
    """Each request is counted before its first byte leaves, but not one that surely never began."""
    mine, requests = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch), job.revoke_count + 1
    now = timezone.now()
    try:
        reserve_slot(Urgency.REPLAY, about=job.merchant.thanx_id)
        asked = {"revoke_asked_at": job.revoke_asked_at or now, "revoke_sent_at": now, "revoke_count": requests}
        if not mine.update(**asked):
            return  # Another worker owns the job now.
        with partner_client(Urgency.REPLAY, reserved=1) as partner:
            snapshot = partner.revoke_issuance_job(job.thanx_id or "", job.merchant.thanx_id)
    except GateClosed as closed:
        release_job_lease(job, at=closed.retry_at)
    except (NotSent, RateLimited):
        release_job_lease(job, wait=FIRST_POLL, revoke_sent_at=None, revoke_count=job.revoke_count)
    except CredentialRefused as error:
        refused_for_now(job, answer_to_revoke(error), requests)
    except Rejected as error:
        release_job_lease(job, wait=1, problem_code=f"{REFUSED}{error.status}")
    except PartnerApiError as error:
        release_job_lease(job, wait=FIRST_POLL, problem_code=answer_to_revoke(error))
    else:
        apply_snapshot(job.pk, snapshot)
        release_job_lease(job, wait=FIRST_POLL, attempt_count=0, problem_code="")
