"""What an answer of Thanx changes: one idempotent `apply_snapshot`, where polling and webhooks both end.

Counters only rise, ends never reopen (except to be revoked), and an answer that doesn't add up is put
before a person instead of being believed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from issuance.crash_points import crash_point
from issuance.engine.canaries import decide_after_canaries
from issuance.engine.guest_outcomes import count_guests, move_guests
from issuance.guests.reasons import UNKNOWN_REASON, job_refusal_code, refusal_code
from issuance.lifecycle.notices import tell_revoked
from issuance.lifecycle.transitions import end_list_if_done, move_job
from issuance.models import ClaimOverride, Guest, GuestClaim, IssuanceJob, UnknownReason, lock_claims
from issuance.models.states import JOB_KNOWN, JOB_OPEN, JobState, Outcome
from thanxportal.accounts.models import User
from thanxportal.partner_api import IssuanceFailure, redact
from thanxportal.partner_api import IssuanceJob as Snapshot

WEBHOOK_PATIENCE = timedelta(minutes=10)
RUNNING = (JobState.ACCEPTED, JobState.NEEDS_STAFF)
KNOWN_STATES = ("pending", "processing", "completed", "failed", "revoking", "revoked")
MOST_WORDS = 50  # kept of one job
CHUNK = 5_000  # positions in one UPDATE; SQLite takes at most 32,766 parameters


@crash_point("apply an answer")
@transaction.atomic
def apply_snapshot(job_id: int, snapshot: Snapshot) -> JobState:
    """Brings a job, its guests and its list to what Thanx says; safe to repeat, late or out of order."""
    job = IssuanceJob.objects.select_for_update().defer("body").get(pk=job_id)
    if snapshot.id != job.thanx_id:
        raise ValueError(f"The answer speaks of another job than {job_id}.")
    if not _is_ours(job, snapshot):
        _disown(job)
        return job.status
    _keep_news(job, snapshot)
    if snapshot.state == "completed" and job.status in RUNNING:
        _complete(job, snapshot)
    elif snapshot.state == "failed" and job.status in RUNNING:
        end_job(job, JobState.FAILED, problem_code="FAILED")
    elif snapshot.state == "revoked" and (job.status in RUNNING or job.state == JobState.REVOKING):
        _end_revoked(job, snapshot)
    return job.status


def _is_ours(job: IssuanceJob, snapshot: Snapshot) -> bool:
    """Whether the answer is about the campaign, the arm and the number of guests that this job was sent for."""
    pairs = (
        (snapshot.campaign_id, job.guest_list.campaign.thanx_id),
        (snapshot.variant_id, job.variant.thanx_id),
        (snapshot.total_count, job.total_count),
    )
    return all(not theirs or theirs == ours for theirs, ours in pairs)


def _disown(job: IssuanceJob) -> None:
    """An id that names somebody else's job is never believed; one that people linked is taken off again."""
    if job.state == JobState.ACCEPTED:
        end_job(job, JobState.NEEDS_STAFF, problem_code="OTHER_JOB")
    elif job.state == JobState.NEEDS_STAFF:
        changes = {"problem_code": "OTHER_JOB", "next_attempt_at": None, "thanx_id": None}
        IssuanceJob.objects.filter(pk=job.pk).update(**changes)


def _keep_news(job: IssuanceJob, snapshot: Snapshot) -> None:
    """The partner's own word and the live counters, which never go down."""
    most, now = job.total_count, timezone.now()
    known = snapshot.state in KNOWN_STATES
    IssuanceJob.objects.filter(pk=job.pk).update(
        partner_state=redact(snapshot.state)[:40],
        unknown_state_since=None if known else Coalesce(F("unknown_state_since"), Value(now)),
        news_at=now,
        lost_since=None,
        processed_count=Greatest(F("processed_count"), Value(min(snapshot.processed_count or 0, most))),
    )


def _complete(job: IssuanceJob, snapshot: Snapshot) -> None:
    failures = _failures_that_add_up(job, snapshot)
    if failures is None:
        if job.status != JobState.NEEDS_STAFF:
            end_job(job, JobState.NEEDS_STAFF, problem_code="DOES_NOT_ADD_UP")
        return
    refused = len(failures)
    counts: dict[str, Any] = {"success_count": job.total_count - refused, "failure_count": refused}
    if settings.THANX_WEBHOOK_SECRETS:
        counts["webhooks_due_at"] = timezone.now() + WEBHOOK_PATIENCE
    end_job(job, JobState.COMPLETED, failures=failures, processed_count=job.total_count, **counts)


def _end_revoked(job: IssuanceJob, snapshot: Snapshot) -> None:
    """After a restore it may have been revoked before anybody here knew its end, which is then caught up on."""
    if job.state != JobState.REVOKING:
        if _failures_that_add_up(job, snapshot) is not None:
            _complete(job, snapshot)
        else:
            end_job(job, JobState.FAILED, problem_code="FAILED")
        move_job(job, JobState.REVOKING, note="Thanx says that it was revoked.")
    end_job(job, JobState.REVOKED, revoked_at=timezone.now(), problem_code="")


