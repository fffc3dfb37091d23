"""What each rule of Thanx looks at among recorded requests, and which of them break it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db.models import Count

from campaigns.models import RewardTemplate
from issuance.models import Guest, IssuanceJob
from issuance.models.states import JobState, Outcome
from issuance.staff.certification.traffic import JOBS, Traffic, begun_at, refused, repeated, succeeded
from thanxportal.partner.models import ApiRequest
from thanxportal.partner_api import HEADERS, ODD

MOST_GUESTS, MOST_ARMS = 10_000, 4  # of one request; of one campaign
CACHED_FOR = timedelta(minutes=1)
NEEDLESS_WITHIN = timedelta(seconds=2)
BETWEEN_POLLS = timedelta(seconds=2)
BACK_OFF = timedelta(seconds=1)
UNASKED_FOR = timedelta(minutes=10)
LISTS = ("/partner/merchants", "/partner/reward_templates", "/partner/locations")
NEEDED_LISTS = {*LISTS[:2]}


class Found(NamedTuple):
    """The requests that show a rule kept, and those that break it. With none of either it wasn't seen yet."""

    kept: Sequence[ApiRequest]
    broken: Sequence[ApiRequest] = ()


def _split(requests: Sequence[ApiRequest], breaks: Callable[[ApiRequest], bool]) -> Found:
    return Found(requests, [request for request in requests if breaks(request)])


def headers(traffic: Traffic) -> Found:
    return _split(traffic.requests, lambda request: {*request.headers.split()} != {*HEADERS})


def discovery(traffic: Traffic) -> Found:
    lists = [request for request in traffic.reads if request.path in LISTS]
    again = [
        later
        for earlier, later in repeated(lists)
        if succeeded(earlier) and begun_at(later) - begun_at(earlier) < CACHED_FOR
    ]
    return Found(lists if {each.path for each in lists if succeeded(each)} >= NEEDED_LISTS else [], again)


def campaign(traffic: Traffic) -> Found:
    def breaks(request: ApiRequest) -> bool:
        counts = request.counts or {}
        arms, with_reward = counts.get("variants", 0), len(counts.get("templates", ()))
        return refused(request) or not 1 <= arms <= MOST_ARMS or arms - with_reward != counts.get("controls", 0)

    return Found([*filter(succeeded, traffic.creations)], _split(traffic.creations, breaks).broken)


def templates(traffic: Traffic) -> Found:
    known: dict[tuple[str, str], RewardTemplate] = {
        (template.merchant.thanx_id, template.thanx_id): template
        for template in RewardTemplate.objects.filter(
            merchant__thanx_id__in={request.merchant_id for request in traffic.creations}
        ).select_related("merchant")
    }

    def is_valid(request: ApiRequest, template_id: str) -> bool:
        template = known.get((request.merchant_id, template_id))
        return template is not None and (template.withdrawn_at is None or template.withdrawn_at > request.at)

    def breaks(request: ApiRequest) -> bool:
        return not all(is_valid(request, template_id) for template_id in (request.counts or {}).get("templates", ()))

    return _split(traffic.creations, breaks)


def dates(traffic: Traffic) -> Found:
    return _split(traffic.creations, lambda request: (request.counts or {}).get("days") == 1)


def _guests_of(kind: str, traffic: Traffic) -> Found:
    broken = [request for request in traffic.issues if (request.counts or {}).get(kind + ODD)]
    return Found([each for each in traffic.issues if (each.counts or {}).get(kind) and succeeded(each)], broken)


def emails(traffic: Traffic) -> Found:
    return _guests_of("email", traffic)


def phones(traffic: Traffic) -> Found:
    return _guests_of("phone", traffic)


def sizes(traffic: Traffic) -> Found:
    return _split(traffic.issues, lambda request: not 1 <= sum((request.counts or {}).values()) <= MOST_GUESTS)


def keys(traffic: Traffic) -> Found:
    """A key has one body, and a body one key, but that guests who got nothing by the last one may be rewarded again."""
    bodies: dict[str, set[str]] = defaultdict(set)
    keys_of: dict[str, dict[str, None]] = defaultdict(dict)  # in their order
    for request in traffic.issues:
        bodies[request.idempotency_key].add(request.fingerprint)
        keys_of[request.fingerprint][request.idempotency_key] = None

    def breaks(request: ApiRequest) -> bool:
        key, (*earlier, _) = request.idempotency_key, keys_of[request.fingerprint]
        return not key or len(bodies[key]) > 1 or not all(_gave_nothing(traffic.jobs.get(each)) for each in earlier)

    return _split(traffic.issues, breaks)


