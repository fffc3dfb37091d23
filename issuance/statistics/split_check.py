"""Whether as many guests fell into each arm as its share says: the sample-ratio test."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, exp, gamma, pow, sqrt

LOOK, WRONG = 0.01, 0.001  # p below which a split is unusual, and below which it can't be trusted


def split_p(counts: Sequence[int], weights: Sequence[float]) -> float:
    """How likely chance alone leads as far from the shares: Pearson's chi-square, of arms with a weight above 0."""
    guests, whole = sum(counts), sum(weights)
    if not guests or len(counts) < 2:
        return 1.0
    expected = [guests * weight / whole for weight in weights]
    squares = sum((count - each) ** 2 / each for count, each in zip(counts, expected, strict=True))
    return _beyond(squares / 2, len(counts) - 1)


def _beyond(half: float, freedom: int) -> float:
    """The upper tail of the chi-square at twice `half`, without scipy, as the campaign's page asks for it."""
    odd = freedom % 2
    tail = erfc(sqrt(half)) if odd else exp(-half)
    return tail + sum(pow(half, k / 2) * exp(-half) / gamma(k / 2 + 1) for k in range(2 - odd, freedom, 2))


def tone_of(p: float) -> str:
    """By chance alone one campaign of 100 is `warn`, and one of 1,000 is `bad`."""
    return "bad" if p < WRONG else "warn" if p < LOOK else "ok"
