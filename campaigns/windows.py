"""The two windows of a campaign, running and redeeming: presets, and a drawing on one time line (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

Dates = tuple[datetime, datetime, datetime, datetime]  # start, end, redeemable from, redeemable until
LAST_MINUTE = time(23, 59)
STEPS = (1, 2, 4, 7, 14, 30, 61, 91, 182, 365, 730)  # days between two marks
MOST_MARKS = 7


class Span(NamedTuple):
    """A part of the line, in percents of its width."""

    left: float
    width: float


class Mark(NamedTuple):
    left: float
    day: datetime


class TimeLine(NamedTuple):
    run: Span | None
    redeem: Span | None
    marks: list[Mark]
    now: float | None  # None if now is outside the line


def time_line(dates: tuple[datetime | None, ...], *, now: datetime, zone: ZoneInfo) -> TimeLine | None:
    """Draws start, end, redeemable from and until, as far as they are set. None if they span less than a minute."""
    moments = [moment for moment in dates if moment]
    if len(moments) < 2 or max(moments) - min(moments) < timedelta(minutes=1):
        return None
    left, whole = min(moments), max(moments) - min(moments)

    def percent_at(moment: datetime) -> float:
        return round((moment - left) / whole * 100, 2)

    def span(start: datetime | None, end: datetime | None) -> Span | None:
        if not (start and end and start < end):
            return None
        return Span(percent_at(start), max(percent_at(end) - percent_at(start), 0.5))

    today = percent_at(now)
    marks = [Mark(percent_at(day), day) for day in _days(left.astimezone(zone), max(moments))]
    return TimeLine(span(*dates[:2]), span(*dates[2:]), marks, today if 0 <= today <= 100 else None)


def _days(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yields midnights of the line's zone, evenly spaced, at most 8."""
    step = next((days for days in STEPS if (end - start) / timedelta(days=days) <= MOST_MARKS), STEPS[-1])
    day = datetime.combine(start.date(), time(), tzinfo=start.tzinfo)
    while day <= end:
        if day >= start:
            yield day
        day += timedelta(days=step)


class Preset(NamedTuple):
    label: str
    dates: Callable[[datetime], Dates]


def _from_now(run: int, redeem: int) -> Callable[[datetime], Dates]:
    """Both windows start now, and end at the end of a day, `run` and `redeem` days later."""
    return lambda now: (now, _end_of(now, run), now, _end_of(now, redeem))


def _end_of(now: datetime, days: int) -> datetime:
    return datetime.combine(now.date() + timedelta(days=days), LAST_MINUTE, tzinfo=now.tzinfo)


def _next_month(now: datetime) -> Dates:
    first = (now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    start = datetime.combine(first, time(), tzinfo=now.tzinfo)
    end = datetime.combine(last, LAST_MINUTE, tzinfo=now.tzinfo)
    return start, end, start, end + timedelta(days=14)


PRESETS = {
    "two-weeks": Preset("Now, for two weeks", _from_now(14, 28)),
    "month": Preset("Now, for 30 days", _from_now(30, 44)),
    "next-month": Preset("All of next month", _next_month),
}


def preset_dates(key: str, *, now: datetime, zone: ZoneInfo) -> Dates:
    """Returns the four dates of a preset in the merchant's time zone. Raises KeyError for an unknown one."""
    return PRESETS[key].dates(now.astimezone(zone).replace(second=0, microsecond=0))
