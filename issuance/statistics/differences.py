"""By how much one group is ahead of another, with the range in which the truth may lie."""

from __future__ import annotations

from math import erfc, sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
BY_CHANCE = 1 - CONFIDENCE  # how often a campaign may announce a difference where there is none


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

    def backed_by(self, other: Difference) -> Difference:
        """The same, but with an interval that reaches none unless the other one leaves that out on the same side."""
        if other.clear and other.estimate * self.estimate > 0:
            return self
        return self._replace(low=min(self.low, 0.0), high=max(self.high, 0.0))

    def times(self, factor: float) -> Difference:
        """The same in another unit, such as per 100 guests; `factor` is positive."""
        return Difference(self.estimate * factor, self.low * factor, self.high * factor, self.p)


def z_of(confidence: float) -> float:
    """Within how many standard errors an estimate lies with this confidence."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def p_of(z: float) -> float:
    """How likely chance alone leads as many standard errors away, on either side."""
    return erfc(abs(z) / sqrt(2))


def confidence_of(comparisons: int) -> float:
    """Of each of several intervals, so that all of them hold at once as often as CONFIDENCE says: Bonferroni's."""
    return 1 - BY_CHANCE / max(comparisons, 1)
