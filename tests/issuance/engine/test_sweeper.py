"""A sweeper in trouble looks less and less often, and says little; one broken row holds nobody up for long."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from campaigns.models import Campaign
from issuance import shutdown
from issuance.models import GuestList
from issuance.worker import due_work, sweeper

pytestmark = pytest.mark.django_db


def rests_of(rounds: list[int | Exception], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between rounds in which that many rows, or everything, failed."""
    rests: list[float] = []
    left = iter(rounds)

    def work(kinds: tuple[str, ...]) -> int:
        failed = next(left)
        if isinstance(failed, Exception):
            raise failed
        return failed

    class Asked:
        def is_set(self) -> bool:
            return len(rests) == len(rounds)

        def wait(self, seconds: float) -> None:
            rests.append(seconds)

    monkeypatch.setattr(sweeper, "drive_due_work", work)
    monkeypatch.setattr(sweeper, "seconds_to_next_due", lambda most, kinds: 0.05)
    monkeypatch.setattr(sweeper, "close_old_connections", lambda: None)
    monkeypatch.setattr(sweeper.connections, "close_all", lambda: None)
    monkeypatch.setattr(shutdown, "asked", Asked())
    sweeper.look_for_work("sending")
    return rests


def test_rests_grow_while_rows_fail_and_end_with_the_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rests_of([0, 1, 2, 1, 1, 1, 1, 0], monkeypatch) == [0.05, 1, 2, 4, 8, 15, 15, 0.05]


def test_a_database_that_is_away_is_told_in_a_few_lines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(due_work, "log", due_work.Seldom(logging.getLogger("sweeper")))
    rests = rests_of([OSError("guest@example.com")] * 100, monkeypatch)
    assert rests[:5] == [2, 2, 4, 8, 15]
    assert len(caplog.records) == 1
    assert "failed with OSError" in caplog.text
    assert "guest@example.com" not in caplog.text
    assert len(caplog.text.splitlines()) < 20


def test_a_hundred_rows_that_fail_alike_are_told_once(
    one_arm: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for number in range(5):
        launched(one_arm, f"guest{number}@example.com")

    def plan_list(pk: int) -> None:
        raise ValueError(pk)

    monkeypatch.setattr(due_work, "log", due_work.Seldom(logging.getLogger("sweeper")))
    monkeypatch.setattr(due_work, "plan_list", plan_list)
    assert due_work.drive_due_work() == 5
    assert [record.levelname for record in caplog.records] == ["ERROR"]
