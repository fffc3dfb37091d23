"""Reading and sending have workers of their own, and neither is left undone when nobody serves its queue."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client

from campaigns.models import Campaign
from issuance import shutdown
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.worker import due_work, sweeper
from tests.issuance.factories import brought
from tests.world import NOON, World
from thanxportal import database_clock
from thanxportal.celery import app
from thanxportal.queues import EVERY, HOUSE, KEEPS_HOUSE, READING, READS, SENDING, TOLD_FOR, tell_served, unserved

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("read_list", READING),
        ("repair_list", READING),
        ("work_list", SENDING),
        ("work_job", SENDING),
        ("sweep", SENDING),
    ],
)
def test_each_message_goes_to_its_queue(task: str, queue: str) -> None:
    route = app.amqp.router.route({}, f"issuance.tasks.{task}")
    assert (route["queue"].name, route["queue"].routing_key) == (queue, queue)


def test_every_task_with_a_queue_of_its_own_exists() -> None:
    app.loader.import_default_modules()
    assert {f"issuance.tasks.{task}" for task in (*READS, *KEEPS_HOUSE)} <= {*app.tasks}


@pytest.mark.parametrize("task", KEEPS_HOUSE)
def test_those_who_read_keep_house_while_nobody_else_does(task: str) -> None:
    assert app.amqp.router.route({}, f"issuance.tasks.{task}")["queue"].name == READING
    tell_served([HOUSE])
    assert app.amqp.router.route({}, f"issuance.tasks.{task}")["queue"].name == HOUSE


def test_a_database_that_is_away_stops_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object) -> None:
        raise OperationalError

    monkeypatch.setattr(cache, "get_many", fails)
    assert app.amqp.router.route({}, "issuance.tasks.load_exports")["queue"].name == READING


def test_mails_and_the_mirror_never_wait_for_long_reads() -> None:
    for task in ("thanxportal.accounts.tasks.send_mail", "campaigns.tasks.refresh_mirror"):
        assert app.amqp.router.route({}, task)["queue"].name == SENDING


def test_a_worker_that_was_told_nothing_serves_every_queue() -> None:
    assert {*app.amqp.queues.consume_from} == {*EVERY}


def test_each_kind_of_work_leaves_the_other_alone(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList]
) -> None:
    to_send, to_read = launched(campaign, "guest1@example.com"), brought(campaign, "email\nguest2@example.com\n")
    due_work.drive_due_work(kinds=(READING,))
    assert states(to_send, to_read) == [ListState.HELD, ListState.CHECKED]
    another = brought(campaign, "email\nguest3@example.com\n")
    assert due_work.next_due(kinds=(READING,)) is not None
    due_work.drive_due_work(kinds=(SENDING,))
    assert states(to_send, another) == [ListState.ISSUING, ListState.UPLOADED]


def states(*lists: GuestList) -> list[str]:
    return [GuestList.objects.get(pk=guest_list.pk).state for guest_list in lists]


def test_readyz_names_the_queues_that_nobody_serves() -> None:
    cache.clear()
    assert unserved() == [READING, SENDING]
    tell_served([SENDING])
    answer = Client().get("/readyz")
    checks = json.loads(answer.content)["checks"]
    assert (answer.status_code, checks["worker_reading"], checks["worker_sending"]) == (200, "unseen", "ok")


def test_a_worker_whose_clock_is_wrong_is_seen_all_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell_served([READING])
    monkeypatch.setattr(database_clock, "seconds", lambda: repr(float(NOON)))
    world.advance(120)
    tell_served([SENDING])
    assert unserved() == []
    monkeypatch.setattr(database_clock, "seconds", lambda: repr(NOON + TOLD_FOR + 1.0))
    assert unserved() == [READING, SENDING]


def rounds_of(queue: str, monkeypatch: pytest.MonkeyPatch, *, seconds: float) -> list[tuple[str, ...]]:
    """What a worker that doesn't serve the queue does for it in that time, by a clock that only its waits move."""
    done: list[tuple[str, ...]] = []
    now = time.monotonic()

    class Clock:
        now = 0.0

        def is_set(self) -> bool:
            return self.now >= seconds

        def wait(self, rest: float) -> None:
            self.now += rest

        def monotonic(self) -> float:
            return now + self.now

    clock = Clock()
    monkeypatch.setattr(sweeper, "time", clock)
    monkeypatch.setattr(shutdown, "asked", clock)
    monkeypatch.setattr(sweeper, "drive_due_work", lambda kinds: done.append(kinds))
    for name in ("close_old_connections", "connections"):
        monkeypatch.setattr(sweeper, name, Quiet())
    sweeper.look_for_work(queue, served_here=False)
    return done


class Quiet:
    def __call__(self) -> None:
        pass

    def close_all(self) -> None:
        pass


def test_a_worker_stands_in_for_a_queue_that_nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    assert rounds_of(READING, monkeypatch, seconds=sweeper.STAND_IN_AFTER - 1) == []
    assert {*rounds_of(READING, monkeypatch, seconds=120)} == {(READING,)}


def test_nobody_stands_in_while_the_queue_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    tell_served([READING])
    assert rounds_of(READING, monkeypatch, seconds=120) == []
