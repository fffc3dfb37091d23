"""Webhooks that never come are noticed; the rewards are not lost, and late ones still count."""

from typing import Any

import pytest

from issuance.models import IssuanceJob
from issuance.worker import due_work
from tests.issuance.webhook_posts import issued, post
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def completed(webhook_secret: None, accepted: IssuanceJob, world: World) -> IssuanceJob:
    """Two guests rewarded and one refused, as polling has found out; no webhook has come."""
    world.drive()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)
    return accepted


def deliver(job: IssuanceJob, *positions: int) -> None:
    for position in positions:
        assert post(issued(job.thanx_id or "", position, f"reward{position}")).status_code == 200
    due_work.drive_due_work()
    job.refresh_from_db()


def look(job: IssuanceJob, world: World) -> int | None:
    world.advance(601)
    due_work.drive_due_work()
    job.refresh_from_db()
    return job.missing_reward_ids


def test_webhooks_that_never_came_are_noted_once(completed: IssuanceJob, world: World) -> None:
    assert look(completed, world) == 2
    assert look(completed, world) == 2
    notes = [event.note for event in completed.events.all() if "Recovered by polling" in event.note]
    assert notes == ["Recovered by polling: 2 of 2 reward ids never came."]


def test_late_ones_are_taken_off(completed: IssuanceJob, world: World) -> None:
    look(completed, world)
    deliver(completed, 0)
    assert completed.missing_reward_ids == 1
    deliver(completed, 1)
    assert completed.missing_reward_ids == 0


def test_when_all_have_come_nothing_is_noted(completed: IssuanceJob, world: World) -> None:
    deliver(completed, 0, 1)
    assert look(completed, world) == 0
    assert not completed.events.filter(note__contains="Recovered").exists()


def test_nothing_is_missed_where_no_webhooks_are_set_up(accepted: IssuanceJob, world: World, settings: Any) -> None:
    settings.THANX_WEBHOOK_SECRETS = []
    world.drive()
    assert look(accepted, world) is None
