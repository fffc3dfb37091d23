"""How far a list is, from the counters on the rows of the list and its jobs: never from counting guests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from campaigns.models import Variant
from issuance.engine.forgotten_jobs import STOPPED
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import JOB_GIVEN, JOB_OPEN, JobState, ListState
from issuance.outcomes.troubles import troubles_of
from thanxportal.counted import counted
from thanxportal.moments import written
from thanxportal.reviewed import Facts

QUICKEST, SLOWEST = 2, 15  # seconds between two looks of a page
MOST_CELLS = 100  # of the strip; with more jobs each stands for several

# What a cell shows when its jobs differ: what a person should know first.
LOUDEST = (
    JobState.NEEDS_STAFF, JobState.FORGOTTEN, JobState.FAILED, JobState.REJECTED, JobState.REVOKING, JobState.SENDING,
    JobState.ACCEPTED, JobState.READY, JobState.CANCELLED, JobState.REVOKED, JobState.COMPLETED, JobState.HALVED,
)  # fmt: skip


class WorstCanary(NamedTuple):
    """`arm` is empty for a list with one arm."""

    arm: str
    ahead: int
    lost: int


class ArmOutcome(NamedTuple):
    """What became of an arm's guests; `widest` are those of the largest arm, to which its bar is drawn."""

    variant: Variant
    total: int
    rewarded: int
    refused: int
    widest: int

    @property
    def rest(self) -> int:
        """Waiting, unknown, or taken back."""
        return self.total - self.rewarded - self.refused


def arms_of(jobs: Sequence[IssuanceJob]) -> list[ArmOutcome]:
    """The arms that give something, in their order; nothing for a list of one arm, which its own bar shows."""
    by_arm: dict[int, list[IssuanceJob]] = {}
    for job in jobs:
        by_arm.setdefault(job.variant_id, []).append(job)
    if len(by_arm) < 2:
        return []
    widest = max(sum(job.total_count for job in of_arm) for of_arm in by_arm.values())
    arms = [
        ArmOutcome(
            variant=of_arm[0].variant,
            total=sum(job.total_count for job in of_arm),
            rewarded=sum(job.success_count for job in of_arm if job.state in JOB_GIVEN),
            refused=sum(job.total_count if job.state == JobState.REJECTED else job.failure_count for job in of_arm),
            widest=widest,
        )
        for of_arm in by_arm.values()
    ]
    return sorted(arms, key=lambda arm: arm.variant.position)


