"""The arms of a list: what each of them gets, its planned share, and how many ready guests fell into it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from campaigns.models import Variant
from issuance.models import Guest, GuestList
from issuance.models.states import OUTCOME_READY


@dataclass
class Arm:
    """An arm, its planned share in whole percents, and how many ready guests fell into it.

    `start` adds up the shares before it.
    """

    variant: Variant
    count: int
    percent: int
    start: int

    @property
    def color(self) -> str:
        return self.variant.color

    @property
    def label(self) -> str:
        name, reward = self.variant.name, self.variant.reward_template
        return f"{name} · {reward.name}" if reward and reward.name != name else name

    @property
    def cost(self) -> Decimal | None:
        """In dollars, if every guest redeems."""
        worth = self.variant.worth
        return None if worth is None else worth * self.count


def count_arms(guest_list: GuestList) -> list[Arm]:
    """How many ready guests each arm has: one pass over the list's guests, for whoever decides about them."""
    ready = Guest.objects.filter(guest_list=guest_list, outcome__in=OUTCOME_READY).order_by()
    return arms_with(guest_list, dict(ready.values_list("variant").annotate(Count("pk"))))


def arms_with(guest_list: GuestList, counts: dict[int, int]) -> list[Arm]:
    """The arms with what was counted before, by the variant's id."""
    start, arms = 0, []
    for variant in guest_list.campaign.variants.select_related("reward_template"):
        arms.append(Arm(variant, counts.get(variant.pk, 0), variant.weight, start))
        start += variant.weight
    return arms
