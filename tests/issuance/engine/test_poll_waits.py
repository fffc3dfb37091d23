"""Thanx is asked about a job as seldom as its end allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.poll_waits import first_wait, polling_delay
from issuance.models import GuestList, IssuanceJob
from tests.issuance import webhook_posts
from tests.issuance.webhook_posts import SECRET
from tests.world import World
from thanxportal.partner_simulator import Simulator

Launch = Callable[[Campaign, str], GuestList]


def polls_in_half_an_hour(done: float) -> int:
    passed = 4.0
    for polls in count(1):
        passed += polling_delay(polls, timezone.now() - timedelta(seconds=passed), done)
        if passed > 1_800:
            return polls
    raise AssertionError


def test_a_job_that_is_half_done_is_asked_about_when_it_should_have_ended() -> None:
    since = timezone.now() - timedelta(seconds=20)
    assert all(20 * 0.95 < polling_delay(1, since, 0.5) < 30 for _ in range(100))


@pytest.mark.parametrize("done", [0.0, 0.01, 0.5, 0.99, 1.0])
def test_a_job_that_gets_stuck_is_asked_about_now_and_then(done: float) -> None:
    assert polls_in_half_an_hour(done) < 60


@pytest.mark.django_db
def test_a_canary_is_asked_about_sooner_because_all_others_wait_for_it() -> None:
    assert first_wait(IssuanceJob(canary=True)) < first_wait(IssuanceJob())


def test_a_clock_that_went_before_ours_makes_nobody_ask_all_the_time() -> None:
    ahead = timezone.now() + timedelta(seconds=300)
    assert all(polling_delay(1, ahead, done) >= 2 for done in (0.0, 0.01, 0.5, 0.99, 1.0) for _ in range(20))


@pytest.mark.django_db
def test_where_webhooks_come_a_job_is_asked_about_once(
    one_arm: Campaign, launched: Launch, world: World, simulator: Simulator, settings: Any
) -> None:
    settings.THANX_WEBHOOK_SECRETS = [SECRET]
    first, second = (launched(one_arm, f"{name}@example.com") for name in ("ana", "bob"))
    world.drive()
    assert first.jobs.get().state == second.jobs.get().state == "completed"
    webhook_posts.post(webhook_posts.batch(first.jobs.get().thanx_id or ""))  # From now on they are seen to come.
    world.drive()
    third = launched(one_arm, "cy@example.com")
    asked_before = asked(simulator)
    world.work()
    job = IssuanceJob.objects.get(guest_list=third)
    assert job.next_attempt_at
    assert job.next_attempt_at > timezone.now() + timedelta(seconds=25)
    world.advance(10)
    webhook_posts.post(webhook_posts.batch(job.thanx_id or ""))
    world.work()
    job.refresh_from_db()
    assert job.state == "completed"
    assert asked(simulator) - asked_before == 1


@pytest.mark.django_db
def test_once_webhooks_stop_coming_jobs_are_asked_about_soon_again(
    one_arm: Campaign, launched: Launch, world: World, settings: Any
) -> None:
    settings.THANX_WEBHOOK_SECRETS = [SECRET]
    first = launched(one_arm, "ana@example.com")
    world.drive()
    webhook_posts.post(webhook_posts.batch(first.jobs.get().thanx_id or ""))
    world.advance(3_700)
    second = launched(one_arm, "bob@example.com")
    world.work()
    due = second.jobs.get().next_attempt_at
    assert due
    assert due < timezone.now() + timedelta(seconds=5)


def asked(simulator: Simulator) -> int:
    return sum(request.method == "GET" and "job" in request.path for request in simulator.requests)
