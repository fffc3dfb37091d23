"""Requests to Thanx that brought no success, by endpoint, code and merchant, and over time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone

from thanxportal.accounts.models import Merchant
from thanxportal.partner.models import ApiRequest, ApiRequestQuerySet

MOST = 100  # groups that are shown


class Span(NamedTuple):
    label: str
    length: timedelta
    step: type[TruncHour | TruncDay]


SPANS: Mapping[str, Span] = {
    "day": Span("Last day", timedelta(days=1), TruncHour),
    "week": Span("Last week", timedelta(days=7), TruncDay),
    "month": Span("Last 30 days", timedelta(days=30), TruncDay),
}


class Group(NamedTuple):
    """`query` is that of the log for just these requests."""

    endpoint: str
    status: int | None
    code: str
    merchant_id: str
    requests: int
    last_at: datetime
    merchant: str = ""

    @property
    def query(self) -> str:
        about = {"merchant": self.merchant_id} if self.merchant_id else {}
        return urlencode({"endpoint": self.endpoint, "code": self.code} | about)


class Failures(NamedTuple):
    """`over_time` has (from when, how many); `total` is of all requests, an estimate by their numbers, None for one
    merchant."""

    groups: list[Group]
    over_time: list[tuple[datetime, int]]
    total: int | None

    @property
    def failed(self) -> int:
        return sum(count for _, count in self.over_time)

    @property
    def most(self) -> int:
        return max((count for _, count in self.over_time), default=0)


def failures_of(span: Span, merchant_id: str = "") -> Failures:
    """Four queries, each by an index."""
    since = timezone.now() - span.length
    failed = ApiRequest.objects.failed().filter(at__gte=since).order_by()
    failed = failed.filter(merchant_id=merchant_id) if merchant_id else failed
    steps = failed.annotate(step=span.step("at")).values_list("step").annotate(Count("pk")).order_by("step")
    return Failures(_groups(failed), list(steps), None if merchant_id else _estimate(since))


def _groups(failed: ApiRequestQuerySet) -> list[Group]:
    columns: Any = ("endpoint", "status", "code", "merchant_id")
    rows: Any = failed.with_endpoint().values_list(*columns)
    counts = rows.annotate(requests=Count("pk"), last_at=Max("at")).order_by("-requests", "endpoint", "code")
    groups = [Group(*row) for row in counts[:MOST]]
    merchants = Merchant.objects.filter(thanx_id__in={group.merchant_id for group in groups})
    names = dict(merchants.values_list("thanx_id", "name"))
    return [group._replace(merchant=names.get(group.merchant_id, group.merchant_id)) for group in groups]


def _estimate(since: datetime) -> int:
    """Requests are numbered one by one."""
    first = ApiRequest.objects.filter(at__gte=since).order_by("at").values_list("pk", flat=True).first()
    last = ApiRequest.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last - first + 1 if first and last else 0
