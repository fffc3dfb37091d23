"""Several measured effects together: the noisier one is, the closer it is drawn to what all have in common.

A random-effects model after DerSimonian and Laird, "Meta-analysis in clinical trials", Controlled Clinical Trials 7
(1986); each effect is its mean given the others, as in empirical Bayes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from issuance.statistics.differences import CONFIDENCE, Difference, p_of, z_of


class Effect(NamedTuple):
    """An estimate with its standard error, which is above 0."""

    estimate: float
    error: float

    @classmethod
    def of(cls, difference: Difference, confidence: float) -> Effect:
        """Of the shorter side, as the other one may have been drawn out to reach none."""
        reach = min(difference.high - difference.estimate, difference.estimate - difference.low)
        return cls(difference.estimate, reach / z_of(confidence))


class Common(NamedTuple):
    """What the effects have in common, the variance of that mean, and how much true effects vary around it."""

    mean: float
    variance: float
    between: float


def mean_of(effects: Sequence[Effect]) -> Effect:
    """Of effects that share a Control: no more certain than they are each, as they may err together."""
    return Effect(*(sum(values) / len(effects) for values in zip(*effects, strict=True)))


def common_of(effects: Sequence[Effect]) -> Common:
    weights = [1 / each.error**2 for each in effects]
    whole = sum(weights)
    mean = sum(weight * each.estimate for weight, each in zip(weights, effects, strict=True)) / whole
    spread = sum(weight * (each.estimate - mean) ** 2 for weight, each in zip(weights, effects, strict=True))
    room = whole - sum(weight**2 for weight in weights) / whole
    between = max(0.0, (spread - (len(effects) - 1)) / room) if room else 0.0
    weights = [1 / (each.error**2 + between) for each in effects]
    mean = sum(weight * each.estimate for weight, each in zip(weights, effects, strict=True)) / sum(weights)
    return Common(mean, 1 / sum(weights), between)


def shrunk(effects: Sequence[Effect]) -> list[Difference]:
    """Each effect as one of them, with its 95 % interval; a single one stays as it is."""
    if not effects:
        return []
    common, z = common_of(effects), z_of(CONFIDENCE)
    return [_drawn(each, common, z) for each in effects] if len(effects) > 1 else [_around(*effects[0], z)]


def _drawn(effect: Effect, common: Common, z: float) -> Difference:
    own = common.between / (common.between + effect.error**2)
    variance = own * effect.error**2 + (1 - own) ** 2 * common.variance
    return _around(common.mean + own * (effect.estimate - common.mean), sqrt(variance), z)


def _around(estimate: float, error: float, z: float) -> Difference:
    return Difference(estimate, estimate - z * error, estimate + z * error, p_of(estimate / error))
