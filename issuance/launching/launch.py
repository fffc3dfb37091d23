"""What people do with a checked list: launch it once, issue it at once, stop it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issuance.engine.canaries import send_the_rest
from issuance.engine.forgotten_jobs import stop_forgotten
from issuance.engine.sending_pauses import sends_were_forgotten
from issuance.engine.settlement import end_job
from issuance.launching.job_cutting import canary_size
from issuance.launching.threshold import needs_second_person, rewarded_alone, threshold_of
from issuance.lifecycle.activity import note_activity
from issuance.lifecycle.notices import tell_asked
from issuance.lifecycle.transitions import back_to_review, move_list
from issuance.models import GuestList, IssuanceJob, IssuanceJobQuerySet, note_event
from issuance.models.states import JobState, ListState
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant, User
from thanxportal.counted import counted


@transaction.atomic
def launch_list(
    *,
    guest_list: GuestList,
    token: UUID,
    actor: User | None,
    hold: bool = False,
    at: datetime | None = None,
    by: str = "",
) -> bool:
    """Starts issuing a checked list, once: the token of its review form is used up. False if it was before.

    A list above its merchant's approval threshold, by itself or with the sender's others of 24 hours, asks for an
    approval instead, whoever launches it.
    `hold` is how pages launch: a pause in which stopping is free. `at` makes it as long as until that time. Large lists
    send canaries ahead, whoever launches.
    Nothing is launched for a merchant that has opted out, but what a program asked for before a restore: it may have
    been sent, and has to be settled. `by` is the program that asked for it: the actor made its
    token, so that both together reward no more alone than one person may.
    """
    records = bool(by) and sends_were_forgotten()
    if guest_list.state != ListState.CHECKED or (has_opted_out(guest_list) and not records):
        return False
    # One launch at a time, so that two lists don't both fit under the threshold.
    guest_list.merchant = Merchant.objects.select_for_update(no_key=True).get(pk=guest_list.merchant_id)
    unused = GuestList.objects.filter(pk=guest_list.pk, state=ListState.CHECKED, confirm_token=token)
    if not unused.update(launched_by=actor, approved_by=None, launch_at=at):
        return False
    guest_list.launch_at = at
    guest_list.waiting_count = GuestList.objects.values_list("waiting_count", flat=True).get(pk=guest_list.pk)
    alone = rewarded_alone(guest_list.merchant, actor)
    if needs_second_person(guest_list, alone, threshold_of(guest_list)):
        return _ask_for_approval(guest_list, actor, by)
    return start_hold(guest_list, actor, hold=hold, by=by)


def has_opted_out(guest_list: GuestList) -> bool:
    """Whether Thanx no longer lists the merchant, as it stands now."""
    return Merchant.objects.opted_out().filter(pk=guest_list.merchant_id).exists()


def _ask_for_approval(guest_list: GuestList, actor: User | None, by: str) -> bool:
    fields: dict[str, Any] = {"asked_at": timezone.now(), "confirm_token": uuid4(), "lease_until": None}
    if not move_list(guest_list, ListState.AWAITING_APPROVAL, actor=None if by else actor, **fields):
        return False
    if guest_list.stream_id:
        GuestList.objects.let_one_stand_for(guest_list.stream_id)
    guests = counted(guest_list.waiting_count, "guest")
    _note(guest_list, actor, f"Asked for approval to issue “{guest_list.name}” to {guests}.", by)
    tell_asked(GuestList.objects.select_related("merchant").get(pk=guest_list.pk), actor)
    return True


def start_hold(guest_list: GuestList, actor: User | None, *, hold: bool, by: str = "") -> bool:
    """Sets a list on its way; the caller has made sure that it may go. False if it moved meanwhile.

    A scheduled one is held until its time; if that is over, as after a late approval, no longer than others.
    """
    now = database_clock.now()
    until = max(now + timedelta(seconds=settings.HOLD_SECONDS if hold else 0), guest_list.launch_at or now)
    when = guest_list.launch_in_words if until == guest_list.launch_at else ""
    fields: dict[str, Any] = {"launched_at": now, "held_until": until, "lease_until": None}
    fields |= {"canary_size": canary_size(guest_list), "launch_at": guest_list.launch_at if when else None}
    fields |= {"sent_back_reason": "", "sent_back_facts": {}}
    note = f"To start on {when}." if when else ""
    if not move_list(guest_list, ListState.HELD, actor=None if by else actor, note=note, **fields):
        return False
    did = f"Scheduled “{guest_list.name}” for {when}" if when else f"Launched “{guest_list.name}”"
    _note(guest_list, actor, f"{did}: {counted(guest_list.waiting_count, 'reward')}.", by)
    return True


def _note(guest_list: GuestList, actor: User | None, sentence: str, by: str) -> None:
    """What a program did is no act of a person, whoever answers for it."""
    note_activity(guest_list, None if by else actor, f"{sentence} By “{by}”." if by else sentence)


@transaction.atomic
def issue_now(*, guest_list: GuestList, actor: User | None = None) -> bool:
    """Ends the hold at once; False if the list isn't held any more, or waits for staff. Who starts a list before the
    time that was chosen for it is told in its story."""
    held = GuestList.objects.filter(pk=guest_list.pk, state=ListState.HELD, held_until__isnull=False)
    if not held.update(held_until=database_clock.now(), launch_at=None):
        return False
    if guest_list.is_scheduled:
        note_event(guest_list, ListState.HELD, actor=actor, note="Started before its time.")
        note_activity(guest_list, actor, f"Started “{guest_list.name}” before its time.")
    return True


@transaction.atomic
def continue_after_safety_stop(*, guest_list: GuestList, actor: User | None) -> bool:
    """Sends the rest although many canaries were refused; False if nothing waits for that decision."""
    stopped = GuestList.objects.filter(pk=guest_list.pk, state=ListState.ISSUING, safety_stop_at__isnull=False)
    if not stopped.update(safety_stop_at=None) or not send_the_rest(guest_list):
        return False
    note_event(guest_list, ListState.ISSUING, actor=actor, note="Continued after the safety check.")
    note_activity(guest_list, actor, f"Continued “{guest_list.name}” after the safety check.")
    return True


@transaction.atomic
def stop_list(*, guest_list: GuestList, actor: User | None) -> bool:
    """Stops what is not yet sent. During the hold the list goes back to its review; later its unsent jobs
    are cancelled, and those already sent run to their end. False if there was nothing left to stop.

    After a restore nobody knows what wasn't sent: a held list is planned before it can be stopped, and unsent jobs are
    cancelled only once they are settled."""
    forgotten = sends_were_forgotten()
    if guest_list.status == ListState.HELD and not forgotten:
        stopped = back_to_review(guest_list, actor=actor)
    elif guest_list.status == ListState.ISSUING:
        jobs = IssuanceJob.objects.of_list(guest_list)
        stopped = stop_forgotten(jobs) if forgotten else _cancel_unsent_jobs(jobs, actor)
    else:
        return False
    if stopped:
        GuestList.objects.filter(pk=guest_list.pk).update(safety_stop_at=None)
        note_activity(guest_list, actor, f"Stopped “{guest_list.name}”.")
    return stopped


def _cancel_unsent_jobs(jobs: IssuanceJobQuerySet, actor: User | None) -> bool:
    unsent = jobs.filter(state=JobState.READY)
    cancelled = [end_job(job, JobState.CANCELLED, actor=actor, next_attempt_at=None) for job in unsent]
    return any(cancelled)
