"""What a merchant gave this month, from the counters of its jobs: never from counting guests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from campaigns.models import RewardTemplate
from issuance.models import IssuanceJob
from issuance.models.states import JOB_GIVEN, JobState
from thanxportal.accounts.models import Merchant
from thanxportal.prepared import Prepared

GIVEN = Q(state__in=JOB_GIVEN)
REFUSED_WHOLE = Q(state=JobState.REJECTED)
TEMPLATE = "variant__reward_template__"
WORTH = ("name", "description", "discount_type", "discount_value")  # what the worth of a reward is told from


class Month(NamedTuple):
    """`cost` is in dollars, if every guest redeems; rewards without an amount at Thanx are counted beside it."""

    first_day: datetime
    rewarded: int
    refused: int
    cost: Decimal
    without_amount: int

    @property
    def beside_cost(self) -> str:
        return f"plus {self.without_amount:,} without an amount" if self.without_amount else ""


def month_of(merchant: Merchant) -> Month:
    """From the first day of the month in the merchant's zone, which is the active one."""
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sums = _sums(merchant.pk, first)
    given = [(_worth(each), each["rewarded"]) for each in sums]
    return Month(
        first_day=first,
        rewarded=sum(guests for _, guests in given),
        refused=sum(each["refused"] for each in sums),
        cost=sum((worth * guests for worth, guests in given if worth is not None), Decimal(0)),
        without_amount=sum(guests for worth, guests in given if worth is None),
    )


@Prepared
def _sums(merchant: int, first: datetime) -> QuerySet[IssuanceJob, dict[str, Any]]:
    jobs = IssuanceJob.objects.filter(merchant=merchant, ended_at__gte=first).order_by()
    one_by_one = Sum("failure_count", filter=~REFUSED_WHOLE, default=0)
    whole = Sum("total_count", filter=REFUSED_WHOLE, default=0)
    rewarded = Sum("success_count", filter=GIVEN, default=0)
    by_reward = jobs.values(*(f"{TEMPLATE}{field}" for field in WORTH))
    sums: QuerySet[IssuanceJob, dict[str, Any]] = by_reward.annotate(rewarded=rewarded, refused=one_by_one + whole)
    return sums


def _worth(row: dict[str, Any]) -> Decimal | None:
    return RewardTemplate(**{field: row[f"{TEMPLATE}{field}"] for field in WORTH}).worth
