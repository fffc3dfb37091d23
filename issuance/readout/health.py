"""Whether the arms of a campaign can be compared, as far as that is known once its rewards are issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q

from campaigns.models import Campaign
from issuance.models import ControlLeak, Guest, GuestClaim, GuestList
from issuance.outcomes.arm_outcomes import ArmFacts, CampaignOutcome
from issuance.statistics.split_check import split_p, tone_of

SPLIT_IN_WORDS = {
    "ok": "The arms are as large as their shares say, within chance.",
    "warn": "The arms are a little off their shares. By chance alone that happens in 1 campaign of 100.",
    "bad": "The arms don’t have the sizes that their shares say. By chance alone that happens in less than 1 campaign "
    "of 1,000: find out why before you trust a comparison.",
}


@dataclass(frozen=True)
class ArmHealth:
    """An arm with the guests whom the split gave it, each once, and how many its share says."""

    facts: ArmFacts
    guests: int
    expected: float


@dataclass(frozen=True)
class Leak:
    """Guests of Control whom one list gave a reward."""

    guest_list: int
    by: str
    guests: int
    at: datetime


@dataclass(frozen=True)
class Health:
    arms: list[ArmHealth]
    p: float
    leaks: list[Leak]
    leaked: int
    crossovers: int
    causes: list[str]

    @property
    def tone(self) -> str:
        return tone_of(self.p)

    @property
    def label(self) -> str:
        return {"ok": "Healthy", "warn": "Look", "bad": "Don’t compare"}[self.tone]

    @property
    def split_in_words(self) -> str:
        return SPLIT_IN_WORDS[self.tone]

    @property
    def control(self) -> ArmHealth | None:
        return next((arm for arm in self.arms if arm.facts.variant.is_control), None)


def health_of(campaign: Campaign, outcome: CampaignOutcome) -> Health | None:
    """None for a campaign of a single arm, which compares nothing."""
    if len(outcome.arms) < 2:
        return None
    counts = [arm.assigned - arm.by_hand for arm in outcome.arms]
    weights = [arm.variant.weight for arm in outcome.arms]
    leaks, p = ControlLeak.objects.of_campaign(campaign), split_p(counts, weights)
    return Health(
        arms=[
            ArmHealth(arm, count, sum(counts) * arm.variant.weight / sum(weights))
            for arm, count in zip(outcome.arms, counts, strict=True)
        ],
        p=p,
        leaks=_by_list(leaks),
        leaked=leaks.guests(),
        crossovers=_crossovers(campaign),
        causes=[] if tone_of(p) == "ok" else _causes(campaign, outcome),
    )


def _by_list(leaks: Any) -> list[Leak]:
    columns = ("guest_list", "guest_list__name", "guest_list__one_guest")
    groups = leaks.order_by().values(*columns).annotate(guests=Count("pk"), at=Max("decided_at"))
    return [
        Leak(
            group["guest_list"],
            "One guest" if group["guest_list__one_guest"] else group["guest_list__name"],
            group["guests"],
            group["at"],
        )
        for group in groups.order_by("at", "guest_list")
    ]


def _crossovers(campaign: Campaign) -> int:
    """Guests who were promised the reward of one arm by hand, and that of another by a list."""
    claims = GuestClaim.objects.filter(campaign=campaign).order_by()
    by_hand = claims.filter(guest_list__one_guest=True).values("identity")
    again = claims.filter(identity__in=by_hand, guest_list__one_guest=False).values_list("guest_list", "identity")
    wanted = Q()
    for guest_list, identity in again:
        wanted |= Q(guest_list=guest_list, identity=identity)
    if not wanted:
        return 0
    identities = [identity for _, identity in again]
    arms = Guest.objects.filter(wanted | Q(guest_list__one_guest=True, guest_list__campaign=campaign))
    several = arms.filter(identity__in=identities).order_by().values("identity")
    return several.annotate(arms=Count("variant", distinct=True)).filter(arms__gt=1).count()


def _causes(campaign: Campaign, outcome: CampaignOutcome) -> list[str]:
    """What happened in this campaign that can make arms differ in size."""
    lists = GuestList.objects.filter(campaign=campaign, planned_at__isnull=False)
    words = {
        "Guests rewarded before were left out.": Q(already_rewarded_count__gt=0),
        "Guests rewarded before were included again.": Q(overrides__isnull=False),
        "Rows were repaired, so some guests are others than those in the file.": Q(repairs__isnull=False),
        "Refused guests were sent again, some of them corrected.": Q(parent__isnull=False),
    }
    by_hand = ["Guests were picked one by one. They don’t count here."] if outcome.by_hand else []
    return [sentence for sentence, happened in words.items() if lists.filter(happened).exists()] + by_hand
