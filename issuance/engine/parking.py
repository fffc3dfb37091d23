"""Lists and jobs whose worker died five times wait until staff have looked and say why they may go on."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from issuance.models import GuestList, IssuanceJob, note_event
from issuance.models.states import ListState
from thanxportal.accounts.models import User

PARKED = "parked"
log = logging.getLogger(__name__)


@transaction.atomic
def park_list(guest_list: GuestList) -> None:
    """Takes a list that can't be planned out of the queue; nothing of it was sent, so stopping it stays free."""
    mine = GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch, state=ListState.HELD)
    if mine.update(held_until=None, lease_until=None):
        note = "Parked: whoever planned it died, five times in a row."
        note_event(guest_list, ListState.HELD, old_state=ListState.HELD, note=note)
        log.error("List %s is parked: whoever planned it died %s times.", guest_list.pk, guest_list.crash_count)


@transaction.atomic
def return_to_work(*, job: IssuanceJob, actor: User, reason: str) -> bool:
    """Lets workers take a parked job again; False if it isn't parked any more."""
    parked = IssuanceJob.objects.filter(pk=job.pk, problem_code=PARKED, next_attempt_at=None, lease_until=None)
    if not parked.update(problem_code="", next_attempt_at=timezone.now(), crash_count=0):
        return False
    note_event(job.guest_list, job.state, old_state=job.state, job=job, actor=actor, note=_again(reason))
    return True


@transaction.atomic
def return_list_to_work(*, guest_list: GuestList, actor: User, reason: str) -> bool:
    """Lets workers plan a parked list again; False if it isn't parked any more."""
    parked = GuestList.objects.parked().filter(pk=guest_list.pk)
    if not parked.update(held_until=timezone.now(), crash_count=0):
        return False
    note_event(guest_list, ListState.HELD, old_state=ListState.HELD, actor=actor, note=_again(reason))
    return True


def _again(reason: str) -> str:
    return f"Taken up again: {reason}"