@dataclass(frozen=True)
class Progress:
    """`processed` guests of `total` were worked through by Thanx; `rate` is in guests per second."""

    total: int
    rewarded: int
    processed: int
    refused: int
    unknown: int
    revoked: int
    jobs: Sequence[IssuanceJob]
    rate: float | None
    seconds_left: float | None
    news_at: datetime | None
    seconds_to_look: float | None
    troubles: Sequence[str]

    @property
    def good(self) -> int:
        """Worked through and neither refused, unknown nor taken back: the green part of the bar."""
        return max(self.processed - self.refused - self.unknown - self.revoked, 0)

    @property
    def percent(self) -> int:
        return 100 * self.processed // self.total if self.total else 0

    @property
    def tenth(self) -> int:
        """Percent in steps of ten: what is announced to those who listen, rarely enough."""
        return self.percent // 10 * 10

    @property
    def arms(self) -> list[ArmOutcome]:
        return arms_of(self.jobs)

    @property
    def ended_jobs(self) -> int:
        return sum(job.state not in JOB_OPEN for job in self.jobs)

    @property
    def unsent_jobs(self) -> int:
        """What can be stopped yet: a forgotten job of a stopped list has a code that says so."""
        unsent = (JobState.READY, JobState.FORGOTTEN)
        return sum(job.state in unsent and job.problem_code != STOPPED for job in self.jobs)

    @property
    def canaries(self) -> int:
        return sum(job.total_count for job in self.jobs if job.canary)

    @property
    def canaries_lost(self) -> int:
        """Guests of the canary jobs who were not rewarded."""
        return sum(_lost(job) for job in self.jobs if job.canary)

    @property
    def worst_canary(self) -> WorstCanary | None:
        """The arm of which the largest share was not rewarded: what the safety check stops for."""
        ahead = [job for job in self.jobs if job.canary]
        if not ahead:
            return None
        worst = max(ahead, key=lambda job: _lost(job) / job.total_count)
        return WorstCanary(worst.variant.name if len(ahead) > 1 else "", worst.total_count, _lost(worst))

    @property
    def revoking(self) -> bool:
        return any(job.state == JobState.REVOKING for job in self.jobs)

    @property
    def cells(self) -> list[str]:
        """The strip: one state for each job, or for as many jobs as keep it short."""
        share = -(-len(self.jobs) // MOST_CELLS) or 1
        groups = [self.jobs[at : at + share] for at in range(0, len(self.jobs), share)]
        return [min((job.status for job in group), key=LOUDEST.index).value for group in groups]

    @property
    def canary_words(self) -> str:
        """What the guests sent ahead have shown so far; empty without any."""
        ahead = [job for job in self.jobs if job.canary]
        if not ahead:
            return ""
        if any(job.state in JOB_OPEN for job in ahead):
            return f"{self.canaries:,} guests are sent ahead. The rest follows when most of them are rewarded."
        good = self.canaries - self.canaries_lost
        return f"Of {self.canaries:,} guests sent ahead, {good:,} were rewarded."

    @property
    def poll_seconds(self) -> int:
        """How soon a page that shows this should look again: not before anything can have changed."""
        if self.seconds_to_look is None:
            return SLOWEST if self.jobs else QUICKEST
        return max(QUICKEST, min(SLOWEST, round(self.seconds_to_look / 2)))

    @property
    def strip_label(self) -> str:
        count, unsent = len(self.jobs), sum(job.state == JobState.CANCELLED for job in self.jobs)
        words = f"{self.ended_jobs - unsent:,} of {counted(count, 'job')} done"
        return f"{words}, {unsent:,} not sent" if unsent else words


def progress_of(guest_list: GuestList, jobs: Sequence[IssuanceJob], now: datetime) -> Progress:
    issued_to = ("rewarded_count", "waiting_count", "refused_count", "unknown_count", "revoked_count")
    total = sum(getattr(guest_list, count) for count in issued_to)
    processed = sum(_processed(job) for job in jobs)
    moving = guest_list.status == ListState.ISSUING and guest_list.safety_stop_at is None
    rate = _rate(jobs, processed, now) if moving else None
    at_work = [job.next_attempt_at for job in jobs if job.state in (*JOB_OPEN, JobState.REVOKING)]
    looks = [at for at in (*at_work, guest_list.held_until if guest_list.is_scheduled else None) if at]
    return Progress(
        total=total,
        rewarded=guest_list.rewarded_count,
        processed=processed,
        refused=guest_list.refused_count,
        unknown=guest_list.unknown_count,
        revoked=guest_list.revoked_count,
        jobs=jobs,
        rate=rate,
        seconds_left=(total - processed) / rate if rate else None,
        news_at=max((job.news_at for job in jobs if job.news_at), default=None),
        seconds_to_look=max((min(looks) - now).total_seconds(), 0) if looks else None,
        troubles=troubles_of(guest_list, jobs, now),
    )


def facts_to_continue(guest_list: GuestList, progress: Progress) -> Facts:
    """On what somebody decides whether the rest is sent although the safety check stopped it."""
    facts = {"Guests who wait": f"{guest_list.waiting_count:,}", "Refused so far": f"{guest_list.refused_count:,}"}
    if worst := progress.worst_canary:
        facts["Sent ahead"] = f"{worst.lost:,} of {worst.ahead:,} got nothing"
    return facts | {"The safety check": f"stopped it on {written(guest_list.safety_stop_at)}"}


def _lost(job: IssuanceJob) -> int:
    return job.total_count - job.success_count


def _processed(job: IssuanceJob) -> int:
    if job.state == JobState.CANCELLED:
        return 0
    is_known = job.state != JobState.FORGOTTEN  # The bar shows the others as unknown.
    return job.processed_count if job.state in JOB_OPEN and is_known else job.total_count


def _rate(jobs: Sequence[IssuanceJob], processed: int, now: datetime) -> float | None:
    """Guests per second since the first job was accepted; None as long as that says nothing."""
    since = min((job.accepted_at for job in jobs if job.accepted_at), default=None)
    seconds = (now - since).total_seconds() if since else 0
    return processed / seconds if processed and seconds >= 1 else None
