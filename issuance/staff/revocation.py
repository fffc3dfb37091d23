"""Taking rewards of jobs back: what it would undo, shown to staff first, and the order itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.transitions import move_job
from issuance.models import GuestList, IssuanceJob, RevocationPlan
from issuance.models.states import JOB_REVOCABLE, JobState
from thanxportal.accounts.models import User
from thanxportal.counted import counted
from thanxportal.reviewed import Facts

WHY_NOT: dict[str, str] = {
    JobState.READY: "It isn’t sent yet: stop the list instead.",
    JobState.FORGOTTEN: "Nobody knows yet whether it was sent: settle that with Thanx first.",
    JobState.SENDING: "It is being sent: wait for the answer of Thanx.",
    JobState.ACCEPTED: "Thanx is still issuing it: wait until it has ended.",
    JobState.HALVED: "Thanx refused it. Its guests sit in other jobs.",
    JobState.NEEDS_STAFF: "Nobody knows yet how it ended: settle that with Thanx first.",
    JobState.REJECTED: "Thanx refused it as a whole: nobody was rewarded.",
    JobState.CANCELLED: "It was never sent: nobody was rewarded.",
    JobState.REVOKING: "It is being revoked already.",
    JobState.REVOKED: "It was revoked before.",
}


@dataclass
class ListImpact:
    """One list: the jobs that would be revoked and those that would stay as they are."""

    guest_list: GuestList
    revoked: list[IssuanceJob] = field(default_factory=list)
    staying: list[IssuanceJob] = field(default_factory=list)


@dataclass
class Impact:
    """What can be revoked, list by list, and what can't, with the reason."""

    lists: list[ListImpact]
    impossible: list[tuple[IssuanceJob, str]]

    @property
    def jobs(self) -> list[IssuanceJob]:
        return [job for impact in self.lists for job in impact.revoked]

    @property
    def guests(self) -> int:
        return sum(job.total_count for job in self.jobs)

    @property
    def rewarded(self) -> int:
        """Guests who are known to hold a reward."""
        return sum(job.success_count for job in self.jobs)

    @property
    def rewards_in_words(self) -> str:
        """How many rewards are taken back, as the button says it."""
        rewards = counted(self.rewarded + self.unknown, "reward")
        return f"up to {rewards}" if self.unknown else rewards

    @property
    def jobs_in_words(self) -> str:
        return counted(len(self.jobs), "job")

    @property
    def unknown(self) -> int:
        """Guests of failed jobs: Thanx doesn't say who of them holds a reward."""
        return sum(job.total_count for job in self.jobs if job.state == JobState.FAILED)


def facts_to_revoke(impact: Impact) -> Facts:
    """On what staff decide: the jobs that would be revoked, and what is known of their guests."""
    states = {str(job): str(job.get_state_display()) for job, _ in impact.impossible}
    return states | {str(job): _known(job) for job in impact.jobs}


def _known(job: IssuanceJob) -> str:
    if job.state == JobState.FAILED:
        return f"{counted(job.total_count, 'guest')}, of whom Thanx doesn’t say who is rewarded"
    return f"{job.success_count:,} rewarded of {job.total_count:,}"


def impact_of(selected: Iterable[IssuanceJob]) -> Impact:
    """Reads the selected jobs together with their siblings, in three queries however many there are."""
    chosen = list(selected)
    impossible = [(job, WHY_NOT[job.state]) for job in chosen if job.status not in JOB_REVOCABLE]
    revocable = {job.pk for job in chosen if job.status in JOB_REVOCABLE}
    jobs = (
        IssuanceJob.objects.filter(guest_list__jobs__in=revocable)
        .distinct()
        .defer("body")
        .select_related("variant", "guest_list__campaign", "guest_list__merchant")
        .order_by("guest_list", "number")
    )
    lists: dict[int, ListImpact] = {}
    for job in jobs:
        impact = lists.setdefault(job.guest_list_id, ListImpact(job.guest_list))
        (impact.revoked if job.pk in revocable else impact.staying).append(job)
    return Impact(list(lists.values()), impossible)


@transaction.atomic
def request_revocation(*, job: IssuanceJob, actor: User, reason: str, plan: RevocationPlan | None = None) -> bool:
    """Asks that an ended job's rewards be taken back; False if the job isn't completed or failed now. Staff come here
    by a confirmed plan alone."""
    if job.status not in JOB_REVOCABLE:
        return False
    now = timezone.now()
    fields = {"revoke_reason": reason[:300], "revoke_requested_by": actor, "revoke_plan": plan}
    fields |= {"revoke_asked_at": None, "revoke_count": 0, "revoke_sent_at": None, "attempt_count": 0}
    if not move_job(job, JobState.REVOKING, actor=actor, note=reason, next_attempt_at=now, **fields):
        return False
    sentence = f"Revoking job {job.number} of “{job.guest_list.name}”: {reason}"
    note_activity(job.guest_list, actor, sentence)
    return True
