"""What a job has come to, in words: as we see it, as Thanx says, and what was asked and told in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote

from django.db.models import Count, QuerySet
from django.utils import timezone

from issuance.guests.reasons import job_problem_in_words, reason_in_words
from issuance.models import PARKED, IssuanceJob, WebhookDelivery
from issuance.models.states import JOB_DUE, DeliveryState, JobState, Outcome
from issuance.staff.asking_again import is_given_up, may_be_asked_about, when_polls_pass
from thanxportal.counted import counted
from thanxportal.moments import written
from thanxportal.partner.models import ApiRequest

SHOWN = 20  # requests, the latest first
AROUND = timedelta(minutes=1)  # The log writes a request once it is answered, and by another clock.
IN_WORDS = {
    JobState.READY: "It waits to be sent.",
    JobState.FORGOTTEN: "The portal was restored from a backup, so nobody knows yet whether it was sent.",
    JobState.SENDING: "It was sent, and no clear answer has come. The same request is repeated under the same key.",
    JobState.ACCEPTED: "Thanx has accepted it and is issuing the rewards.",
    JobState.COMPLETED: "Thanx has finished it, and every guest has an outcome.",
    JobState.FAILED: "Thanx stopped it. Nobody knows who of its guests holds a reward.",
    JobState.REJECTED: "Thanx refused it as a whole. Nobody was rewarded.",
    JobState.NEEDS_STAFF: "Nobody can tell how it ended until somebody has asked Thanx.",
    JobState.REVOKING: "Thanx was asked to take its rewards back, or is about to be.",
    JobState.REVOKED: "Thanx has taken its rewards back.",
    JobState.CANCELLED: "It was never sent, and never will be.",
    JobState.HALVED: "Thanx refused it because of some guest. Its guests were sent in parts.",
}

RESULTS = {
    "": "without an answer yet",
    "accepted": "accepted by Thanx",
    "not_sent": "surely not executed",
    "rejected": "refused by Thanx",
    "in_doubt": "in doubt",
}


class JobStory(NamedTuple):
    ours: str
    theirs: str
    next: str
    may_ask: bool
    outcomes: list[tuple[str, int]]
    refusals: list[tuple[str, int]]
    sends: list[tuple[str, int]]
    webhooks: list[tuple[str, str, int]]
    polls: int
    requests: list[ApiRequest]


def story_of_job(job: IssuanceJob) -> JobStory:
    """A few queries, over the guests, webhooks and requests of this job alone."""
    outcomes = job.guests.order_by().values_list("outcome").annotate(Count("pk"))
    requests = _requests(job)
    return JobStory(
        ours=_ours(job),
        theirs=_theirs(job),
        next=_next(job),
        may_ask=may_be_asked_about(job),
        outcomes=sorted((Outcome(outcome).label, count) for outcome, count in outcomes),
        refusals=_refusals(job),
        sends=_sends(job),
        webhooks=_webhooks(job),
        polls=requests.filter(method="GET").count(),
        requests=list(requests.order_by("-pk")[:SHOWN]),
    )


def _refusals(job: IssuanceJob) -> list[tuple[str, int]]:
    refused = job.guests.filter(outcome=Outcome.REFUSED).order_by().values_list("reason").annotate(count=Count("pk"))
    return [(reason_in_words(reason), count) for reason, count in refused.order_by("-count", "reason")]


def _sends(job: IssuanceJob) -> list[tuple[str, int]]:
    """How its sends ended."""
    sends = job.attempts.order_by().values_list("result").annotate(Count("pk")).order_by("result")
    return [(RESULTS.get(result, result), count) for result, count in sends]


def _ours(job: IssuanceJob) -> str:
    return f"{IN_WORDS[job.status]} {job_problem_in_words(job.problem_code)}".strip()


def _theirs(job: IssuanceJob) -> str:
    if not job.thanx_id:
        return "It hasn’t given this job an id."
    state = f"“{job.partner_state}”" if job.partner_state else "no state yet"
    guests = f"{job.processed_count:,} of {counted(job.total_count, 'guest')} processed"
    told = f"{state} under the id {job.thanx_id}, {guests}; last told {_zoned(job.news_at)}"
    lost = f" Since {_zoned(job.lost_since)} it has answered that it doesn’t know the job." if job.lost_since else ""
    return f"{told}.{lost}"


def _next(job: IssuanceJob) -> str:
    if job.problem_code == PARKED:
        return "Nothing, until somebody returns it to work: its workers crashed five times."
    if is_given_up(job):
        asked = counted(job.revoke_count, "request")
        return f"Nothing, until somebody asks again: after {asked} Thanx still hasn’t taken the rewards back."
    if job.state not in JOB_DUE and job.status != JobState.FORGOTTEN:
        return "Nothing: it has ended."
    if job.next_attempt_at is None:
        return "Nothing, until staff settle it."
    sends = job.status in (JobState.READY, JobState.SENDING)
    if job.next_attempt_at <= timezone.now():
        once = "sends it once nothing holds sends back" if sends else f"asks Thanx as soon as {when_polls_pass()}"
        return f"A worker {once}."
    return f"A worker {'sends it' if sends else 'asks Thanx'} at {_zoned(job.next_attempt_at)}, or a little later."


def _zoned(moment: datetime | None) -> str:
    return f"{written(moment)} {written(moment, 'T')}" if moment else "never"


def _webhooks(job: IssuanceJob) -> list[tuple[str, str, int]]:
    if not job.thanx_id:
        return []
    told = WebhookDelivery.objects.filter(thanx_job_id=job.thanx_id).order_by()
    counts = told.values_list("event", "state").annotate(Count("pk"))
    return sorted((event, DeliveryState(state).label, count) for event, state, count in counts)


def _requests(job: IssuanceJob) -> QuerySet[ApiRequest]:
    """Those that name the job. Sends name none; they are its attempts."""
    if not job.thanx_id or not job.accepted_at:
        return ApiRequest.objects.none()
    about = ApiRequest.objects.filter(merchant_id=job.merchant.thanx_id, at__gte=job.accepted_at - AROUND)
    path = f"/partner/issuance_jobs/{quote(job.thanx_id, safe='')}"
    return about.filter(path__in=(path, f"{path}/revoke"))
