"""Sending a job to Thanx: intent first, then the bytes, then what the answer means.

The only thing that can be learned after a lost answer is learned by replaying the same key with the same
bytes. So nothing here ever makes a second key for the same guests.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issuance import shutdown
from issuance.crash_points import crash_point
from issuance.engine.canaries import send_the_rest
from issuance.engine.halving import halve_job, may_be_halved
from issuance.engine.poll_waits import first_wait
from issuance.engine.sending_pauses import count_send, note_sends, sending_is_paused, sends_were_forgotten
from issuance.engine.settlement import end_job
from issuance.lifecycle.campaign_end import CAMPAIGN_ENDED, has_ended, not_sent_in_words
from issuance.lifecycle.transitions import move_job, release_job_lease
from issuance.models import Attempt, IssuanceJob
from issuance.models.states import JobState
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant
from thanxportal.partner.gated_client import GateClosed, Urgency, partner_client, prove_that_thanx_answers, reserve_slot
from thanxportal.partner_api import (
    CredentialRefused,
    NotSent,
    PartnerApiError,
    RateLimited,
    Rejected,
    redact,
)
from thanxportal.partner_api import IssuanceJob as Snapshot

PAUSE_CHECK = 15.0  # seconds until a job looks again whether sending is still paused
PATIENCE = 1.0  # seconds: the probe and the send need two slots in a row

Answer = Snapshot | PartnerApiError


class NextStep(NamedTuple):
    """Where a job goes from here. Without `due` only a person goes on with it."""

    state: JobState
    due: datetime | None
    fields: dict[str, Any]  # what else is written on the job
    result: str = ""  # of the attempt, if there was one


def submit_job(job: IssuanceJob) -> None:
    """Sends a claimed job in state `ready`, or replays one in state `sending`, and records what came of it."""
    if instead := _too_late(job) or _not_now(job) or _too_late(job):  # Time passes while it waits for a slot.
        _take(job, instead)
        return
    body = _frozen_body(job)
    if attempt := _intend(job):
        answer = _send(job, body)
        _record(job, attempt, answer)


def _too_late(job: IssuanceJob) -> NextStep | None:
    """Where a job goes that may not leave any more, for the first time or again."""
    return _too_late_to_send(job) if job.status == JobState.READY else _too_late_to_replay(job)


def _too_late_to_send(job: IssuanceJob) -> NextStep | None:
    """Nothing of a `ready` job is at Thanx, unless a restored database says so: then it waits for what people find."""
    if not has_ended(job.guest_list.campaign) or sending_is_paused():
        return None
    note = not_sent_in_words(job.guest_list)
    return NextStep(JobState.CANCELLED, None, {"problem_code": CAMPAIGN_ENDED, "note": note})


def _too_late_to_replay(job: IssuanceJob) -> NextStep | None:
    """How long Thanx remembers a key is unpublished; past this window a replay could reward twice."""
    window = timedelta(minutes=settings.IN_DOUBT_MINUTES)
    if job.first_sent_at is None:
        return None
    if sends_were_forgotten():  # The forgotten answer may have been a no, and the guests rewarded by another list.
        return NextStep(JobState.NEEDS_STAFF, None, {"problem_code": "SENDS_FORGOTTEN"})
    if job.first_sent_at + window < database_clock.now():
        return NextStep(JobState.NEEDS_STAFF, None, {"problem_code": job.problem_code or "NO_CLEAR_ANSWER"})
    return None


def _not_now(job: IssuanceJob) -> NextStep | None:
    """None once everything allows the send and a slot at the gate is taken for it."""
    is_new = job.status == JobState.READY
    if (is_new and sending_is_paused()) or _has_left(job):
        return NextStep(job.status, _in(PAUSE_CHECK), {})
    try:
        if is_new and _somebody_is_in_doubt():
            prove_that_thanx_answers(patience=PATIENCE)
        urgency = Urgency.ISSUE if is_new else Urgency.REPLAY
        reserve_slot(urgency, about=job.merchant.thanx_id, patience=PATIENCE)
    except GateClosed as closed:
        return NextStep(job.status, closed.retry_at, {})
    except PartnerApiError as error:
        return NextStep(job.status, _in(backoff(job.attempt_count)), {"problem_code": _code(error)})
    return NextStep(job.status, timezone.now(), {}) if shutdown.asked.is_set() or _has_left(job) else None


def _has_left(job: IssuanceJob) -> bool:
    """Whether the merchant has opted out, so that neither a first send nor a replay may reward anybody."""
    return Merchant.objects.opted_out().filter(pk=job.merchant_id).exists()


def _somebody_is_in_doubt() -> bool:
    """Then nothing new is sent before a GET has succeeded."""
    return IssuanceJob.objects.filter(state=JobState.SENDING, in_doubt=True).exists()


@transaction.atomic
def _take(job: IssuanceJob, step: NextStep) -> None:
    """Moves the job if it has to move, and gives its lease back."""
    if step.state == JobState.HALVED:
        halve_job(job, **step.fields)
    elif step.due is None:
        if end_job(job, step.state, **step.fields):  # It has no id at Thanx, so nothing is left to poll.
            IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch).update(lease_until=None, next_attempt_at=None)
            if job.canary and step.state == JobState.CANCELLED:
                send_the_rest(job.guest_list)  # Which isn't sent either, for the same reason.
    elif step.state == job.status:
        release_job_lease(job, at=step.due, **step.fields)
    elif move_job(job, step.state, **step.fields):
        release_job_lease(job, at=step.due)


def _frozen_body(job: IssuanceJob) -> bytes:
    """The planned bytes, proven unchanged and meant for the job's own merchant."""
    body = bytes(IssuanceJob.objects.values_list("body", flat=True).get(pk=job.pk))
    head = f'{{"merchant_id":"{job.merchant.thanx_id}",'.encode()
    same_merchant = job.merchant_id == job.guest_list.merchant_id and body.startswith(head)
    if sha256(body).hexdigest() != job.body_sha256 or not same_merchant:
        raise RuntimeError(f"The body of job {job.pk} isn't the planned one.")
    return body


