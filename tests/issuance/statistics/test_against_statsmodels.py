"""Our figures are those of statsmodels, to four digits, and those of published examples."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from campaigns.detectable_difference import detectable_difference, guests_needed
from issuance.statistics.differences import confidence_of
from issuance.statistics.means import Paired, Sums, adjusted, difference_of_means
from issuance.statistics.shares import Share, difference_of_shares
from issuance.statistics.shrinkage import Effect, common_of
from issuance.statistics.split_check import split_p, tone_of

TO_4_DIGITS = 5e-5
SHARES = [((56, 70), (48, 80)), ((93, 935), (1_214, 8_412)), ((0, 20), (3, 40)), ((5, 5), (1, 6))]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Libraries that statsmodels loads warn of things that are none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def sums(values: Any) -> Sums:
    return Sums(len(values), float(values.sum()), float((values**2).sum()))


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=TO_4_DIGITS, abs=TO_4_DIGITS / 10)


# Newcombe 1998, Table II, method 10: the examples (a) to (h).
@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_has_the_intervals_that_he_published(
    first: tuple[int, int], second: tuple[int, int], interval: tuple[float, float]
) -> None:
    told = difference_of_shares(Share(*first), Share(*second))
    assert (round(told.low, 4), round(told.high, 4)) == interval


def test_mendels_peas_fall_as_he_said() -> None:
    """315, 101, 108 and 32 peas at 9:3:3:1 are the textbooks' example of the chi-square: 0.470, so p is 0.925."""
    p = split_p([315, 101, 108, 32], [9, 3, 3, 1])
    assert round(p, 3) == 0.925
    assert tone_of(p) == "ok"


@pytest.mark.parametrize(("first", "second"), SHARES)
def test_differences_of_shares(first: tuple[int, int], second: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

    told = difference_of_shares(Share(*first), Share(*second))
    assert (told.low, told.high) == near(confint_proportions_2indep(*first, *second, method="newcomb"))
    assert told.p == near(proportions_ztest([first[0], second[0]], [first[1], second[1]])[1])
    assert Share(*first).interval() == near(proportion_confint(*first, method="wilson"))


@pytest.mark.parametrize("arms", [1, 2, 3])
def test_an_interval_of_several_leaves_out_none_where_bonferroni_rejects(arms: int) -> None:
    from statsmodels.stats.multitest import multipletests

    draw, told = np.random.default_rng(4), []
    control = sums(draw.gamma(0.2, 35, 400))
    for lift in (0.0, 2.0, 4.0)[:arms]:
        difference = difference_of_means(sums(draw.gamma(0.2, 35, 600) + lift), control, confidence_of(arms))
        assert difference is not None
        told.append(difference)
    rejected = multipletests([each.p for each in told], method="bonferroni")[0]
    assert [each.clear for each in told] == list(rejected)


@pytest.mark.parametrize("counts", [(450, 455, 95), (1_000, 900, 100), (3, 4, 3)])
def test_the_chi_square_of_a_split(counts: Sequence[int]) -> None:
    from statsmodels.stats.gof import chisquare

    expected = np.array([45, 45, 10]) * sum(counts) / 100
    assert split_p(counts, [45, 45, 10]) == near(chisquare(np.array(counts), expected)[1])


def test_welch() -> None:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    draw = np.random.default_rng(1)
    first, second = draw.gamma(0.3, 40, 900), draw.gamma(0.2, 35, 90)
    told, theirs = difference_of_means(sums(first), sums(second)), CompareMeans(DescrStatsW(first), DescrStatsW(second))
    assert told is not None
    assert (told.low, told.high) == near(theirs.tconfint_diff(usevar="unequal"))
    assert told.p == near(theirs.ttest_ind(usevar="unequal")[1])


def test_cuped_is_the_covariate_of_a_regression() -> None:
    from statsmodels.api import OLS
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    draw = np.random.default_rng(2)
    arm = draw.integers(0, 4, 2_000)
    before = draw.gamma(1, 30, 2_000)
    after = 0.6 * before + draw.gamma(1, 20, 2_000) + np.array([0, 1, 3, 5])[arm]
    by_arm = [(before[arm == each], after[arm == each]) for each in range(4)]
    moved = adjusted([Paired(sums(x), sums(y), float((x * y).sum())) for x, y in by_arm])
    columns = [np.ones(2_000), *((arm == each).astype(float) for each in (1, 2, 3)), before]
    fitted = OLS(after, np.column_stack(columns)).fit()
    residual = after - fitted.params[4] * (before - before.mean())
    for each in (1, 2, 3):
        told = difference_of_means(moved[each], moved[0])
        theirs = CompareMeans(DescrStatsW(residual[arm == each]), DescrStatsW(residual[arm == 0]))
        assert told is not None
        assert told.estimate == near(fitted.params[each])
        assert (told.low, told.high) == near(theirs.tconfint_diff(usevar="unequal"))


@pytest.mark.parametrize(("sizes", "base"), [((500, 500), 0.1), ((900, 8_000), 0.05), ((2_000, 300), 0.3)])
def test_the_detectable_difference_has_the_power_that_it_says(sizes: tuple[int, int], base: float) -> None:
    from statsmodels.stats.proportion import power_proportions_2indep

    rise = detectable_difference(*sizes, baseline=base)
    assert rise is not None
    first, second = sizes
    power = power_proportions_2indep(rise, base, second, ratio=first / second, alpha=0.05, return_results=False)
    assert power == near(0.8)


@pytest.mark.parametrize(("rise", "base"), [(0.05, 0.1), (0.03, 0.05), (0.1, 0.3)])
def test_as_many_guests_as_are_needed_have_the_power_and_one_less_has_not(rise: float, base: float) -> None:
    from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail as sample_size

    size = sample_size(rise, base, 0.8, ratio=1, alpha=0.05, alternative="two-sided")
    assert guests_needed(rise, (50, 50), baseline=base) == pytest.approx(2 * size, abs=2)


def test_effects_have_in_common_what_a_meta_analysis_finds() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    effects = [Effect(4.1, 1.5), Effect(0.3, 1.0), Effect(6.0, 2.5), Effect(1.2, 0.7)]
    estimates, variances = np.array([(each.estimate, each.error**2) for each in effects]).T
    theirs = combine_effects(estimates, variances, method_re="dl")
    common = common_of(effects)
    assert (common.mean, common.between) == near((theirs.mean_effect_re, theirs.tau2))
    assert common.variance**0.5 == near(theirs.sd_eff_w_re)
