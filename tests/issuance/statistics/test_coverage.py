"""Intervals cover the truth as often as they say, and chance announces no winner more often than it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from issuance.statistics.differences import Difference, confidence_of
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


def announced(arms: list[Any], control: Any) -> list[bool]:
    """Of each run whether any of the arms stands out, as a read-out decides it."""
    confidence = confidence_of(len(arms))
    found = [False] * len(control)
    for arm in arms:
        means = zip(sums(arm), sums(control), strict=True)
        came = zip((arm > 0).sum(1).tolist(), (control > 0).sum(1).tolist(), strict=True)
        for run, (pair, (more, fewer)) in enumerate(zip(means, came, strict=True)):
            told = difference_of_means(*pair, confidence)
            shares = Share(more, arm.shape[1]), Share(fewer, control.shape[1])
            found[run] |= told is not None and told.backed_by(difference_of_shares(*shares, confidence)).clear
    return found


def test_without_an_effect_three_arms_beside_control_have_a_winner_in_one_campaign_of_twenty_at_most() -> None:
    draw = np.random.default_rng(17)
    control, *arms = (visits(draw, 600) for _ in range(4))
    assert sum(announced(arms, control)) / RUNS <= 0.05


@pytest.mark.parametrize("rate", [0.02, 0.04, 0.08])
@pytest.mark.parametrize(("rewarded", "held_out"), [(90, 10), (900, 100)])
def test_a_small_control_in_which_hardly_anybody_comes_announces_no_winner_by_chance(
    rewarded: int, held_out: int, rate: float
) -> None:
    draw = np.random.default_rng(17)
    arm, control = (visits(draw, guests, rate - 0.2) for guests in (rewarded, held_out))
    assert sum(announced([arm], control)) / RUNS <= 0.05


def test_an_effect_worth_having_is_found_in_most_campaigns() -> None:
    draw = np.random.default_rng(17)
    arms = [visits(draw, REWARDED, 2 * LIFT), visits(draw, REWARDED, 2 * LIFT)]
    assert sum(announced(arms, visits(draw, CONTROL))) / RUNS > 0.9


def test_the_intervals_of_all_arms_hold_at_once() -> None:
    draw, lifts = np.random.default_rng(17), (0.0, LIFT, 2 * LIFT)
    control, all_hold = sums(visits(draw, CONTROL)), np.ones(RUNS, dtype=bool)
    for lift in lifts:
        for run, pair in enumerate(zip(sums(visits(draw, REWARDED, lift)), control, strict=True)):
            told = difference_of_means(*pair, confidence_of(len(lifts)))
            all_hold[run] &= told is not None and told.low <= lift / 0.7 <= told.high
    assert all_hold.mean() >= 0.945


@pytest.mark.parametrize(
    ("came", "interval"),
    [(Difference(0.1, 0.01, 0.2, 0.04), (0.5, 7)), (Difference(0.1, -0.1, 0.3, 0.3), (0, 7)),
     (Difference(-0.1, -0.2, -0.01, 0.04), (0, 7))],
)  # fmt: skip
def test_more_visits_that_guests_who_came_do_not_bear_out_reach_none(
    came: Difference, interval: tuple[float, float]
) -> None:
    assert Difference(4, 0.5, 7, 0.02).backed_by(came)[1:3] == interval


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


def test_an_effect_is_as_uncertain_as_its_interval_says_even_where_that_was_drawn_out_to_none() -> None:
    told = difference_of_means(Sums(900, 500, 900), Sums(600, 250, 450), confidence_of(2))
    assert told is not None
    plain = Effect.of(told, confidence_of(2))
    assert Effect.of(told.backed_by(Difference(0, -1, 1, 1)), confidence_of(2)) == pytest.approx(plain)
    assert plain.error == pytest.approx(
        (900 / 900 / 900 - (5 / 9) ** 2 / 900 + 450 / 600 / 600 - (5 / 12) ** 2 / 600) ** 0.5, rel=0.01
    )
