"""Jobs of which a restored database can't say whether they were sent: unknown until two people settle them with Thanx.

Their guests keep their claims meanwhile. Each of them leaves this state by one of the functions below; all but
`replay` end what is known of it for certain.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from issuance.engine.canaries import decide_after_canaries
from issuance.engine.guest_outcomes import move_guests
from issuance.engine.sending_pauses import forget_unsent
from issuance.engine.settlement import end_job
from issuance.lifecycle.transitions import move_job
from issuance.models import IssuanceJob, IssuanceJobQuerySet
from issuance.models.states import JobState
from thanxportal.accounts.models import User

STOPPED = "STOPPED"  # the problem code of a forgotten job whose list was stopped: it is never sent any more


@transaction.atomic
def stop_forgotten(jobs: IssuanceJobQuerySet) -> bool:
    """Notes that these jobs aren't to be sent, should it turn out that they weren't; False if all are noted."""
    forget_unsent(jobs)
    forgotten = jobs.order_by().filter(state=JobState.FORGOTTEN)
    return bool(forgotten.exclude(problem_code=STOPPED).update(problem_code=STOPPED))


@transaction.atomic
def surely_unsent(job: IssuanceJob, *, actor: User, note: str) -> bool:
    """It waits to be sent again, or is cancelled if its list was stopped meanwhile."""
    if job.problem_code == STOPPED:
        return end_job(job, JobState.CANCELLED, actor=actor, note=note, problem_code="")
    waits = job.guest_list.canary_size and not job.canary
    due = None if waits else max(filter(None, (timezone.now(), job.guest_list.launch_at)))
    if not _move(job, JobState.READY, actor=actor, note=note, next_attempt_at=due):
        return False
    if waits:
        decide_after_canaries(job.guest_list)
    return True


def found_at_thanx(job: IssuanceJob, thanx_id: str, *, actor: User, note: str) -> bool:
    """The next GET decides what became of it, or that the id is another job's."""
    now = timezone.now()
    known: dict[str, Any] = {"thanx_id": thanx_id, "accepted_at": now, "next_attempt_at": now, "problem_code": ""}
    return _move(job, JobState.ACCEPTED, actor=actor, note=note, **known)


def replay(job: IssuanceJob, *, since: datetime, actor: User, note: str) -> bool:
    """Thanx has it, but nobody can tell under which id: its key tells, as long as Thanx remembers one used `since`."""
    doubt: dict[str, Any] = {"in_doubt": True, "first_sent_at": since, "next_attempt_at": timezone.now()}
    return _move(job, JobState.SENDING, actor=actor, note=note, problem_code="", **doubt)


def nobody_knows(job: IssuanceJob, *, actor: User, note: str) -> bool:
    return end_job(job, JobState.NEEDS_STAFF, actor=actor, note=note, problem_code="SENDS_FORGOTTEN")


@transaction.atomic
def _move(job: IssuanceJob, new: JobState, **fields: Any) -> bool:
    """Moves a job from one open state to another, with guests and ledger in step."""
    if not move_job(job, new, **fields):
        return False
    move_guests(job, new.outcome)
    return True
