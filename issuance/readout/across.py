"""What rewards brought over all campaigns of a merchant: never a ranking, as the largest of many is mostly noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

from campaigns.detectable_difference import guests_needed
from campaigns.models import RewardTemplate
from issuance.models import ReadOut
from issuance.readout.numbers import ArmNumbers, Numbers
from issuance.readout.wording import VISITS, Told, sentences_of, tell
from issuance.statistics.shrinkage import Effect, common_of, shrunk
from thanxportal.accounts.models import Merchant

MOST = 50  # read-outs, the latest
WORTH_HAVING = 0.03  # more guests who come


class ReadOutLine(NamedTuple):
    """A read-out in a list of them."""

    read_out: ReadOut
    sentence: str


class RewardEffect(NamedTuple):
    """What a reward brought next to no reward, drawn to what all have in common as far as it is uncertain."""

    name: str
    campaigns: int
    told: Told


class Planning(NamedTuple):
    """How many guests of this merchant come without a reward, and how many show that 3 of 100 more do."""

    base_rate: float
    guests: int | None


def lines_of(read_outs: Iterable[ReadOut]) -> list[ReadOutLine]:
    return [ReadOutLine(each, sentences_of(Numbers.read(each.numbers or {}))[0]) for each in read_outs]


def reward_effects(merchant: Merchant, read_outs: list[ReadOut]) -> list[RewardEffect]:
    """By reward, in the order of their names, over the campaigns that had a Control."""
    measured: dict[int, list[Effect]] = defaultdict(list)
    for arm in _arms_with_control(read_outs):
        effect = Effect.of(arm.more_visits) if arm.more_visits else None
        if effect and effect.error and arm.reward is not None:
            measured[arm.reward].append(effect)
    names = dict(RewardTemplate.objects.for_merchant(merchant).filter(pk__in=measured).values_list("pk", "name"))
    together = shrunk([_pooled(effects) for effects in measured.values()])
    told = [(pk, tell(more, VISITS)) for pk, more in zip(measured, together, strict=True)]
    effects = [RewardEffect(names[pk], len(measured[pk]), words) for pk, words in told if words and pk in names]
    return sorted(effects, key=lambda effect: effect.name)


def _arms_with_control(read_outs: list[ReadOut]) -> list[ArmNumbers]:
    numbers = [Numbers.read(each.numbers or {}) for each in read_outs]
    return [arm for each in numbers if each.has_control for arm in each.compared]


def _pooled(effects: list[Effect]) -> Effect:
    common = common_of(effects)
    return Effect(common.mean, sqrt(common.variance))


def planning_of(read_outs: list[ReadOut]) -> Planning | None:
    """From what guests of Control did; None as long as nobody was held out."""
    controls = [Numbers.read(each.numbers or {}) for each in read_outs]
    held = [base for each in controls if each.has_control and (base := each.compared_with)]
    guests, came = sum(arm.guests for arm in held), sum(arm.came for arm in held)
    rate = came / guests if guests else 0.0
    return Planning(rate, guests_needed(WORTH_HAVING, (50, 50), baseline=rate)) if 0 < rate < 1 else None
