"""The two windows on one line, and the presets, on the merchant's wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.windows import MOST_MARKS, PRESETS, preset_dates, time_line

ANGELES = ZoneInfo("America/Los_Angeles")
JUNE = datetime(2026, 6, 1, 9, tzinfo=ANGELES)


def test_both_windows_share_one_line() -> None:
    dates = (JUNE, JUNE + timedelta(days=10), JUNE + timedelta(days=5), JUNE + timedelta(days=20))
    line = time_line(dates, now=JUNE + timedelta(days=10), zone=ANGELES)
    assert line is not None
    assert line.run == (0, 50)
    assert line.redeem == (25, 75)
    assert line.now == 50
    assert [mark.day.day for mark in line.marks] == [5, 9, 13, 17, 21]


def test_what_is_known_is_drawn_and_nothing_else() -> None:
    line = time_line((JUNE, JUNE + timedelta(days=1), None, None), now=JUNE - timedelta(days=1), zone=ANGELES)
    assert line is not None
    assert (line.redeem, line.now) == (None, None)
    assert time_line((JUNE, None, None, None), now=JUNE, zone=ANGELES) is None
    assert time_line((JUNE, JUNE, JUNE, JUNE), now=JUNE, zone=ANGELES) is None


def test_a_window_that_ends_before_it_starts_is_not_drawn() -> None:
    line = time_line((JUNE, JUNE - timedelta(days=1), JUNE, JUNE + timedelta(days=1)), now=JUNE, zone=ANGELES)
    assert line is not None
    assert line.run is None


@pytest.mark.parametrize("days", [1, 3, 10, 45, 100, 400, 3_000])
def test_marks_are_midnights_of_the_merchant_and_few(days: int) -> None:
    start = datetime(2026, 10, 20, 9, tzinfo=ANGELES)  # The clocks go back on 1 November.
    end = start + timedelta(days=days)
    line = time_line((start, end, start, end), now=start, zone=ANGELES)
    assert line is not None
    assert 1 <= len(line.marks) <= MOST_MARKS + 1
    assert all(0 <= mark.left <= 100 for mark in line.marks)


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_is_a_campaign_that_can_be_published(key: str) -> None:
    now = datetime(2026, 12, 31, 23, 30, 12, tzinfo=UTC)
    start, end, opens, closes = preset_dates(key, now=now, zone=ANGELES)
    assert start < end <= closes
    assert opens == start
    assert end > now
    assert start.second == 0
    assert end.strftime("%H:%M") == "23:59"
    assert start.tzinfo == ANGELES