def _failures_that_add_up(job: IssuanceJob, snapshot: Snapshot) -> dict[int, str] | None:
    """Position -> what Thanx says of every refused guest, or None when the answer contradicts itself or the job."""
    summary = snapshot.summary
    success = summary.success_count if summary else snapshot.success_count
    refused = summary.failure_count if summary else snapshot.failure_count
    listed: list[IssuanceFailure] = list(summary.failures) if summary else []
    failures = {failure.identifier_index: failure.error for failure in listed}
    adds_up = (
        success + refused == job.total_count
        and len(listed) == len(failures) == refused
        and all(0 <= position < job.total_count for position in failures)
    )
    return failures if adds_up else None


def _refuse_guests(job: IssuanceJob, failures: dict[int, str]) -> None:
    """Moves the refused guests of a job that just became rewarded, and frees their claims."""
    said = Counter(failures.values())
    codes = {error: refusal_code(error) for error in said}
    by_code: dict[str, list[int]] = defaultdict(list)
    for position, error in failures.items():
        by_code[codes[error]].append(position)
    for code, positions in by_code.items():
        rest = iter(positions)
        while chunk := list(islice(rest, CHUNK)):
            seats = Guest.objects.filter(job=job, position__in=chunk)
            seats.update(outcome=Outcome.REFUSED, reason=code)
    _keep_words(job, {error: count for error, count in said.items() if codes[error] == UNKNOWN_REASON})
    count_guests(job, {"rewarded_count": -len(failures), "refused_count": len(failures)})
    free_claims(job, Outcome.REFUSED)


def _keep_words(job: IssuanceJob, said: dict[str, int]) -> None:
    """Counts the texts that are no code of ours, for staff; a few that are frequent tell more than all of them."""
    counts: Counter[str] = Counter()
    for error, count in said.items():
        counts[redact(error)] += count
    kept = dict(counts.most_common(MOST_WORDS))
    if rest := counts.total() - sum(kept.values()):
        kept[UnknownReason.OTHERS] = kept.get(UnknownReason.OTHERS, 0) + rest
    UnknownReason.objects.bulk_create(UnknownReason(job=job, words=words, guests_count=n) for words, n in kept.items())


@crash_point("end a job")
@transaction.atomic
def end_job(
    job: IssuanceJob,
    new: JobState,
    *,
    failures: dict[int, str] | None = None,
    actor: User | None = None,
    note: str = "",
    **fields: Any,
) -> bool:
    """Moves a job to a state that changes its guests' outcome, with guests, ledger, claims and list in step.

    `failures` (position -> what Thanx says) are the guests whom Thanx refused one by one.
    """
    was_open = job.status in JOB_OPEN  # What becomes of a canary later is no answer any more.
    if not move_job(job, new, actor=actor, note=note, ended_at=job.ended_at or timezone.now(), **fields):
        return False
    move_guests(job, new.outcome, reason=_reason(job, fields["problem_code"]) if new == JobState.REJECTED else "")
    if failures:
        _refuse_guests(job, failures)
    if new in (JobState.REJECTED, JobState.REVOKED, JobState.CANCELLED):
        free_claims(job, new.outcome)
    if job.canary and was_open and new != JobState.CANCELLED:
        decide_after_canaries(job.guest_list)
    end_list_if_done(job.guest_list)
    if new == JobState.REVOKED:
        tell_revoked(job)
    return True


def _reason(job: IssuanceJob, code: str) -> str:
    """Of the guests of a job that was refused as a whole: none of them is blamed but one whom the others prove."""
    spoiled = job.total_count == 1 and IssuanceJob.objects.filter(part_of=job.part_of_id, state__in=JOB_KNOWN).exists()
    return job_refusal_code(code, guests=job.total_count, spoiled=bool(job.part_of_id) and spoiled)


@crash_point("free claims")
def free_claims(job: IssuanceJob, outcome: str) -> None:
    """Lets the job's guests with this outcome be promised a reward again by the same campaign.

    If another list claimed one of them beside this one, its claim becomes the primary one.
    """
    lock_claims(job.guest_list.campaign_id)  # A claim that is being made beside this one has to be seen.
    freed = Guest.objects.filter(job=job, outcome=outcome).values("identity")
    GuestClaim.objects.filter(guest_list=job.guest_list_id, identity__in=freed).delete()
    if ClaimOverride.objects.filter(guest_list__campaign=job.guest_list.campaign_id).exists():
        _make_next_claims_primary(job.guest_list.campaign_id, freed)


def _make_next_claims_primary(campaign_id: int, freed: QuerySet[Any]) -> None:
    claims = GuestClaim.objects.filter(campaign=campaign_id)
    primary = claims.filter(identity=OuterRef("identity"), primary=True)
    beside = claims.filter(~Exists(primary), identity__in=freed, primary=False)
    first = beside.order_by().values("identity").annotate(first=Min("pk"))
    GuestClaim.objects.filter(pk__in=list(first.values_list("first", flat=True))).update(primary=True)
