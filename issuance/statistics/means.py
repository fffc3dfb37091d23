"""Means per guest, such as visits or spend, told from sums: Welch's interval, and less noise by CUPED."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from issuance.statistics.differences import CONFIDENCE, Difference

FEWEST = 2  # guests in a group of which a variance can be told


class Sums(NamedTuple):
    """How many guests, what all of them add up to, and the sum of the squares."""

    guests: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.guests if self.guests else 0.0

    @property
    def variance(self) -> float:
        """Of one guest, as estimated from these."""
        return max(0.0, self.squares - self.total * self.mean) / (self.guests - 1)


class Paired(NamedTuple):
    """The same guests before and after; `products` adds up what each guest had before times after."""

    before: Sums
    after: Sums
    products: float


def difference_of_means(first: Sums, second: Sums, confidence: float = CONFIDENCE) -> Difference | None:
    """`first` minus `second` by Welch's t, which lets the groups vary differently and takes their means to be normal,
    as those of some hundred guests are. None for groups too small to tell how much guests vary, or of guests all alike.
    """
    from scipy.special import stdtr, stdtrit

    if min(first.guests, second.guests) < FEWEST or not (first.variance and second.variance):
        return None
    parts = [each.variance / each.guests for each in (first, second)]
    estimate, error = first.mean - second.mean, sqrt(sum(parts))
    freedom = error**4 / sum(part**2 / (each.guests - 1) for part, each in zip(parts, (first, second), strict=True))
    reach = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
    p = 2 * float(stdtr(freedom, -abs(estimate) / error))
    return Difference(estimate, estimate - reach, estimate + reach, p)


def adjusted(groups: Sequence[Paired]) -> list[Sums]:
    """What the groups would have had, had all come from guests alike before: CUPED, which makes intervals narrower.

    Deng, Xu, Kohavi, Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment
    data", WSDM 2013. The slope is that within the groups, as in an analysis of covariance.
    """
    guests = sum(group.before.guests for group in groups)
    everybody = sum(group.before.total for group in groups) / guests if guests else 0.0
    spread = sum(group.before.squares - group.before.total * group.before.mean for group in groups)
    common = sum(group.products - group.before.total * group.after.mean for group in groups)
    slope = common / spread if spread > 0 else 0.0
    return [_moved(group, slope, everybody) for group in groups]


def _moved(group: Paired, slope: float, everybody: float) -> Sums:
    """The sums of after - slope * (before - everybody)."""
    before, after = group.before, group.after
    beside = before.total - before.guests * everybody
    squares = before.squares - 2 * everybody * before.total + before.guests * everybody**2
    product = group.products - everybody * after.total
    return Sums(
        after.guests,
        after.total - slope * beside,
        after.squares - 2 * slope * product + slope**2 * squares,
    )
