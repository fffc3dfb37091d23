"""What webhooks leave behind: reward ids and earlier polls, once, for the right merchant, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine import incoming_webhooks, polling
from issuance.models import Guest, GuestList, IssuanceJob, WebhookDelivery
from issuance.worker import due_work
from tests.issuance.webhook_posts import BOTH_SPELLINGS, batch, issued, only_delivery, post, rewards_of
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator import Fault, Simulator

Launch = Callable[[Campaign, str], GuestList]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("webhook_secret")]


@pytest.mark.parametrize("index", [3, 10_000, 10**30])
def test_an_index_beyond_the_job_is_put_aside(index: int, accepted: IssuanceJob) -> None:
    post(issued(str(accepted.thanx_id), index))
    due_work.drive_due_work()
    assert only_delivery().state == "quarantined"
    assert rewards_of(accepted) == ["", "", ""]


@pytest.mark.parametrize("event", [issued("x", None), issued("x", -1), issued("x", "0"), issued("x", 0, "")])
def test_a_reward_without_index_or_id_changes_no_guest(event: dict[str, Any], accepted: IssuanceJob) -> None:
    event["data"]["issuance_job_id"] = accepted.thanx_id
    post(event)
    due_work.drive_due_work()
    assert only_delivery().state == "ignored"
    assert rewards_of(accepted) == ["", "", ""]


@pytest.mark.parametrize("make", [issued, batch])
def test_an_event_that_names_another_merchant_has_no_effect(
    make: Callable[..., dict[str, Any]], accepted: IssuanceJob, sunny: Merchant
) -> None:
    post(make(str(accepted.thanx_id), merchant_id=sunny.thanx_id))
    incoming_webhooks.apply_due_deliveries()
    assert (only_delivery().state, only_delivery().due_at) == ("quarantined", None)
    assert rewards_of(accepted) == ["", "", ""]
    assert IssuanceJob.objects.get().next_attempt_at == accepted.next_attempt_at


def test_a_second_reward_for_one_guest_is_noted_and_never_overwrites(accepted: IssuanceJob) -> None:
    post(issued(str(accepted.thanx_id), 1, "first"))
    incoming_webhooks.apply_due_deliveries()
    post(issued(str(accepted.thanx_id), 1, "second"))
    post(issued(str(accepted.thanx_id), 2, "third"))
    post(issued(str(accepted.thanx_id), 2, "fourth"))
    incoming_webhooks.apply_due_deliveries()
    states = dict(WebhookDelivery.objects.values_list("reward_id", "state"))
    assert states == {"first": "applied", "second": "quarantined", "third": "applied", "fourth": "quarantined"}
    assert rewards_of(accepted) == ["", "first", "third"]


def test_an_event_of_an_unknown_job_is_looked_at_again_for_two_hours_only(world: World) -> None:
    post(issued("nobodys"))
    world.drive(hours=1)
    assert only_delivery().due_at is not None
    world.drive(hours=2)
    assert (only_delivery().state, only_delivery().due_at) == ("quarantined", None)
    assert due_work.next_due() is None


def test_a_batch_that_fails_comes_back_and_stops_nobody(
    accepted: IssuanceJob, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, world: World
) -> None:
    guest = "ana@" + "example.com"  # In two pieces: a traceback quotes the line.

    def fail(*args: object) -> None:
        raise RuntimeError(guest)

    post(issued(str(accepted.thanx_id)))
    with monkeypatch.context() as broken:
        broken.setattr(incoming_webhooks, "_poll_sooner", fail)
        due_work.drive_due_work()
    assert rewards_of(accepted)[0] == ""
    assert "RuntimeError" in caplog.text
    assert "ana@" not in caplog.text
    world.drive()
    assert rewards_of(accepted)[0] == "r1"


def test_rewards_reach_their_guests_and_change_no_state(accepted: IssuanceJob) -> None:
    for index in (2, 0):
        post(issued(str(accepted.thanx_id), index, f"r{index}", merchant_id=accepted.merchant.thanx_id))
    assert incoming_webhooks.apply_due_deliveries() == 2
    assert rewards_of(accepted) == ["r0", "", "r2"]
    assert IssuanceJob.objects.get().state == "accepted"
    assert set(Guest.objects.values_list("outcome", flat=True)) == {"waiting"}


@pytest.mark.parametrize("event", BOTH_SPELLINGS)
@pytest.mark.parametrize(
    "failures",
    [
        [{"user_identifier": "ana@example.com", "reason": "USER_EMAIL_INVALID"}],
        [{"identifier_index": 1, "identifier_type": "email", "error": "USER_EMAIL_INVALID"}],
        "none",
        [7],
    ],
)
def test_the_end_of_a_batch_brings_the_poll_forward_and_is_not_believed(
    event: str, failures: Any, accepted: IssuanceJob, world: World
) -> None:
    IssuanceJob.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    assert post(batch(str(accepted.thanx_id), event, failures=failures)).status_code == 200
    incoming_webhooks.apply_due_deliveries()
    job = IssuanceJob.objects.get()
    assert (job.state, job.next_attempt_at, job.success_count) == ("accepted", timezone.now(), 0)
    assert only_delivery().event == "reward_batch.completed"
    world.drive()
    job.refresh_from_db()
    assert (job.state, job.success_count, job.failure_count) == ("completed", 2, 1)


def test_rewards_bring_a_poll_forward_only_when_there_was_no_news_for_a_while(
    accepted: IssuanceJob, world: World
) -> None:
    later = timezone.now() + timedelta(hours=1)
    IssuanceJob.objects.update(next_attempt_at=later)
    post(issued(str(accepted.thanx_id), 0))
    incoming_webhooks.apply_due_deliveries()
    assert IssuanceJob.objects.get().next_attempt_at == later
    world.advance(30)
    post(issued(str(accepted.thanx_id), 1))
    incoming_webhooks.apply_due_deliveries()
    assert IssuanceJob.objects.get().next_attempt_at == timezone.now()


def test_a_job_that_has_ended_or_is_parked_is_not_polled_again(accepted: IssuanceJob, world: World) -> None:
    IssuanceJob.objects.update(next_attempt_at=None)
    post(batch(str(accepted.thanx_id)))
    world.drive()
    assert IssuanceJob.objects.get().next_attempt_at is None
    assert only_delivery().state == "applied"


def test_an_event_may_come_before_thanxs_answer_is_known(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    launched(one_arm, "a@example.com b@example.com")
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_AFTER, Fault.STATUS_500])
    due_work.drive_due_work()
    world.advance(2)
    for delivery in list(simulator.outbox):
        assert post(delivery.body).status_code == 200
    due_work.drive_due_work()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"quarantined"}
    world.drive()
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"applied"}
    assert "" not in Guest.objects.values_list("reward_id", flat=True)


def test_a_batch_of_rewards_takes_a_handful_of_queries(
    accepted: IssuanceJob, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    digests = [{"sha256": f"{number:064}", "position": number % 3} for number in range(900)]
    common = {"event": "reward.issued", "thanx_job_id": accepted.thanx_id, "due_at": timezone.now()}
    rows = [WebhookDelivery(**row, **common, reward_id=f"r{row['position']}") for row in digests]
    WebhookDelivery.objects.bulk_create(rows)
    with django_assert_max_num_queries(12):
        assert incoming_webhooks.apply_due_deliveries() == 900
    assert rewards_of(accepted) == ["r0", "r1", "r2"]


def test_an_end_that_is_told_while_a_poll_runs_is_looked_at_at_once(
    accepted: IssuanceJob, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The poll had asked a moment too early, and would come back after minutes."""
    simulator.jobs[accepted.thanx_id or ""].processing_seconds = 3_000
    IssuanceJob.objects.update(accepted_at=timezone.now() - timedelta(hours=1))
    world.drive(hours=0.01)
    apply = polling.apply_snapshot

    def told_meanwhile(job_id: int, snapshot: Any) -> Any:
        state = apply(job_id, snapshot)
        post(batch(str(accepted.thanx_id)))
        incoming_webhooks.apply_due_deliveries()
        return state

    world.advance(400)
    with monkeypatch.context() as context:
        context.setattr(polling, "apply_snapshot", told_meanwhile)
        due_work.work_job(accepted.pk)
    accepted.refresh_from_db()
    assert (accepted.lease_until, accepted.next_attempt_at) == (None, timezone.now())
