"""Which difference arms can show, compared with the sample sizes of textbooks (two-sided 5%, power 80%)."""

from __future__ import annotations

import pytest

from campaigns.detectable_difference import detectable_difference


@pytest.mark.parametrize(
    ("size", "baseline", "rise"),
    [(435, 0.05, 0.05), (686, 0.10, 0.05), (294, 0.20, 0.10), (388, 0.50, 0.10), (199, 0.10, 0.10)],
)
def test_the_size_that_the_textbook_asks_for_shows_its_difference_and_one_guest_less_does_not(
    size: int, baseline: float, rise: float
) -> None:
    enough, short = (detectable_difference(count, count, baseline=baseline) for count in (size, size - 1))
    assert enough is not None
    assert short is not None
    assert enough <= rise < short


def test_more_power_and_more_confidence_cost_a_larger_difference() -> None:
    usual = detectable_difference(1_000, 1_000) or 0
    assert (detectable_difference(1_000, 1_000, power=0.9) or 0) > usual
    assert (detectable_difference(1_000, 1_000, confidence=0.99) or 0) > usual


def test_a_small_arm_limits_what_a_large_one_can_show() -> None:
    even, uneven = detectable_difference(5_000, 5_000), detectable_difference(9_000, 1_000)
    assert even is not None
    assert uneven is not None
    assert even < uneven


@pytest.mark.parametrize("sizes", [(0, 100), (100, 0), (1, 1)])
def test_arms_that_can_show_nothing_say_so(sizes: tuple[int, int]) -> None:
    assert detectable_difference(*sizes) is None
