"""Intervals cover the truth as often as they say, and chance announces no winner more often than it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from issuance.statistics.differences import Difference, stand_out
from issuance.statistics.means import Paired, Sums, adjusted, difference_of_means
from issuance.statistics.shares import Share, difference_of_shares
from issuance.statistics.shrinkage import Effect, shrunk

RUNS = 2_000
LIFT = 0.05  # points more guests who come
REWARDED, CONTROL = 900, 600  # guests in each run
Draw = np.random.Generator


def visits(draw: Draw, guests: int, lift: float = 0.0, runs: int = RUNS) -> Any:
    """How often each guest of each run comes: some never, who comes at all comes again and again."""
    return (draw.random((runs, guests)) < 0.2 + lift) * draw.geometric(0.7, (runs, guests))


def spend(draw: Draw, guests: int, lift: float = 0.0) -> Any:
    """Dollars of each guest: what a visit costs varies, and a few spend much."""
    return visits(draw, guests, lift) * draw.gamma(2.0, 9.0, (RUNS, guests))


def sums(values: Any) -> list[Sums]:
    rows = zip(values.sum(1).tolist(), (values.astype(float) ** 2).sum(1).tolist(), strict=True)
    return [Sums(values.shape[1], *row) for row in rows]


def shares(draw: Draw) -> tuple[float, list[Difference | None]]:
    hits = [(visits(draw, guests, lift) > 0).sum(1) for guests, lift in ((REWARDED, LIFT), (CONTROL, 0.0))]
    pairs = zip(hits[0].tolist(), hits[1].tolist(), strict=True)
    return LIFT, [difference_of_shares(Share(a, REWARDED), Share(b, CONTROL)) for a, b in pairs]


def mean_visits(draw: Draw) -> tuple[float, list[Difference | None]]:
    groups = sums(visits(draw, REWARDED, LIFT)), sums(visits(draw, CONTROL))
    return LIFT / 0.7, [difference_of_means(a, b) for a, b in zip(*groups, strict=True)]


def mean_spend(draw: Draw) -> tuple[float, list[Difference | None]]:
    groups = sums(spend(draw, REWARDED, LIFT)), sums(spend(draw, CONTROL))
    return LIFT / 0.7 * 18, [difference_of_means(a, b) for a, b in zip(*groups, strict=True)]


def cuped(draw: Draw) -> tuple[float, list[Difference | None]]:
    arms = []
    for guests, lift in ((REWARDED, LIFT), (CONTROL, 0.0)):
        before = spend(draw, guests)
        after = 0.5 * before + spend(draw, guests, lift)
        products = (before * after).sum(1).tolist()
        arms.append([Paired(*each) for each in zip(sums(before), sums(after), products, strict=True)])
    return LIFT / 0.7 * 18, [difference_of_means(*adjusted(pair)) for pair in zip(*arms, strict=True)]


@pytest.mark.parametrize("metric", [shares, mean_visits, mean_spend, cuped])
def test_a_known_effect_lies_in_its_interval(metric: Callable[[Draw], tuple[float, list[Difference | None]]]) -> None:
    truth, told = metric(np.random.default_rng(17))
    covered = sum(each is not None and each.low <= truth <= each.high for each in told) / RUNS
    assert 0.935 <= covered <= 0.965


def test_without_an_effect_three_arms_beside_control_have_a_winner_in_one_campaign_of_twenty_at_most() -> None:
    draw = np.random.default_rng(17)
    control, *arms = (sums(visits(draw, 600)) for _ in range(4))
    announced = 0
    for run in range(RUNS):
        told = [difference_of_means(arm[run], control[run]) for arm in arms]
        announced += any(stand_out([each for each in told if each]))
    assert announced / RUNS <= 0.05


@pytest.mark.parametrize("rate", [0.02, 0.04, 0.08])
@pytest.mark.parametrize(("rewarded", "held_out"), [(90, 10), (900, 100)])
def test_a_small_control_in_which_hardly_anybody_comes_announces_no_winner_by_chance(
    rewarded: int, held_out: int, rate: float
) -> None:
    draw, announced = np.random.default_rng(17), 0
    counts = [visits(draw, guests, rate - 0.2) for guests in (rewarded, held_out)]
    came = zip(*((each > 0).sum(1).tolist() for each in counts), strict=True)
    for arm, control, (more, fewer) in zip(*map(sums, counts), came, strict=True):
        told = difference_of_means(arm, control)
        shares = difference_of_shares(Share(more, rewarded), Share(fewer, held_out))
        announced += told is not None and any(stand_out([told], [shares]))
    assert announced / RUNS <= 0.05


def test_cuped_makes_the_interval_narrower_where_guests_are_like_before() -> None:
    draw = np.random.default_rng(3)
    before = spend(draw, 500)[:1]
    after = before + spend(draw, 500)[:1]
    pair = Paired(sums(before)[0], sums(after)[0], float((before * after).sum()))
    assert adjusted([pair])[0].variance < 0.7 * pair.after.variance


def test_noise_alone_is_drawn_together_and_ranks_nobody() -> None:
    """Twelve campaigns with the same true effect: what is shown varies far less than what was measured."""
    measured = np.random.default_rng(5).normal(3.0, 2.0, 12).tolist()
    told = shrunk([Effect(each, 2.0) for each in measured])
    assert np.std([each.estimate for each in told]) < 0.4 * np.std(measured)
    assert all(each.low <= 3.0 <= each.high for each in told)


def test_groups_too_small_to_vary_and_those_of_guests_all_alike_say_nothing() -> None:
    assert difference_of_means(Sums(1, 3, 9), Sums(9, 3, 9)) is None
    assert difference_of_means(Sums(90, 7, 7), Sums(10, 0, 0)) is None
    assert shrunk([]) == []
    assert shrunk([Effect(2.0, 1.0)])[0].estimate == 2.0
