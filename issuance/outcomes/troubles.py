"""What keeps a list from moving, in words: said once, however many of its jobs it holds up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from campaigns.publishing_rules import OPTED_OUT
from issuance.guests.reasons import job_refusal_in_words, problem_in_words, state_in_words
from issuance.models import PARKED, GuestList, IssuanceJob
from issuance.models.states import JobState
from thanxportal.partner.models import Credential
from thanxportal.prepared import Prepared

QUIET_AFTER = timedelta(minutes=10)
PATIENCE = 3  # sends without an answer that Thanx took, before the page speaks of it
SHORT = 5  # seconds of a pause that nobody need hear of
PARKED_LIST = (
    "Creating its jobs failed five times in a row. Staff are looking into it. Nothing was sent, and you can stop it."
)
WAITS = "what isn’t sent yet waits, and nothing of it is lost,"
FORGOTTEN = (
    "may have been sent before",
    "may have been sent before",
    "The portal was restored from a backup; staff are finding out with Thanx.",
)
NAMED = 3  # jobs of one trouble that are named


def troubles_of(guest_list: GuestList, jobs: Sequence[IssuanceJob], now: datetime) -> list[str]:
    """First what holds up everybody, asked only while the list runs; then what holds up single jobs."""
    troubles = list(_of_everybody(now)) if guest_list.status.running else []
    if guest_list.status.running and guest_list.merchant.opted_out:
        troubles.append(OPTED_OUT.format(guest_list.merchant, WAITS))
    if guest_list.parked:
        troubles.append(PARKED_LIST)
    numbers_of: dict[tuple[str, str, str], list[int]] = {}
    for job in jobs:
        if trouble := _of_job(job, now):
            numbers_of.setdefault(trouble, []).append(job.number)
    return troubles + [_said(numbers, *trouble) for trouble, numbers in numbers_of.items()]


@Prepared
def _credential(client_id: str) -> QuerySet[Credential]:
    return Credential.objects.filter(client_id=client_id)


def _of_everybody(now: datetime) -> Iterator[str]:
    credential = next(iter(_credential(settings.THANX_CLIENT_ID)), None)
    if credential is None:
        return
    if credential.scope_missing:
        yield "Thanx doesn’t let us issue at the moment. Staff know; everything waits, and nothing is lost."
    elif credential.refused_at:
        yield "Thanx doesn’t let the portal in at the moment. Staff are on it; everything waits, and nothing is lost."
    pause = credential.blocked_until - now.timestamp()
    if pause > SHORT:
        yield f"Thanx asks everybody to slow down: the next request goes out in {pause:,.0f} s."


def _of_job(job: IssuanceJob, now: datetime) -> tuple[str, str, str] | None:
    """(what is said of one job, of several, and what follows); None when nothing is unusual."""
    if job.problem_code == PARKED:
        return "needs staff", "need staff", problem_in_words("parked")
    if job.state == JobState.REVOKING and job.next_attempt_at is None:
        return "isn’t taken back by Thanx so far", "aren’t taken back by Thanx so far", "Staff are looking into it."
    if job.state == JobState.NEEDS_STAFF:
        state = f"{state_in_words(job.partner_state)} " if job.unknown_state_since else ""
        return "needs review by staff", "need review by staff", state + problem_in_words(job.problem_code)
    if job.state == JobState.REJECTED and job.total_count > 1:
        return "wasn’t taken", "weren’t taken", job_refusal_in_words(job.problem_code)
    if job.state == JobState.FORGOTTEN:
        return FORGOTTEN
    if job.state == JobState.FAILED:
        unknown = "What became of the guests is unknown. Staff can revoke."
        return "failed at Thanx", "failed at Thanx", unknown
    if job.unknown_state_since and job.state in (JobState.ACCEPTED, JobState.REVOKING):
        staff = ", and staff look at it within an hour" if job.state == JobState.ACCEPTED else ""
        unclear = f"{state_in_words(job.partner_state)} It is still being asked{staff}."
        return "is in an unknown state", "are in an unknown state", unclear
    if job.part_of_id and job.state in (JobState.READY, JobState.SENDING):
        why = f"Thanx refused job {job.part_of_number:,}, so it is sent in parts to find out because of whom."
        return "is part of a refused job", "are parts of a refused job", f"{why} Nobody is rewarded twice."
    if job.state == JobState.SENDING and job.in_doubt:
        again = "Thanx is asked again with the same key, so nobody is rewarded twice."
        return "got no clear answer from Thanx", "got no clear answer from Thanx", again
    if job.state == JobState.READY and job.attempt_count >= PATIENCE:
        again = "We keep trying."
        return "isn’t taken by Thanx at the moment", "aren’t taken by Thanx at the moment", again
    if job.state == JobState.ACCEPTED and job.news_at and now - job.news_at > QUIET_AFTER:
        quiet = f"{(now - job.news_at) // timedelta(minutes=10) * 10:,} min"
        stuck = f"stuck at Thanx: no news for more than {quiet}"
        return f"is {stuck}", f"are {stuck}", "Thanx is still being asked."
    return None


def _said(numbers: list[int], of_one: str, of_several: str, what_follows: str) -> str:
    if len(numbers) == 1:
        return f"Job {numbers[0]:,} {of_one}. {what_follows}".strip()
    named = ", ".join(f"{number:,}" for number in numbers[:NAMED])
    rest = len(numbers) - NAMED
    return f"Jobs {named}{f' and {rest:,} more' if rest > 0 else ''} {of_several}. {what_follows}".strip()
