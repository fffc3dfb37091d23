"""By how much one group is ahead of another, with the range in which the truth may lie."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
BY_CHANCE = 1 - CONFIDENCE  # how often a difference may be announced where there is none


class Difference(NamedTuple):
    """The estimate, its confidence interval, and how likely chance alone brings as much (two-sided)."""

    estimate: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out that there is none."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> Difference:
        """The same in another unit, such as per 100 guests; `factor` is positive."""
        return Difference(self.estimate * factor, self.low * factor, self.high * factor, self.p)


def z_of(confidence: float) -> float:
    """Within how many standard errors an estimate lies with this confidence."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def p_of(z: float) -> float:
    """How likely chance alone leads as many standard errors away, on either side."""
    return erfc(abs(z) / sqrt(2))


def holm(ps: Sequence[float]) -> list[float]:
    """The p of several comparisons, corrected so that chance makes any of them stand out no more often than one.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    """
    corrected, largest = [1.0] * len(ps), 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[at]))
        corrected[at] = largest
    return corrected


def stand_out(*measures: Sequence[Difference]) -> list[bool]:
    """Which of several groups may be announced as different from the same one: those that are so in every measure."""
    return [all(group) for group in zip(*map(_beyond_chance, measures), strict=True)]


def _beyond_chance(differences: Sequence[Difference]) -> list[bool]:
    """Which are clear, and not by chance after `holm`."""
    corrected = holm([each.p for each in differences])
    return [each.clear and p <= BY_CHANCE for each, p in zip(differences, corrected, strict=True)]
