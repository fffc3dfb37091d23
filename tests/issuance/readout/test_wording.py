"""Sentences say which way a difference goes, also where chance alone could have brought it."""

import pytest

from issuance.readout.wording import VISITS, between
from issuance.statistics.differences import Difference


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-3.1, -0.2, "between 3.1 fewer and 0.2 fewer"),
        (-3.1, 0.2, "between 3.1 fewer and 0.2 more"),
        (0.2, 3.1, "between 0.2 and 3.1"),
    ],
)
def test_ends_below_nothing_are_told_as_fewer(low: float, high: float, said: str) -> None:
    assert between(Difference((low + high) / 2, low, high, 0.04), VISITS) == said
