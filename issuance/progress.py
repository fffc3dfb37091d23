"""How far a list is, from the counters on the rows of the list and its jobs: never from counting guests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance.models import IssuanceJob, RecipientList
from issuance.reasons import problem_in_words
from issuance.states import JOB_OPEN, JobState, ListState

QUIET_AFTER = timedelta(minutes=10)
PATIENCE = 3  # sends without an answer that Thanx took, before the page speaks of it


@dataclass(frozen=True)
class Progress:
    """`processed` guests of `total` were worked through by Thanx; `rate` is in guests per second."""

    total: int
    rewarded: int
    processed: int
    refused: int
    unknown: int
    jobs: Sequence[IssuanceJob]
    rate: float | None
    seconds_left: float | None
    news_at: datetime | None
    seconds_to_look: float | None
    troubles: Sequence[str]

    @property
    def good(self) -> int:
        """Worked through and neither refused nor unknown: the green part of the bar."""
        return max(self.processed - self.refused - self.unknown, 0)

    @property
    def percent(self) -> int:
        return 100 * self.processed // self.total if self.total else 0

    @property
    def tenth(self) -> int:
        """Percent in steps of ten: what is announced to those who listen, rarely enough."""
        return self.percent // 10 * 10

    @property
    def ended_jobs(self) -> int:
        return sum(job.state not in JOB_OPEN for job in self.jobs)

    @property
    def unsent_jobs(self) -> int:
        return sum(job.state == JobState.READY for job in self.jobs)

    @property
    def canaries(self) -> int:
        return sum(job.total_count for job in self.jobs if job.canary)

    @property
    def canaries_lost(self) -> int:
        """Guests of the canary jobs who were not rewarded: what the safety check looks at."""
        return sum(job.total_count - job.success_count for job in self.jobs if job.canary)

    @property
    def revoking(self) -> bool:
        return any(job.state == JobState.REVOKING for job in self.jobs)

    @property
    def strip_label(self) -> str:
        count, unsent = len(self.jobs), sum(job.state == JobState.CANCELLED for job in self.jobs)
        words = f"{self.ended_jobs - unsent:,} of {count:,} job{'' if count == 1 else 's'} done"
        return f"{words}, {unsent:,} not sent" if unsent else words


def progress_of(recipient_list: RecipientList, jobs: Sequence[IssuanceJob], now: datetime) -> Progress:
    issued_to = ("rewarded_count", "waiting_count", "refused_count", "unknown_count", "revoked_count")
    total = sum(getattr(recipient_list, count) for count in issued_to)
    processed = sum(_processed(job) for job in jobs)
    moving = recipient_list.status == ListState.ISSUING and recipient_list.safety_stop_at is None
    rate = _rate(jobs, processed, now) if moving else None
    looks = [job.next_attempt_at for job in jobs if job.state in JOB_OPEN and job.next_attempt_at]
    return Progress(
        total=total,
        rewarded=recipient_list.rewarded_count,
        processed=processed,
        refused=recipient_list.refused_count,
        unknown=recipient_list.unknown_count,
        jobs=jobs,
        rate=rate,
        seconds_left=(total - processed) / rate if rate else None,
        news_at=max((job.news_at for job in jobs if job.news_at), default=None),
        seconds_to_look=max((min(looks) - now).total_seconds(), 0) if looks else None,
        troubles=[trouble for job in jobs if (trouble := _trouble(job, now))],
    )


def _processed(job: IssuanceJob) -> int:
    if job.state == JobState.CANCELLED:
        return 0
    return job.processed_count if job.state in JOB_OPEN else job.total_count


def _rate(jobs: Sequence[IssuanceJob], processed: int, now: datetime) -> float | None:
    """Guests per second since the first job was accepted; None as long as that says nothing."""
    since = min((job.accepted_at for job in jobs if job.accepted_at), default=None)
    seconds = (now - since).total_seconds() if since else 0
    return processed / seconds if processed and seconds >= 1 else None


def _trouble(job: IssuanceJob, now: datetime) -> str:
    """What is unusual about a job, in words; empty when nothing is."""
    if job.state == JobState.NEEDS_REVIEW:
        return f"Job {job.number} needs review by staff. {problem_in_words(job.problem_code)}".strip()
    if job.state == JobState.FAILED:
        return f"Job {job.number} failed at Thanx, and what became of its guests is unknown. Staff can revoke it."
    if job.problem_code == "parked":
        return f"Job {job.number} needs staff. {problem_in_words('parked')}"
    if job.state == JobState.SENDING and job.in_doubt:
        return (
            f"Thanx hasn’t answered clearly for job {job.number}. It is asked again with the same key, "
            "so nobody is rewarded twice."
        )
    if job.state == JobState.READY and job.attempt_count >= PATIENCE:
        return f"Thanx isn’t taking job {job.number} at the moment. It is tried again by itself."
    if job.state == JobState.ACCEPTED and job.news_at and now - job.news_at > QUIET_AFTER:
        minutes = (now - job.news_at).total_seconds() // 60
        return f"Job {job.number} is stuck at Thanx: no news for {minutes:,.0f} min. It is still being asked."
    return ""
