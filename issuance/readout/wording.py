"""The sentences of a read-out: what a reward brought, and what chance alone could have."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import number_format

from issuance.readout.numbers import ArmNumbers, Numbers
from issuance.statistics.differences import Difference
from thanxportal.amounts import dollars
from thanxportal.counted import counted


class Measure(NamedTuple):
    """How amounts of it are written, and what is said of more and of less of it."""

    written: Callable[[float], str]
    more: str
    less: str


def cents(amount: float) -> str:
    return dollars((Decimal(amount) / 100).quantize(Decimal("0.01")))


def one_digit(number: float) -> str:
    return number_format(number, 1, use_l10n=True, force_grouping=True)


VISITS = Measure(one_digit, "more", "fewer")
POINTS = Measure(lambda share: one_digit(100 * share), "more", "fewer")
SPEND = Measure(cents, "more", "less")
TIMES = Measure(lambda dollar: cents(100 * dollar), "more", "less")


class Told(NamedTuple):
    """A difference in words, with its interval."""

    more: str
    between: str


def tell(difference: Difference | None, measure: Measure) -> Told | None:
    if difference is None:
        return None
    return Told(more_or_less(difference.estimate, measure), between(difference, measure))


def more_or_less(amount: float, measure: Measure) -> str:
    return f"{measure.written(abs(amount))} {measure.less if amount < 0 else measure.more}"


def between(difference: Difference, measure: Measure) -> str:
    """The interval; words tell ends below nothing from those above."""
    low, high = difference.low, difference.high
    if low < 0:
        return f"between {more_or_less(low, measure)} and {more_or_less(high, measure)}"
    return f"between {measure.written(low)} and {measure.written(high)}"


def sentences_of(numbers: Numbers) -> list[str]:
    """One for each arm that is compared, then with whom; without Control what can't be known."""
    base = numbers.compared_with
    if base is None:
        return ["Nobody was held out, so nobody can know how many of these guests would have come without the reward."]
    other = "no reward" if numbers.has_control else f"“{base.name}”"
    told = [_sentence(arm, other) for arm in numbers.compared]
    if numbers.has_control:
        return [*told, f"Control: {counted(base.guests, 'guest')}."]
    return [*told, "There is no Control, so nobody can know how many would have come without any reward."]


def _sentence(arm: ArmNumbers, other: str) -> str:
    more = arm.more_visits
    if more is None:
        return f"{arm.name} can’t be compared with {other}: too few guests, or all of an arm did the same."
    if arm.stands_out:
        brought = more_or_less(more.estimate, VISITS)
        return f"{arm.name} brought {brought} visits per 100 guests than {other} ({between(more, VISITS)})."
    return (
        f"{arm.name} brought no difference in visits to {other} that stands out from chance: {between(more, VISITS)} "
        "per 100 guests."
    )
