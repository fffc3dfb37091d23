"""Webhooks, answers and polls in any order, with duplicates and loss, end the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine import incoming_webhooks, sending_pauses
from issuance.models import GuestList, IssuanceJob, WebhookDelivery
from issuance.worker import due_work
from tests.crash import as_often
from tests.issuance.webhook_posts import post, rewards_of
from tests.world import World
from thanxportal.partner_simulator import Fault, Simulator

Launch = Callable[[Campaign, str], GuestList]
ORDERS = as_often(usually=25, ci=250, full=5_000)
pytestmark = [pytest.mark.repeats, pytest.mark.django_db, pytest.mark.usefixtures("webhook_secret")]


def test_any_order_with_duplicates_and_loss_ends_the_same(
    one_arm: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thanx executed the issue request, its answer was lost; from there the steps come in any order."""
    monkeypatch.setattr(sending_pauses, "read_mark", lambda path: 0)  # Going back to the start is no restore here.
    settings.IN_DOUBT_MINUTES = 100_000
    guest_list = launched(one_arm, "a@example.com b@example.com c@example.com refused@example.com")
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_AFTER])
    due_work.drive_due_work()
    world.advance(5)
    events = [delivery.body for delivery in simulator.outbox]
    assert len(events) == 4
    dice = random.Random(7)
    for _ in range(ORDERS):
        start = transaction.savepoint()
        delivered = _play_in_some_order(events, world, dice)
        _assert_the_end(guest_list, delivered)
        transaction.savepoint_rollback(start)
    assert max(simulator.rewards_by_identifier().values()) == 1


def _play_in_some_order(events: list[bytes], world: World, dice: random.Random) -> set[bytes]:
    """Returns the events that were delivered at least once."""
    copies = [event for event in events for _ in range(dice.choice((0, 1, 1, 2)))]
    steps: list[bytes | str] = [*copies, "job", "job", "apply", "apply"]
    dice.shuffle(steps)
    for step in steps:
        world.advance(1)
        if isinstance(step, bytes):
            assert post(step).status_code == 200
        elif step == "apply":
            incoming_webhooks.apply_due_deliveries()
        else:  # The first time the lost answer is learned by a replay, the second time the job is polled.
            IssuanceJob.objects.update(next_attempt_at=timezone.now())
            due_work.work_job(IssuanceJob.objects.get().pk)
    world.drive(hours=1)
    return set(copies)


def _assert_the_end(guest_list: GuestList, delivered: set[bytes]) -> None:
    job = IssuanceJob.objects.get()
    assert (job.state, job.success_count, job.failure_count) == ("completed", 3, 1)
    guest_list.refresh_from_db()
    assert guest_list.closed
    assert (guest_list.rewarded_count, guest_list.refused_count) == (3, 1)
    read = [json.loads(body)["data"] for body in delivered]
    rewards = {reward["identifier"]["index"]: reward["reward_id"] for reward in read if "reward_id" in reward}
    assert rewards_of(job) == [rewards.get(position, "") for position in range(4)]
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) <= {"applied"}
    assert WebhookDelivery.objects.count() == len(delivered)
