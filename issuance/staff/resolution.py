"""Settling a job that needs staff: one person writes down what Thanx answered, another confirms it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from issuance.engine.polling import is_lost
from issuance.engine.settlement import end_job
from issuance.lifecycle.activity import note_activity
from issuance.models import IssuanceJob, Resolution, note_event
from issuance.models.states import JobState
from thanxportal.accounts.models import User

WORKED_ON = ("processing", "completed", "failed", "revoking", "revoked")  # states at Thanx
EXECUTED = "Thanx has shown this job under its id, so it was executed. Ask Thanx to put right what it says of the job."


class CantResolve(Exception):
    """Why this resolution can't be proposed or confirmed; `args[0]` is the sentence for staff."""


def why_not_resolvable(job: IssuanceJob, decision: str, thanx_id: str) -> str:
    """The sentence that speaks against proposing this, or an empty text."""
    if job.state != JobState.NEEDS_STAFF:
        return "Only a job that needs review can be settled."
    if decision == Resolution.UNKNOWN:
        return "That nobody can tell is what is known of it already."
    if decision == Resolution.NEVER_EXECUTED and was_executed(job):
        return EXECUTED
    if job.resolutions.filter(confirmed_at=None).exists():
        return "Somebody has proposed a resolution already: confirm that one."
    if thanx_id and IssuanceJob.objects.filter(thanx_id=thanx_id).exclude(pk=job.pk).exists():
        return "Another job of the portal has this id."
    return ""


def was_executed(job: IssuanceJob) -> bool:
    """Whether Thanx shows the job or ever worked on it: then nobody's word makes its guests unrewarded."""
    if not job.thanx_id:
        return False
    return not is_lost(job) or job.processed_count > 0 or job.partner_state in WORKED_ON


@transaction.atomic
def propose_resolution(*, resolution: Resolution, actor: User) -> None:
    """Writes down what Thanx answered; nothing happens before somebody else confirms it."""
    resolution.proposed_by = actor
    resolution.save()
    job = IssuanceJob.objects.select_related("guest_list__merchant").defer("body").get(pk=resolution.job_id)
    sentence = f"Staff asked a colleague to confirm what Thanx says of job {job.number} of “{job.guest_list.name}”."
    note_activity(job.guest_list, actor, sentence)


@transaction.atomic
def confirm_resolution(*, resolution: Resolution, actor: User) -> None:
    """Carries out what somebody else proposed; raises CantResolve with nothing changed.

    A linked id is only a lead: the next GET decides what became of the guests, and an answer about another
    campaign, arm or number of guests takes the id off again.
    """
    if actor.pk == resolution.proposed_by_id:
        raise CantResolve("Somebody else has to confirm what you proposed.")
    waiting = Resolution.objects.filter(pk=resolution.pk, confirmed_at=None)
    job = IssuanceJob.objects.select_for_update().defer("body").get(pk=resolution.job_id)
    if resolution.decision == Resolution.NEVER_EXECUTED and was_executed(job):
        raise CantResolve(EXECUTED)
    if job.state != JobState.NEEDS_STAFF or not waiting.update(confirmed_by=actor, confirmed_at=timezone.now()):
        raise CantResolve("This job was settled meanwhile.")
    if resolution.decision == Resolution.LINKED:
        link(job, resolution.thanx_id)
    else:
        end_job(job, JobState.REJECTED, actor=actor, note=resolution.evidence, problem_code="NEVER_EXECUTED")
    note = f"{resolution.get_decision_display()}: {resolution.evidence}"
    note_event(job.guest_list, job.state, old_state=job.state, job=job, actor=actor, note=note)
    sentence = f"Staff settled job {job.number} of “{job.guest_list.name}” with Thanx."
    note_activity(job.guest_list, actor, sentence)


def link(job: IssuanceJob, thanx_id: str) -> None:
    """Has the next GET decide about a job that needs staff; raises CantResolve if another job has the id."""
    now = timezone.now()
    try:
        with transaction.atomic():
            IssuanceJob.objects.filter(pk=job.pk, state=JobState.NEEDS_STAFF).update(
                thanx_id=thanx_id,
                next_attempt_at=now,
                accepted_at=job.accepted_at or now,
                lease_until=None,
                attempt_count=0,
                in_doubt=False,
                partner_state="",
                unknown_state_since=None,
                lost_since=None,
            )
    except IntegrityError as taken:
        raise CantResolve("Another job of the portal has this id.") from taken