@crash_point("intend")
@transaction.atomic
def _intend(job: IssuanceJob) -> Attempt | None:
    """Commits that the body is about to leave; from here on a crash means doubt. None: the lease is lost."""
    now = database_clock.now()
    fields: dict[str, Any] = {"first_sent_at": job.first_sent_at or now, "attempt_count": job.attempt_count + 1}
    if job.status == JobState.READY:
        mine = move_job(job, JobState.SENDING, in_doubt=False, **fields)
    else:
        sending = IssuanceJob.objects.filter(pk=job.pk, epoch=job.epoch, state=JobState.SENDING)
        mine = bool(sending.update(in_doubt=True, **fields))
        job.in_doubt = True
    if not mine:
        return None  # Another worker owns the job now.
    count_send()
    job.attempt_count += 1
    job.first_sent_at = fields["first_sent_at"]
    return Attempt.objects.create(
        job=job, epoch=job.epoch, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key, started_at=now
    )


def _send(job: IssuanceJob, body: bytes) -> Answer:
    """What Thanx answers; an error is an answer, too."""
    note_sends()
    try:
        with partner_client(Urgency.ISSUE, reserved=1) as partner:
            return partner.issue(body, str(job.idempotency_key))
    except PartnerApiError as error:
        return error


@crash_point("record")
@transaction.atomic
def _record(job: IssuanceJob, attempt: Attempt, answer: Answer) -> None:
    """Writes down what an answer means, on the attempt and on its job."""
    step = _accepted(job, answer) if isinstance(answer, Snapshot) else _failed(job, answer)
    attempt.finished_at = database_clock.now()
    attempt.result = step.result
    attempt.status = 202 if isinstance(answer, Snapshot) else answer.status
    if isinstance(answer, PartnerApiError):
        attempt.code, attempt.words = _code(answer), answer.excerpt
    attempt.save(update_fields=["finished_at", "result", "status", "code", "words"])
    _take(job, step)


def _accepted(job: IssuanceJob, answer: Snapshot) -> NextStep:
    if IssuanceJob.objects.filter(thanx_id=answer.id).exclude(pk=job.pk).exists():
        return NextStep(JobState.NEEDS_STAFF, None, {"problem_code": "JOB_ID_SEEN_BEFORE"}, "accepted")
    now = timezone.now()
    news = {"thanx_id": answer.id, "partner_state": redact(answer.state)[:40], "news_at": now, "accepted_at": now}
    cleared = {"in_doubt": False, "attempt_count": 0, "problem_code": ""}
    return NextStep(JobState.ACCEPTED, _in(first_wait(job)), news | cleared, "accepted")


def _failed(job: IssuanceJob, error: PartnerApiError) -> NextStep:
    """Only an error that surely did nothing moves a job on, and only one that was never in doubt."""
    problem, again = {"problem_code": _code(error)}, _in(backoff(job.attempt_count))
    if isinstance(error, NotSent | RateLimited | CredentialRefused):
        if job.in_doubt:
            return NextStep(JobState.SENDING, again, problem, "not_sent")
        return NextStep(JobState.READY, again, problem | {"first_sent_at": None}, "not_sent")
    if isinstance(error, Rejected):  # After doubt it may be a no to the replay only, so a person looks.
        end = JobState.HALVED if may_be_halved(job, error) else JobState.REJECTED
        return NextStep(JobState.NEEDS_STAFF if job.in_doubt else end, None, problem, "rejected")
    return NextStep(JobState.SENDING, again, problem | {"in_doubt": True}, "in_doubt")


def _code(error: PartnerApiError) -> str:
    return (error.code or type(error).__name__)[:80]


def _in(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)


def backoff(tries: int) -> float:
    """Seconds to the next attempt: 2, 4, 8 … 60, with a fifth of jitter."""
    return min(2.0 ** min(tries + 1, 6), 60.0) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries, no secret
