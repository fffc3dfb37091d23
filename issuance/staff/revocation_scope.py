"""Which jobs a mistake concerns: those of a list with its retries, of a campaign, or with guests rewarded twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Variant
from issuance.models import GuestList, IssuanceJob, IssuanceJobQuerySet, RevocationPlan
from issuance.models.states import JobState
from issuance.staff.double_rewards import Doubles, best_choice, doubles_among
from thanxportal.accounts.models import Merchant

MOST_JOBS = 500  # that a plan may hold
NEVER_SENT = (JobState.HALVED, JobState.CANCELLED)


@dataclass(frozen=True)
class Scope:
    """What staff say went wrong. With `SENT_TWICE` the merchant and the time count, else the list, or one arm of it."""

    cause: str
    merchant: Merchant
    guest_list: GuestList | None = None
    variant: Variant | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def twice(self) -> bool:
        return self.cause == RevocationPlan.SENT_TWICE


@dataclass(frozen=True)
class Found:
    """The jobs concerned, the latest first, those that a plan should take back, and who holds several rewards."""

    jobs: list[IssuanceJob]
    proposed: set[int]
    doubles: Doubles | None = None


def find_jobs(scope: Scope) -> Found:
    return _sent_twice(scope) if scope.twice else _of_list(scope)


def doubles_of(scope: Scope) -> Doubles | None:
    """Counted anew; None where nobody asks who got several."""
    return doubles_among(_given(scope)) if scope.twice else None


def _sent_twice(scope: Scope) -> Found:
    doubles = doubles_among(_given(scope))
    jobs = list(_shown(_given(scope).filter(pk__in=frozenset().union(*doubles.groups))))
    return Found(jobs, best_choice(doubles, [job.pk for job in jobs]), doubles)


def _given(scope: Scope) -> IssuanceJobQuerySet:
    """Jobs whose guests hold their rewards, sent in this time. Of a failed one nobody knows who does."""
    times = {"accepted_at__gte": scope.since, "accepted_at__lte": scope.until}
    return IssuanceJob.objects.filter(
        merchant=scope.merchant, state=JobState.COMPLETED, **{name: at for name, at in times.items() if at}
    )


def _of_list(scope: Scope) -> Found:
    """A wrong reward was wrong in all lists of its campaign; a wrong list also in what was sent again of it."""
    jobs = IssuanceJob.objects.filter(merchant=scope.merchant).exclude(state__in=NEVER_SENT)
    if scope.guest_list is None:
        return Found([], set())
    if scope.cause == RevocationPlan.WRONG_REWARD:
        jobs = jobs.filter(guest_list__campaign=scope.guest_list.campaign_id)
    else:
        jobs = jobs.filter(guest_list__in=with_retries(scope.guest_list))
    found = list(_shown(jobs.filter(variant=scope.variant) if scope.variant else jobs))
    return Found(found, {job.pk for job in found})


def with_retries(guest_list: GuestList) -> set[int]:
    """The list and all lists that send some of its guests again."""
    family, children = {guest_list.pk}, {guest_list.pk}
    while children:
        children = set(GuestList.objects.filter(parent__in=children).values_list("pk", flat=True)) - family
        family |= children
    return family


def _shown(jobs: IssuanceJobQuerySet) -> IssuanceJobQuerySet:
    jobs = jobs.defer("body").select_related("variant", "guest_list__campaign", "merchant")
    return jobs.order_by("-accepted_at", "-pk")[: MOST_JOBS + 1]
