"""Shares of guests who did something, such as redeem: intervals after Wilson and Newcombe."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from issuance.statistics.differences import CONFIDENCE, Difference, p_of, z_of


class Share(NamedTuple):
    """How many of how many guests, of whom there is at least one."""

    hits: int
    guests: int

    @property
    def rate(self) -> float:
        return self.hits / self.guests

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Wilson's score interval."""
        z = z_of(confidence)
        middle = self.hits + z * z / 2
        reach = z * sqrt(self.hits * (1 - self.rate) + z * z / 4)
        return max(0.0, (middle - reach) / (self.guests + z * z)), min(1.0, (middle + reach) / (self.guests + z * z))


def difference_of_shares(first: Share, second: Share, confidence: float = CONFIDENCE) -> Difference:
    """`first` minus `second`: method 10 of Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998), 873–890. The p is of the pooled z test.
    """
    (low1, high1), (low2, high2) = first.interval(confidence), second.interval(confidence)
    p1, p2 = first.rate, second.rate
    pooled = (first.hits + second.hits) / (first.guests + second.guests)
    error = sqrt(pooled * (1 - pooled) * (1 / first.guests + 1 / second.guests))
    return Difference(
        p1 - p2,
        p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
        p_of((p1 - p2) / error) if error else 1.0,
    )
