"""Previews a campaign: guests and cost of each arm, what the split can show, both windows, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaigns.allocation import people
from campaigns.detectable_difference import Sized, told_from_chance
from campaigns.models import Campaign, Variant
from campaigns.publishing_rules import DATES, problems
from campaigns.reward_value import total_in_words
from campaigns.windows import TimeLine, time_line

PASS, WARN, BLOCK = "pass", "warn", "block"


@dataclass(frozen=True)
class ArmPreview:
    """One arm. `start` is the sum of the percents before it; `count` is None until the number of guests is known."""

    variant: Variant
    label: str
    color: str
    percent: int
    start: int
    count: int | None

    @property
    def cost(self) -> Decimal | None:
        """Dollars if every guest of the arm redeems; None if Thanx names no amount."""
        worth = self.variant.worth
        return worth * self.count if worth is not None and self.count is not None else None


class Check(NamedTuple):
    """One line above the button to publish. A block hides the button."""

    level: str
    sentence: str
    url: str = ""  # of the rows that it tells of

    @property
    def tone(self) -> str:
        return {PASS: "ok", WARN: "warn", BLOCK: "bad"}[self.level]

    @property
    def word(self) -> str:
        return {PASS: "Fine", WARN: "Look", BLOCK: "Stops you"}[self.level]


class Preview(NamedTuple):
    campaign: Campaign
    arms: list[ArmPreview]
    total: int  # percent; the split is drawn if it is 100
    difference: str
    time_line: TimeLine | None
    checks: list[Check]

    @property
    def gifts(self) -> list[ArmPreview]:
        return [arm for arm in self.arms if not arm.variant.is_control]

    @property
    def cost(self) -> str:
        """The cost of all arms if every guest redeems."""
        return total_in_words((arm.variant.worth, arm.count or 0) for arm in self.gifts)

    @property
    def ready(self) -> bool:
        return all(check.level != BLOCK for check in self.checks)


def preview_of(campaign: Campaign, variants: Sequence[Variant], *, now: datetime) -> Preview:
    """Previews a campaign, which need not be saved yet."""
    arms = _arms(campaign, variants)
    zone = ZoneInfo(campaign.merchant.time_zone)
    dates = tuple(getattr(campaign, name) for name in DATES)
    return Preview(
        campaign=campaign,
        arms=arms,
        total=sum(arm.percent for arm in arms),
        difference=_difference(arms, campaign.merchant.came_anyway),
        time_line=time_line(dates, now=now, zone=zone),
        checks=list(_checks(campaign, variants, now)),
    )


def _arms(campaign: Campaign, variants: Sequence[Variant]) -> list[ArmPreview]:
    weights = [variant.weight for variant in variants]
    guests = campaign.expected_guests if sum(weights) == 100 else None
    counts: Sequence[int | None] = people(guests, weights) if guests else [None] * len(weights)
    return [
        ArmPreview(variant, variant.name, variant.color, variant.weight, sum(weights[:position]), counts[position])
        for position, variant in enumerate(variants)
    ]


def _difference(arms: list[ArmPreview], came_anyway: float | None) -> str:
    return told_from_chance(
        [Sized(arm.label, arm.count, arm.variant.is_control) for arm in arms if arm.count is not None], came_anyway
    )


def _checks(campaign: Campaign, variants: Sequence[Variant], now: datetime) -> Iterator[Check]:
    """Yields what is missing first, then what to look at."""
    missing = problems(campaign, variants, now=now)
    yield from (Check(BLOCK, sentence) for sentence in missing)
    if not campaign.objective.strip():
        yield Check(WARN, "There is no objective. Thanx expects one sentence that says what the campaign is for.")
    if not campaign.fine_print.strip():
        yield Check(WARN, "There is no fine print. Guests see it with the reward.")
    if variants and not any(variant.is_control for variant in variants):
        yield Check(WARN, "There is no Control arm, so you can’t see what would have happened without the reward.")
    if campaign.start_at and campaign.start_at < now:
        yield Check(PASS, "The campaign starts as soon as it is published.")
    if not missing:
        yield Check(PASS, "The dates fit together, and the shares add up to 100%.")
        yield Check(PASS, "Thanx publishes every reward.")
