"""What became of a campaign so far, arm by arm over all its lists: by sums of jobs and lists. Guests are counted for
Control alone, once several lists have some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from campaigns.models import Campaign, Variant
from campaigns.reward_value import total_in_words
from issuance.launching.retries import sent_again
from issuance.models import Guest, GuestList, IssuanceJob
from issuance.models.states import JobState, Outcome

SELDOM = (Outcome.WAITING, Outcome.UNKNOWN, Outcome.REVOKED)  # columns only where anybody is in them


@dataclass
class ArmFacts:
    """An arm: its planned share in percent, and where the guests stand who were assigned to it, each of them once."""

    variant: Variant
    guests: Counter[str] = field(default_factory=Counter)
    share: int | None = None  # of all who were assigned, in percent
    by_hand: int = 0  # of them, those who were picked one by one, outside the split

    @property
    def assigned(self) -> int:
        return self.guests.total()

    @property
    def cost(self) -> str:
        """Of the rewards that guests hold now, if all of them redeem."""
        return total_in_words([(self.variant.worth, self.guests[Outcome.REWARDED])])


@dataclass(frozen=True)
class CampaignOutcome:
    """All arms, and what the lists left out."""

    arms: list[ArmFacts]
    lists: int
    rows: int
    left_out: int

    @property
    def guests(self) -> Counter[str]:
        return sum((arm.guests for arm in self.arms), Counter())

    @property
    def assigned(self) -> int:
        return self.guests.total()

    @property
    def by_hand(self) -> int:
        return sum(arm.by_hand for arm in self.arms)

    @property
    def cost(self) -> str:
        return total_in_words((arm.variant.worth, arm.guests[Outcome.REWARDED]) for arm in self.arms)

    @property
    def columns(self) -> list[Outcome]:
        """Which outcomes are shown beside rewarded and refused."""
        return [outcome for outcome in SELDOM if self.guests[outcome]]

    @property
    def table(self) -> list[tuple[ArmFacts, list[tuple[str, int]]]]:
        return [(arm, [(str(each.label), arm.guests[each]) for each in self.columns]) for arm in self.arms]

    @property
    def totals(self) -> list[tuple[str, int]]:
        return [(str(each.label), self.guests[each]) for each in self.columns]


def outcome_of(campaign: Campaign) -> CampaignOutcome | None:
    """None as long as nothing was issued."""
    planned = GuestList.objects.filter(campaign=campaign, planned_at__isnull=False, parent=None)
    terms = ("rows", "control", "invalid", "duplicate", "already_rewarded")
    with_control = Count("pk", filter=Q(control_count__gt=0))
    sums = planned.aggregate(
        lists=Count("pk"), with_control=with_control, **{term: Sum(f"{term}_count", default=0) for term in terms}
    )
    if not sums["lists"]:
        return None
    arms = {variant.pk: ArmFacts(variant) for variant in campaign.variants.select_related("reward_template")}
    _add_jobs(arms, _jobs_of(campaign), dict(sent_again(parent__campaign=campaign).values_list("pk", "took")))
    control = _control_of(planned) if sums["with_control"] > 1 else sums["control"]
    for arm in arms.values():
        if arm.variant.is_control:
            arm.guests[Outcome.CONTROL] = control
    everybody = sum(arm.assigned for arm in arms.values())
    for arm in arms.values():
        arm.share = round(100 * arm.assigned / everybody) if everybody else None
    return CampaignOutcome(
        arms=list(arms.values()),
        lists=sums["lists"],
        rows=sums["rows"],
        left_out=sums["invalid"] + sums["duplicate"] + sums["already_rewarded"] + sums["control"] - control,
    )


def _control_of(lists: QuerySet[GuestList]) -> int:
    """Guests of Control, once each: nobody claims them, so they may be brought again, and by programs often are."""
    pks = list(lists.filter(control_count__gt=0).values_list("pk", flat=True))
    held = Guest.objects.filter(guest_list__in=pks, outcome=Outcome.CONTROL)
    return held.values("identity").distinct().count()


def _jobs_of(campaign: Campaign) -> Iterator[Any]:
    jobs = IssuanceJob.objects.filter(guest_list__campaign=campaign).exclude(state=JobState.HALVED).order_by()
    groups = jobs.values("guest_list", "guest_list__one_guest", "variant", "state")
    yield from groups.annotate(total=Sum("total_count"), refused=Sum("failure_count"), known=Sum("success_count"))


def _add_jobs(arms: dict[int, ArmFacts], jobs: Iterable[dict[str, Any]], took: dict[int, str]) -> None:
    """Adds where the guests of these jobs stand; `took` says where the guests of a list that sends some again stood
    before, who count in that list now."""
    for job in jobs:
        arm, state = arms[job["variant"]], JobState(job["state"])
        guests = arm.guests
        arm.by_hand += job["total"] if job["guest_list__one_guest"] else 0
        rest = job["total"] - job["refused"]
        if state == JobState.REVOKING:  # Of a failed job that is being revoked nobody knows who holds a reward.
            guests[Outcome.UNKNOWN] += rest - job["known"]
            rest = job["known"]
        guests[state.outcome] += rest
        guests[Outcome.REFUSED] += job["refused"]
        if before := took.get(job["guest_list"]):
            guests[before] -= job["total"]
