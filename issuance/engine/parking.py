"""What waits for staff: lists and jobs whose worker crashed five times, and jobs that Thanx doesn’t revoke."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_parked
from issuance.models import GuestList, IssuanceJob, note_event
from issuance.models.states import JobState, ListState
from thanxportal import database_clock
from thanxportal.accounts.models import User

log = logging.getLogger(__name__)


@transaction.atomic
def park_list(guest_list: GuestList) -> None:
    """Takes a list that can't be planned out of the queue; nothing of it was sent, so stopping it stays free."""
    mine = GuestList.objects.filter(pk=guest_list.pk, epoch=guest_list.epoch, state=ListState.HELD)
    if mine.update(held_until=None, lease_until=None):
        note = "Parked: its worker crashed five times in a row."
        note_event(guest_list, ListState.HELD, old_state=ListState.HELD, note=note)
        tell_parked(guest_list)
        log.error("List %s is parked: its worker crashed %s times.", guest_list.pk, guest_list.crash_count)


@transaction.atomic
def return_to_work(parked: IssuanceJob | GuestList, *, actor: User, reason: str) -> bool:
    """Lets workers take a parked job, or plan a parked list, again; False if it isn't parked any more."""
    note = f"Taken up again: {reason}"
    if isinstance(parked, GuestList):
        now, lists = database_clock.now(), GuestList.objects.parked().filter(pk=parked.pk)
        if returned := lists.update(held_until=Greatest(now, Coalesce("launch_at", now)), crash_count=0):
            note_event(parked, parked.state, old_state=parked.state, actor=actor, note=note)
            note_activity(parked, actor, f"Staff took up “{parked.name}” again: {reason}")
    else:
        now, jobs = timezone.now(), IssuanceJob.objects.parked().filter(pk=parked.pk, state=parked.state)
        asked = now if parked.revoke_sent_at else None
        anew = {"revoke_asked_at": asked, "revoke_count": 0} if parked.status == JobState.REVOKING else {}
        if returned := jobs.update(problem_code="", next_attempt_at=now, crash_count=0, **anew):
            note_event(parked.guest_list, parked.state, old_state=parked.state, job=parked, actor=actor, note=note)
            sentence = f"Staff took up job {parked.number} of “{parked.guest_list.name}” again: {reason}"
            note_activity(parked.guest_list, actor, sentence)
    return bool(returned)
