"""Places of what is drawn, in percent of the width: pages draw them as SVG, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from issuance.readout.numbers import ArmNumbers
from issuance.statistics.differences import Difference

HEIGHT = 100  # of a curve's picture


class Scale:
    """Turns numbers into places, so that all of them and nothing itself lie inside."""

    def __init__(self, numbers: Iterable[float]) -> None:
        everything = [0.0, *numbers]
        self.low, self.high = min(everything), max(everything)

    def at(self, number: float) -> float:
        return round(100 * (number - self.low) / (self.high - self.low or 1), 2)

    @property
    def zero(self) -> float:
        return self.at(0)


class Interval(NamedTuple):
    """An estimate and its interval on a scale where no difference is at `zero`."""

    arm: ArmNumbers
    low: float
    high: float
    at: float
    zero: float

    @property
    def width(self) -> float:
        return round(self.high - self.low, 2)


def intervals(arms: Sequence[ArmNumbers]) -> list[Interval]:
    told = [(arm, arm.more_visits) for arm in arms if arm.more_visits]
    scale = Scale(end for _, more in told for end in (more.low, more.high))
    return [_interval(arm, more, scale) for arm, more in told]


def _interval(arm: ArmNumbers, more: Difference, scale: Scale) -> Interval:
    return Interval(arm, scale.at(more.low), scale.at(more.high), scale.at(more.estimate), scale.zero)


class Curve(NamedTuple):
    arm: ArmNumbers
    points: str


class Curves(NamedTuple):
    """Visits since issuing, added up: a line for each arm, `days` wide."""

    lines: list[Curve]
    days: int
    most: float
    weeks: list[tuple[int, list[float]]]


def curves(arms: Sequence[ArmNumbers]) -> Curves | None:
    """None if nobody came. The table has every seventh day."""
    days = max((len(arm.days) for arm in arms), default=0)
    most = max((arm.days[-1] for arm in arms if arm.days), default=0)
    if not days or not most:
        return None
    filled = [(arm, [*arm.days, *[arm.days[-1] if arm.days else 0] * (days - len(arm.days))]) for arm in arms]
    weeks = [(day + 1, [total[day] for _, total in filled]) for day in (*range(6, days - 1, 7), days - 1)]
    return Curves([Curve(arm, _points(total, most)) for arm, total in filled], days, most, weeks)


def _points(total: Sequence[float], most: float) -> str:
    return " ".join(f"{day + 1},{HEIGHT * (1 - visits / most):.1f}" for day, visits in enumerate(total))


class Balance(NamedTuple):
    """What an arm cost, and the interval of what its guests spent more, on one scale."""

    arm: ArmNumbers
    cost: float
    gain: Interval


def balances(arms: Sequence[tuple[ArmNumbers, float]]) -> list[Balance]:
    told = [(arm, cost, arm.incremental_spend) for arm, cost in arms if arm.incremental_spend]
    scale = Scale(each for _, cost, more in told for each in (cost, more.low, more.high))
    return [
        Balance(arm, round(scale.at(cost) - scale.zero, 2), _interval(arm, more, scale)) for arm, cost, more in told
    ]
