"""After a restored backup: two people settle with Thanx which jobs were sent that the database has forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from issuance.engine.forgotten_jobs import found_at_thanx, nobody_knows, replay, surely_unsent
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList, IssuanceJob, Resolution, SendingPause, ThanxStatement
from issuance.models.states import JobState, ListState
from issuance.staff.made_jobs import read_made_jobs
from issuance.staff.matching import Matching, match
from issuance.staff.resolution import link
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.counted import counted

SENT_SOMEHOW = "sent_somehow"
NOTHING_FORGOTTEN = "There is nothing to settle: no pause is in force that began with a restored backup."


class CantConfirm(Exception):
    """Why a statement settles nothing now; `args[0]` is the sentence for staff."""


def unsettled_pause() -> SendingPause | None:
    """The pause in force, if what was sent before it isn't settled yet."""
    return SendingPause.objects.filter(in_force=True, sends_forgotten=True).first()


def what_follows(statement: ThanxStatement) -> Matching:
    """What confirming it now would settle. Its lines were read before it was stored."""
    made = read_made_jobs(statement.made_jobs)
    return match(made, complete=statement.complete, since=statement.pause.started_at)


@transaction.atomic
def confirm_statement(*, statement: ThanxStatement, actor: User, reason: str) -> Matching:
    """Settles every forgotten job; raises CantConfirm with nothing changed.

    While Thanx made jobs that fit no list, or perhaps others than it named, and nothing was agreed about that, the
    pause stays unsettled and unknown jobs stay forgotten: lists can be launched or brought again, which only records
    them, and another statement settles them as well.
    """
    pause = SendingPause.objects.select_for_update().get(pk=statement.pause_id)
    if why_not := _why_not(statement, pause, actor):
        raise CantConfirm(why_not)
    matching = what_follows(statement)
    is_last = bool(statement.about_the_rest) or (statement.complete and not matching.questions)
    decisions = [
        *((job, Resolution.LINKED, made.thanx_id) for job, made in matching.sent),
        *((job, SENT_SOMEHOW, "") for job in matching.sent_somehow),
        *((job, Resolution.NEVER_EXECUTED, "") for job in matching.unsent),
        *((job, Resolution.UNKNOWN, "") for job in matching.unknown if is_last),
    ]
    settled = [job for job, decision, thanx_id in decisions if _settle(job, statement, actor, decision, thanx_id)]
    confirmed = {"confirmed_by": actor, "confirmed_at": timezone.now(), "confirm_reason": reason[:300]}
    ThanxStatement.objects.filter(pk=statement.pk).update(**confirmed)
    if is_last:
        SendingPause.objects.filter(pk=pause.pk).update(sends_forgotten=False)
    _tell_merchants(settled, actor)
    return matching


def _why_not(statement: ThanxStatement, pause: SendingPause, actor: User) -> str:
    if actor.pk == statement.written_by_id:
        return "Somebody else has to confirm what you wrote down."
    if not (pause.in_force and pause.sends_forgotten):
        return NOTHING_FORGOTTEN
    if statement != pause.statements.first() or statement.confirmed_at:
        return "Only the latest statement can be confirmed, once."
    held = GuestList.objects.filter(state=ListState.HELD, launched_at__lte=statement.written_at)
    if waiting := held.order_by("pk").first():
        todo = "return it to work first" if waiting.parked else "a worker does that within minutes"
        return f"List {waiting.pk} was launched, but its jobs aren’t recorded yet: {todo}."
    return ""


def _settle(job: IssuanceJob, statement: ThanxStatement, actor: User, decision: str, thanx_id: str) -> bool:
    """Ends one forgotten job. Of those in doubt before the restore only what has an id now is settled: else False."""
    note = f"Settled after a restore: {statement.evidence}"[:300]
    if job.state == JobState.NEEDS_STAFF and thanx_id:
        link(job, thanx_id)
    elif job.state != JobState.FORGOTTEN:
        return False
    elif thanx_id:
        found_at_thanx(job, thanx_id, actor=actor, note=note)
    elif decision == Resolution.NEVER_EXECUTED:
        surely_unsent(job, actor=actor, note=note)
    elif decision == SENT_SOMEHOW and _key_is_fresh(job, statement.pause):
        replay(job, since=job.guest_list.launched_at or job.planned_at, actor=actor, note=note)
    else:
        nobody_knows(job, actor=actor, note=note)
    Resolution.objects.create(
        job=job, decision=decision if decision != SENT_SOMEHOW else Resolution.UNKNOWN, thanx_id=thanx_id,
        evidence=statement.evidence, proposed_by=statement.written_by, proposed_at=statement.written_at,
        confirmed_by=actor, confirmed_at=timezone.now(),
    )  # fmt: skip
    return True


def _key_is_fresh(job: IssuanceJob, pause: SendingPause) -> bool:
    """Whether Thanx still answers a replay: the job can't have been sent before its list was launched."""
    launched = job.guest_list.launched_at
    window = timedelta(minutes=settings.IN_DOUBT_MINUTES)
    return launched is not None and launched < pause.started_at and database_clock.now() - launched < window


def _tell_merchants(settled: list[IssuanceJob], actor: User) -> None:
    lists = {job.guest_list_id: job.guest_list for job in settled}
    for pk, count in Counter(job.guest_list_id for job in settled).items():
        some = counted(count, "job")
        note_activity(lists[pk], actor, f"Staff settled {some} of “{lists[pk].name}” with Thanx after a restore.")
