"""The numbers of a read-out as CSV, with the method in the last row; spend and cost in dollars."""

from __future__ import annotations

from collections.abc import Iterator

from issuance.guests.csv_lines import csv_lines
from issuance.readout.numbers import ArmNumbers, More
from issuance.readout.page import ReadOutPage
from thanxportal.moments import written

METHOD = (
    "Every guest assigned to an arm counts in it (intention to treat). Visits and spend: Welch’s t interval. Guests "
    "who came: Newcombe’s interval. 95% confidence that the intervals of a measure hold for all arms at once "
    "(Bonferroni). What stands out does so in visits and in guests who came; else the interval of visits reaches 0. "
    "Adjusted: CUPED, by what the same guests did before."
)
FACTS = ("guests", "issued", "matched", "redeemed", "came again", "came", "visits per 100 guests", "spend per guest")
WITH_INTERVAL = (
    "more visits per 100", "more visits, adjusted", "more of 100 who came", "more spend", "more spend, adjusted"
)  # fmt: skip
ENDS = ("", " from", " to")
HEADER = ("arm", *FACTS, *(f"{name}{end}" for name in WITH_INTERVAL for end in ENDS), "stands out", "cost")


def table_of(page: ReadOutPage) -> Iterator[str]:
    costs = {each.arm.variant: each.cost for each in page.balanced}
    marks = [("opened before its date", page.read_out.opened_why)] if page.read_out.opened_at else []
    if until := page.read_out.known_until:
        marks.append(("purchases known until", written(until)))
    rows = [_row(arm, costs.get(arm.variant)) for arm in page.numbers.arms]
    return csv_lines(HEADER, [*rows, *marks, ("method", METHOD)])


def _row(arm: ArmNumbers, cost: float | None) -> list[object]:
    facts = [arm.guests, arm.issued, arm.matched, arm.redeemed, arm.returned, arm.came, arm.visits, arm.spend / 100]
    differences = [
        *_cells(arm.more_visits), *_cells(arm.more_visits_adjusted), *_cells(arm.more_came, 100),
        *_cells(arm.more_spend, 0.01), *_cells(arm.more_spend_adjusted, 0.01),
    ]  # fmt: skip
    verdict = "yes" if arm.stands_out else ""
    return [
        arm.name,
        *map(_written, [*facts, *differences]),
        verdict,
        _written(None if cost is None else cost / 100),
    ]


def _cells(more: More, factor: float = 1) -> list[float | None]:
    return [each * factor for each in more[:3]] if more else [None] * len(ENDS)


def _written(number: float | None) -> float | str:
    return "" if number is None else round(number, 4)
