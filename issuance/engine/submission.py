"""Sending a job to Thanx: intent first, then the bytes, then what the answer means.

The only thing that can be learned after a lost answer is learned by replaying the same key with the same
bytes. So nothing here ever makes a second key for the same guests.
"""

from __future__ import annotations

import random
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issuance import shutdown
from issuance.engine.polling import FIRST_POLL
from issuance.engine.sending_pauses import count_send, note_sends, sending_is_paused
from issuance.engine.settlement import end_job
from issuance.lifecycle.transitions import move_job, release_job_lease
from issuance.models import Attempt, IssuanceJob
from issuance.models.states import JobState
from thanxportal.partner.client import GateClosed, Urgency, partner_client, prove_that_thanx_answers, reserve_slot
from thanxportal.partner_api import (
    CredentialRefused,
    InDoubt,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
)
from thanxportal.partner_api import IssuanceJob as Snapshot

PAUSE_CHECK = 15.0  # seconds until a job looks again whether sending is still paused
PATIENCE = 1.0  # seconds: the probe and the send need two slots in a row


def submit_job(job: IssuanceJob) -> None:
    """Sends a claimed job in state `ready`, or replays one in state `sending`, and records what came of it."""
    if job.status == JobState.SENDING and _too_late_to_replay(job):
        _end(job, JobState.NEEDS_STAFF, problem_code=job.problem_code or "NO_CLEAR_ANSWER")
        return
    if job.status == JobState.READY and sending_is_paused():
        release_job_lease(job, wait=PAUSE_CHECK)
        return
    try:
        if job.status == JobState.READY and _somebody_is_in_doubt():
            prove_that_thanx_answers(patience=PATIENCE)
        reserve_slot(Urgency.ISSUE if job.status == JobState.READY else Urgency.REPLAY, patience=PATIENCE)
    except GateClosed as closed:
        release_job_lease(job, at=closed.retry_at)
    except PartnerApiError as error:
        release_job_lease(job, wait=backoff(job.attempt_count), problem_code=_code(error))
    else:
        if shutdown.asked.is_set():
            release_job_lease(job)
        else:
            _send(job)


def _too_late_to_replay(job: IssuanceJob) -> bool:
    """How long Thanx remembers a key is unpublished; past this window a replay could reward twice."""
    window = timedelta(minutes=settings.IN_DOUBT_MINUTES)
    return job.first_sent_at is not None and job.first_sent_at + window < timezone.now()


def _somebody_is_in_doubt() -> bool:
    """Then nothing new is sent before a GET has succeeded."""
    return IssuanceJob.objects.filter(state=JobState.SENDING, in_doubt=True).exists()


def _send(job: IssuanceJob) -> None:
    body = _frozen_body(job)
    attempt = _intend(job)
    if attempt is None:
        return  # Another worker owns the job now.
    note_sends()
    try:
        with partner_client(Urgency.ISSUE, reserved=1) as partner:
            answer = partner.issue(body, str(job.idempotency_key))
    except (NotSent, RateLimited, CredentialRefused) as error:
        _not_executed(job, attempt, error)
    except Rejected as error:
        _rejected(job, attempt, error)
    except InDoubt as error:
        _in_doubt(job, attempt, error)
    else:
        _accepted(job, attempt, answer)


def _frozen_body(job: IssuanceJob) -> bytes:
    """The planned bytes, proven unchanged and meant for the job's own merchant."""
    body = bytes(IssuanceJob.objects.values_list("body", flat=True).get(pk=job.pk))
    head = f'{{"merchant_id":"{job.merchant.thanx_id}",'.encode()
    same_merchant = job.merchant_id == job.guest_list.merchant_id and body.startswith(head)
    if sha256(body).hexdigest() != job.body_sha256 or not same_merchant:
        raise RuntimeError(f"The body of job {job.pk} isn't the planned one.")
    return body


@transaction.atomic
def _intend(job: IssuanceJob) -> Attempt | None:
    """Commits that the body is about to leave; from here on a crash means doubt. None: the lease is lost."""
    now = timezone.now()
    fields: dict[str, Any] = {"first_sent_at": job.first_sent_at or now, "attempt_count": job.attempt_count + 1}
    if job.status == JobState.READY:
        mine = move_job(job, JobState.SENDING, in_doubt=False, **fields)
    else:
        sending = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch, state=JobState.SENDING)
        mine = bool(sending.update(in_doubt=True, **fields))
        job.in_doubt = True
    if not mine:
        return None
    count_send()
    job.attempt_count += 1
    job.first_sent_at = fields["first_sent_at"]
    return Attempt.objects.create(
        job=job, epoch=job.epoch, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key, started_at=now
    )


@transaction.atomic
def _not_executed(job: IssuanceJob, attempt: Attempt, error: PartnerApiError) -> None:
    """This attempt surely did nothing. A job never in doubt is simply ready again; doubt from before stays."""
    _finish(attempt, "not_sent", error)
    wait = backoff(job.attempt_count)
    if job.in_doubt:
        release_job_lease(job, wait=wait, problem_code=_code(error))
    elif move_job(job, JobState.READY, problem_code=_code(error), first_sent_at=None):
        release_job_lease(job, wait=wait)


@transaction.atomic
def _rejected(job: IssuanceJob, attempt: Attempt, error: PartnerApiError) -> None:
    """A definite no; but after a doubtful send it may be a no to the replay only, so a person looks."""
    _finish(attempt, "rejected", error)
    state = JobState.NEEDS_STAFF if job.in_doubt else JobState.REJECTED
    _end(job, state, problem_code=_code(error))


@transaction.atomic
def _in_doubt(job: IssuanceJob, attempt: Attempt, error: PartnerApiError) -> None:
    _finish(attempt, "in_doubt", error)
    release_job_lease(job, wait=backoff(job.attempt_count), in_doubt=True, problem_code=_code(error))


@transaction.atomic
def _accepted(job: IssuanceJob, attempt: Attempt, answer: Snapshot) -> None:
    _finish(attempt, "accepted", None)
    now = timezone.now()
    if IssuanceJob.objects.filter(thanx_id=answer.id).exclude(pk=job.pk).exists():
        _end(job, JobState.NEEDS_STAFF, problem_code="JOB_ID_SEEN_BEFORE")
        return
    fields: dict[str, Any] = {
        "thanx_id": answer.id,
        "partner_state": answer.state[:40],
        "news_at": now,
        "accepted_at": now,
    }
    if move_job(job, JobState.ACCEPTED, in_doubt=False, attempt_count=0, problem_code="", **fields):
        release_job_lease(job, wait=FIRST_POLL)


@transaction.atomic
def _end(job: IssuanceJob, state: JobState, **fields: Any) -> None:
    """Needs staff without a job id at Thanx: nothing is left to poll."""
    if end_job(job, state, **fields):
        IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch).update(lease_until=None, next_attempt_at=None)


def _finish(attempt: Attempt, result: str, error: PartnerApiError | None) -> None:
    attempt.finished_at = timezone.now()
    attempt.result = result
    attempt.status = error.status if error else 202
    attempt.code = _code(error) if error else ""
    attempt.save(update_fields=["finished_at", "result", "status", "code"])


def _code(error: PartnerApiError) -> str:
    return (error.code or type(error).__name__)[:80]


def backoff(tries: int) -> float:
    """Seconds to the next attempt: 2, 4, 8 … 60, with a fifth of jitter."""
    return min(2.0 ** min(tries + 1, 6), 60.0) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, no secret
