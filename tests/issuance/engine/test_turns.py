"""A small list isn't stuck behind a big one, and what may be in doubt goes before what can wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.planning import plan_list
from issuance.lifecycle.transitions import move_job
from issuance.models import Attempt, GuestList, IssuanceJob
from issuance.models.states import JobState
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests import cast
from tests.issuance.factories import published
from tests.world import World
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]


def plan(guest_list: GuestList, world: World) -> None:
    world.advance(1)
    assert plan_list(guest_list.pk)


def guests(name: str, count: int) -> str:
    return "\n".join(f"{name}{number}@example.com" for number in range(count))


def test_one_job_of_a_merchant_does_not_wait_for_a_hundred_of_another(
    one_arm: Campaign, sunny: Merchant, launched: Launch, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_SIZE = 1
    small = published(cast.draft_campaign(sunny, weights=(100,)))
    plan(launched(one_arm, guests("big", 100)), world)
    plan(launched(small, guests("small", 1)), world)
    turns = list(IssuanceJob.objects.due().in_turn().values_list("merchant__handle", flat=True))
    assert len(turns) == 101
    assert turns.index("sunny-side-coffee") <= 1
    monkeypatch.setattr(due_work, "MOST_AT_ONCE", 2)
    due_work.drive_due_work()
    sends = list(Attempt.objects.order_by("pk").values_list("job__merchant__handle", flat=True))
    assert "sunny-side-coffee" in sends


def test_lists_of_one_merchant_take_turns(one_arm: Campaign, launched: Launch, world: World, settings: Any) -> None:
    settings.JOB_SIZE = 1
    lists = [launched(one_arm, guests(name, 5)) for name in ("first", "second", "third")]
    for one in lists:
        plan(one, world)
    turns = list(IssuanceJob.objects.due().in_turn().values_list("guest_list", flat=True))
    assert all(set(turns[at : at + 3]) == {one.pk for one in lists} for at in range(0, 15, 3))


def test_replays_and_revocations_come_first_then_sends_then_polls(
    one_arm: Campaign, launched: Launch, world: World, sam: User, settings: Any
) -> None:
    settings.JOB_SIZE = 1
    launched(one_arm, guests("done", 1))
    world.drive()
    request_revocation(job=IssuanceJob.objects.get(), actor=sam, reason="Sent to the wrong guests.")
    plan(launched(one_arm, guests("new", 3)), world)
    sending, accepted, _ = IssuanceJob.objects.filter(state="ready").order_by("pk")
    for job in (sending, accepted):
        assert move_job(job, JobState.SENDING, first_sent_at=timezone.now())
    assert move_job(accepted, JobState.ACCEPTED, thanx_id="job", accepted_at=timezone.now())
    IssuanceJob.objects.filter(pk=accepted.pk).update(next_attempt_at=timezone.now() - timedelta(hours=1))
    turns = list(IssuanceJob.objects.due().in_turn().values_list("state", flat=True))
    assert sorted(turns[:2]) == ["revoking", "sending"]
    assert turns[2:] == ["ready", "accepted"]
