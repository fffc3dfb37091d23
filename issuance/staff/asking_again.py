"""Asking Thanx about a job sooner than its next poll is due."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from issuance.engine.parking import return_to_work
from issuance.lifecycle.activity import note_activity
from issuance.models import IssuanceJob, note_event
from issuance.models.states import JobState
from thanxportal.accounts.models import User
from thanxportal.partner import slots
from thanxportal.partner.gated_client import Urgency
from thanxportal.partner.models import Credential

POLLED = (JobState.ACCEPTED, JobState.NEEDS_STAFF)  # So is a job that is revoked, once Thanx was asked to.


def is_given_up(job: IssuanceJob) -> bool:
    """Whether Thanx is no longer asked to revoke the job."""
    return job.status == JobState.REVOKING and job.next_attempt_at is None


def may_be_asked_about(job: IssuanceJob) -> bool:
    """Whether workers poll the job, and not just now; or have given up."""
    if is_given_up(job):
        return True
    later = job.next_attempt_at is not None and job.next_attempt_at > timezone.now()
    polled = job.status in POLLED or (job.status == JobState.REVOKING and job.revoke_sent_at is not None)
    return later and bool(job.thanx_id) and polled


def when_polls_pass() -> str:
    """When the request limit next lets a poll through; sends go first."""
    share, slack = Urgency.POLL.value
    ring = slots.look(Credential.current().pk, share=share)
    wait = ring.free_in(share=share, slack=slack)
    if ring.refused:
        return "Thanx lets us in again: just now it refuses the credentials or their scopes"
    if wait > 1:
        return f"the request limit has a place for it, in {wait:,.0f} s at the earliest"
    return "sends leave room in the request limit, which has room now"


@transaction.atomic
def ask_again(*, job: IssuanceJob, actor: User) -> bool:
    """Makes the next poll due now, and nothing else; False if none waits for later. A revocation that was given up is
    taken up again."""
    if is_given_up(job):
        return return_to_work(job, actor=actor, reason="Thanx is asked again.")
    now = timezone.now()
    polled = Q(state__in=POLLED) | Q(state=JobState.REVOKING, revoke_sent_at__isnull=False)
    waiting = IssuanceJob.objects.filter(polled, pk=job.pk, thanx_id__isnull=False, next_attempt_at__gt=now)
    if not waiting.update(next_attempt_at=now):
        return False
    note_event(job.guest_list, job.state, old_state=job.state, job=job, actor=actor, note="Staff ask Thanx again.")
    note_activity(job.guest_list, actor, f"Staff ask Thanx again about job {job.number} of “{job.guest_list.name}”.")
    return True
