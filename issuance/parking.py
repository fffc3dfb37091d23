"""Jobs whose worker died five times wait until somebody of the partner has looked and says why they may go on."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from issuance.models import IssuanceJob, note_event
from thanxportal.accounts.models import User

PARKED = "parked"


@transaction.atomic
def return_to_work(*, job: IssuanceJob, actor: User, reason: str) -> bool:
    """Lets workers take a parked job again; False if it isn't parked any more."""
    parked = IssuanceJob.objects.filter(pk=job.pk, problem_code=PARKED, next_attempt_at=None, lease_until=None)
    if not parked.update(problem_code="", next_attempt_at=timezone.now(), crash_count=0):
        return False
    note_event(
        job.recipient_list, job.state, old_state=job.state, job=job, actor=actor, note=f"Taken up again: {reason}"
    )
    return True
