"""What rewards brought over all campaigns of a merchant: never a ranking, as the largest of many is mostly noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from math import sqrt
from typing import Any, NamedTuple

from campaigns.detectable_difference import guests_needed
from campaigns.models import Campaign, RewardTemplate
from issuance.models import ReadOut
from issuance.readout.numbers import ArmNumbers, numbers_of
from issuance.readout.wording import VISITS, Told, sentences_of, tell
from issuance.statistics.shrinkage import Effect, common_of, mean_of, shrunk

MOST = 50  # read-outs, the latest
WORTH_HAVING = 0.03  # more guests who come


class ReadOutLine(NamedTuple):
    """A read-out in a list of them."""

    read_out: ReadOut
    sentence: str


class PooledEffect(NamedTuple):
    """What campaigns with something in common brought next to no reward, drawn to what all brought as far as it is
    uncertain."""

    name: str
    campaigns: int
    told: Told


class Planning(NamedTuple):
    """How many guests of this merchant come without a reward, and how many show that 3 of 100 more do."""

    base_rate: float
    guests: int | None


class Across:
    """Read-outs of a merchant together."""

    def __init__(self, read_outs: Iterable[ReadOut]) -> None:
        told = [(each, numbers_of(each)) for each in read_outs]
        self.lines = [ReadOutLine(each, sentences_of(numbers)[0]) for each, numbers in told]
        self._held_out = [(each, numbers) for each, numbers in told if numbers.has_control]

    @property
    def by_reward(self) -> list[PooledEffect]:
        """In the order of their names."""
        found = self._effects(lambda _, arm: arm.reward)
        names = RewardTemplate.objects.filter(pk__in=found).values_list("pk", "name")
        return _pooled([(name, found[pk]) for pk, name in names])

    @property
    def by_objective(self) -> list[PooledEffect]:
        """Of objectives in the same words, whatever their case, as the last campaign writes them."""
        words = {_plain(each.campaign.objective): each.campaign.objective for each, _ in reversed(self._held_out)}
        found = self._effects(lambda read_out, _: _plain(read_out.campaign.objective))
        return _pooled([(words[plain], effects) for plain, effects in found.items()])

    def _effects(self, common: Callable[[ReadOut, ArmNumbers], Hashable]) -> dict[Any, list[Effect]]:
        """One of each campaign with Control, by what its arms have in common; without what has nothing."""
        measured: dict[Any, dict[int, list[Effect]]] = defaultdict(lambda: defaultdict(list))
        for read_out, numbers in self._held_out:
            for arm in numbers.compared:
                effect = Effect.of(arm.more_visits, numbers.confidence) if arm.more_visits else None
                if effect and effect.error and (key := common(read_out, arm)):
                    measured[key][read_out.pk].append(effect)
        return {key: [mean_of(effects) for effects in campaigns.values()] for key, campaigns in measured.items()}

    @property
    def planning(self) -> Planning | None:
        """From what guests of Control did; None as long as nobody was held out."""
        held = [base for _, numbers in self._held_out if (base := numbers.compared_with)]
        guests, came = sum(arm.guests for arm in held), sum(arm.came for arm in held)
        rate = came / guests if guests else 0.0
        return Planning(rate, guests_needed(WORTH_HAVING, (50, 50), baseline=rate)) if 0 < rate < 1 else None


def similar_to(draft: Campaign, read_outs: Iterable[ReadOut]) -> list[ReadOut]:
    """Those of campaigns that gave a reward of the draft, or had its objective."""
    rewards = {arm.reward_template_id for arm in draft.variants.all()} - {None}
    objective = _plain(draft.objective)
    return [
        each
        for each in read_outs
        if rewards & {arm.reward for arm in numbers_of(each).arms}
        or (objective and _plain(each.campaign.objective) == objective)
    ]


def _plain(objective: str) -> str:
    return " ".join(objective.casefold().split()).rstrip(".")


def _pooled(named: list[tuple[str, list[Effect]]]) -> list[PooledEffect]:
    together = shrunk([_one_of(effects) for _, effects in named])
    told = [(name, len(effects), tell(more, VISITS)) for (name, effects), more in zip(named, together, strict=True)]
    return sorted(PooledEffect(name, count, words) for name, count, words in told if words)


def _one_of(effects: list[Effect]) -> Effect:
    common = common_of(effects)
    return Effect(common.mean, sqrt(common.variance))
