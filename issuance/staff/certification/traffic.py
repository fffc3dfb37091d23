"""The requests to Thanx of a period, as they were recorded, and the jobs that they were about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from issuance.models import BATCH_EVENT, IssuanceJob, Rehearsal, WebhookDelivery
from thanxportal.partner.models import ApiRequest

MOST = 20_000  # requests that are looked at, the newest
A_DAY = timedelta(days=1)
JOBS = "/partner/issuance_jobs/"
UNDECIDED = (401, 403, 408, 409, 425, 429)  # answers after which the same request may be repeated


class Traffic:
    """Requests are in the order in which they were answered. Those of before shapes were recorded aren't among them."""

    def __init__(self, since: datetime, until: datetime | None = None) -> None:
        self.since, self.until = since, until or timezone.now()
        recorded = ApiRequest.objects.filter(at__gte=since, at__lte=self.until).exclude(headers="")
        self.requests: Sequence[ApiRequest] = [*recorded.order_by("-pk")[:MOST]][::-1]

    @classmethod
    def of(cls, rehearsal: Rehearsal | None) -> Traffic:
        """That of a rehearsal, or else of the last day."""
        if rehearsal is None:
            return cls(timezone.now() - A_DAY)
        return cls(rehearsal.started_at, rehearsal.ended_at)

    @property
    def is_cut(self) -> bool:
        return len(self.requests) == MOST

    def _posts(self, fits: Callable[[str], bool]) -> list[ApiRequest]:
        return [request for request in self.requests if request.method == "POST" and fits(request.path)]

    @cached_property
    def creations(self) -> list[ApiRequest]:
        return self._posts("/partner/campaigns".__eq__)

    @cached_property
    def issues(self) -> list[ApiRequest]:
        return self._posts("/partner/campaigns/issue".__eq__)

    @cached_property
    def revocations(self) -> list[ApiRequest]:
        return self._posts(lambda path: path.endswith("/revoke"))

    @cached_property
    def reads(self) -> list[ApiRequest]:
        return [request for request in self.requests if request.method == "GET"]

    @cached_property
    def polls(self) -> dict[str, list[ApiRequest]]:
        """Thanx's id of a job -> each look at it."""
        polls: dict[str, list[ApiRequest]] = defaultdict(list)
        for request in self.reads:
            if request.path.startswith(JOBS):
                polls[request.path.removeprefix(JOBS)].append(request)
        return polls

    @cached_property
    def jobs(self) -> dict[str, IssuanceJob]:
        """Idempotency key -> our job."""
        keys = {request.idempotency_key for request in self.issues if _is_key(request.idempotency_key)}
        jobs = IssuanceJob.objects.filter(idempotency_key__in=keys).defer("body").order_by("pk")
        return {str(job.idempotency_key): job for job in jobs}

    @cached_property
    def ends_told(self) -> dict[str, list[datetime]]:
        """Thanx's id of a job -> when webhooks told of its end, after which it is asked about at once."""
        told = WebhookDelivery.objects.filter(event=BATCH_EVENT, thanx_job_id__in=self.polls)
        ends: dict[str, list[datetime]] = defaultdict(list)
        for job_id, at in told.values_list("thanx_job_id", "received_at"):
            ends[job_id].append(at)
        return ends


def begun_at(request: ApiRequest) -> datetime:
    """It is recorded when it was answered."""
    return request.at - timedelta(milliseconds=request.duration_ms)


def succeeded(request: ApiRequest) -> bool:
    return request.status is not None and request.status < 300 and not request.code


def refused(request: ApiRequest) -> bool:
    """A definite no to just this request."""
    return request.status is not None and 400 <= request.status < 500 and request.status not in UNDECIDED


def repeated(requests: Iterable[ApiRequest]) -> list[tuple[ApiRequest, ApiRequest]]:
    """Each request that was made before, with the one before it."""
    last: dict[tuple[str, str], ApiRequest] = {}
    pairs = []
    for request in requests:
        same = (request.fingerprint, request.idempotency_key)
        if same in last:
            pairs.append((last[same], request))
        last[same] = request
    return pairs


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