def _gave_nothing(job: IssuanceJob | None) -> bool:
    """Or had it taken back."""
    if job is None:
        return False
    all_refused = job.state == JobState.COMPLETED and not job.success_count
    return all_refused or job.state in (JobState.REVOKED, JobState.REJECTED)


def duplicates(traffic: Traffic) -> Found:
    """What acts isn't repeated after a clear answer, and what only reads not at once. Lists and polls have a rule of
    their own."""
    acts = [*traffic.creations, *traffic.issues, *traffic.revocations]
    looks = [each for each in traffic.reads if each.path not in LISTS and not each.path.startswith(JOBS)]
    broken = [later for earlier, later in repeated(acts) if succeeded(earlier) or refused(earlier)]
    broken += [
        later
        for earlier, later in repeated(looks)
        if succeeded(earlier) and begun_at(later) - begun_at(earlier) < NEEDLESS_WITHIN
    ]
    return Found(acts, broken)


def polling(traffic: Traffic) -> Found:
    broken = []
    for job_id, polls in traffic.polls.items():
        for earlier, later in pairwise(polls):
            told = any(begun_at(earlier) <= at <= begun_at(later) for at in traffic.ends_told.get(job_id, ()))
            if begun_at(later) - begun_at(earlier) < BETWEEN_POLLS and not told:
                broken.append(later)
    return Found([poll for polls in traffic.polls.values() for poll in polls], broken)


def limits(traffic: Traffic) -> Found:
    return _split(traffic.requests, lambda request: request.status == 429)


def errors(traffic: Traffic) -> Found:
    """What only reads needn't wait once another request has shown that Thanx answers again."""
    successes = sorted(request.at for request in traffic.requests if succeeded(request))

    def hurries(earlier: ApiRequest, later: ApiRequest) -> bool:
        begun = begun_at(later)
        place = bisect_left(successes, earlier.at)
        answered = later.method == "GET" and place < len(successes) and successes[place] <= begun
        return begun - earlier.at < BACK_OFF and not answered

    failed = [pair for pair in repeated(traffic.requests) if not succeeded(pair[0]) and not refused(pair[0])]
    return Found(traffic.requests, [later for earlier, later in failed if hurries(earlier, later)])


def monitoring(traffic: Traffic) -> Found:
    """A job that still runs and was asked about lately says nothing yet; one that nobody knows here is lost."""
    kept: list[ApiRequest] = []
    broken: list[ApiRequest] = []
    for request in filter(succeeded, traffic.issues):
        job = traffic.jobs.get(request.idempotency_key)
        polls = traffic.polls.get(job.thanx_id or "", []) if job else []
        ended = job and job.ended_at and job.ended_at <= traffic.until
        if job and ended and job.status != JobState.NEEDS_STAFF and any(map(succeeded, polls)):
            kept.append(polls[-1])
        elif not job or ended or traffic.until - [request, *polls][-1].at > UNASKED_FOR:
            broken.append(request)
    return Found(kept, broken)


def refusals(traffic: Traffic) -> Found:
    """Every guest whom Thanx refused is shown as refused, with a reason."""
    with_refusals = [job for job in traffic.jobs.values() if job.failure_count]
    guests = Guest.objects.filter(job__in=with_refusals, outcome=Outcome.REFUSED).exclude(reason="").order_by()
    shown = dict(guests.values_list("job").annotate(Count("pk")))
    jobs: dict[bool, list[IssuanceJob]] = {True: [], False: []}
    for job in with_refusals:
        jobs[shown.get(job.pk, 0) == job.failure_count].append(job)
    return Found(_last_polls(traffic, jobs[True]), _last_polls(traffic, jobs[False]))


def _last_polls(traffic: Traffic, jobs: Sequence[IssuanceJob]) -> list[ApiRequest]:
    return [traffic.polls[job.thanx_id][-1] for job in jobs if job.thanx_id and job.thanx_id in traffic.polls]


def revocation(traffic: Traffic) -> Found:
    """One job at least was taken back to the end."""
    ids = {request.path.removeprefix(JOBS).removesuffix("/revoke"): request for request in traffic.revocations}
    revoked = IssuanceJob.objects.filter(thanx_id__in=ids, state=JobState.REVOKED).values_list("thanx_id", flat=True)
    return Found([ids[job_id] for job_id in revoked if job_id], _split(traffic.revocations, refused).broken)
