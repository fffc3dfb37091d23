"""Which difference between two arms a campaign can show with statistical confidence (pure).

It is the two-sided test of two proportions, planned as in Fleiss, "Statistical Methods for Rates and Proportions",
without the correction for continuity. A proportion is the share of an arm's guests who come back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

BASELINE = 0.10  # the share of guests who come without a reward, as long as no read-out has told it
CONFIDENCE = 0.95  # 1 minus the chance to take luck for an effect
POWER = 0.80  # the chance to see an effect of that size
MOST_GUESTS = 10_000_000  # of two arms
STEPS = 40  # of halving: more precise than the page shows


def detectable_difference(
    first: int, second: int, *, baseline: float = BASELINE, confidence: float = CONFIDENCE, power: float = POWER
) -> float | None:
    """Returns the smallest rise above `baseline` that arms of these sizes can show; None if there is none."""
    if first < 1 or second < 1:
        return None
    alpha, beta = NormalDist().inv_cdf(0.5 + confidence / 2), NormalDist().inv_cdf(power)

    def shows(rise: float) -> bool:
        risen = baseline + rise
        pooled = (first * baseline + second * risen) / (first + second)
        by_luck = sqrt(pooled * (1 - pooled) * (1 / first + 1 / second))
        spread = sqrt(baseline * (1 - baseline) / first + risen * (1 - risen) / second)
        return rise >= alpha * by_luck + beta * spread

    low, high = 0.0, 1 - baseline
    if not shows(high):
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def guests_needed(rise: float, weights: tuple[int, int], *, baseline: float = BASELINE) -> int | None:
    """Returns how many guests two arms of these percents need together to show a `rise` above `baseline`; None if even
    ten million are too few."""

    def shows(guests: int) -> bool:
        first, second = (guests * weight // sum(weights) for weight in weights)
        found = detectable_difference(first, second, baseline=baseline)
        return found is not None and found <= rise

    needed = bisect_left(range(MOST_GUESTS), True, key=shows)
    return needed if needed < MOST_GUESTS else None


class Sized(NamedTuple):
    """An arm with what this test needs to know about it."""

    label: str
    guests: int
    is_control: bool


def told_from_chance(arms: Sequence[Sized], baseline: float | None) -> str:
    """Says what stands out from chance between Control (or else the largest arm) and the smallest of the others.
    The baseline is None as long as nobody knows it."""
    if len(arms) < 2:
        return ""
    by_size = sorted(arms, key=lambda arm: (arm.is_control, arm.guests))
    base, other = by_size[-1], by_size[0]
    rise = detectable_difference(base.guests, other.guests, baseline=baseline or BASELINE)
    guests = f"{base.guests:,} guest{'' if base.guests == 1 else 's'}"
    sizes = f"With {guests} in “{base.label}” and {other.guests:,} in “{other.label}”"
    if rise is None or rise > 0.5:
        return f"{sizes}, no difference would stand out from chance. It takes more guests, or a larger smallest arm."
    return f"{sizes}, a difference of about {rise * 100:.1f} points or more stands out from chance."
