"""After a launch from a page nothing is planned before the hold is over, whoever nudges; stopping is free till then."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance import tasks
from issuance.engine import planning
from issuance.launching.launch import issue_now, launch_list, stop_list
from issuance.lifecycle.transitions import lease_list
from issuance.models import GuestList
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(10))


@pytest.fixture
def held(one_arm: Campaign, world: World, settings: Any) -> GuestList:
    settings.HOLD_SECONDS = 120
    guests = checked(one_arm, GUESTS)
    assert launch_list(guest_list=guests, token=guests.confirm_token, actor=None, hold=True)
    return guests


def launched_again(guest_list: GuestList) -> None:
    guest_list.refresh_from_db()
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=True)


def test_a_nudge_during_the_hold_plans_nothing(held: GuestList, simulator: Simulator, world: World) -> None:
    tasks.work_list(held.pk)
    world.advance(119)
    tasks.work_list(held.pk)
    held.refresh_from_db()
    assert (held.state, held.jobs.count(), held.lease_until) == ("held", 0, None)
    assert simulator.submissions_by_identifier() == {}
    world.advance(1)
    tasks.work_list(held.pk)
    assert held.jobs.count() == 1


def test_a_hold_that_begins_anew_while_a_worker_takes_the_list_is_kept(
    held: GuestList, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.advance(121)

    def claim_too_late(*args: Any) -> Any:
        claimed = lease_list(*args)
        held.refresh_from_db()
        assert stop_list(guest_list=held, actor=None)
        launched_again(held)
        return claimed

    with monkeypatch.context() as context:
        context.setattr(planning, "lease_list", claim_too_late)
        assert not planning.plan_list(held.pk)
    held.refresh_from_db()
    assert (held.state, held.jobs.count()) == ("held", 0)
    assert held.held_until == timezone.now() + timedelta(seconds=120)


def test_stopping_during_the_hold_costs_nothing_and_the_list_can_be_launched_again(
    held: GuestList, simulator: Simulator, world: World
) -> None:
    world.work()
    token = held.confirm_token
    assert stop_list(guest_list=held, actor=None)
    world.drive()
    assert simulator.submissions_by_identifier() == {}
    held.refresh_from_db()
    assert held.state == "checked"
    assert not launch_list(guest_list=held, token=token, actor=None)
    launched_again(held)
    world.drive()
    held.refresh_from_db()
    assert (held.state, held.closed) == ("finished", True)


def test_issue_now_ends_the_hold(held: GuestList, world: World) -> None:
    world.work()
    assert not held.jobs.exists()
    assert issue_now(guest_list=held)
    world.work()
    assert held.jobs.count() == 1


def test_an_old_token_never_launches_a_list_that_was_stopped_meanwhile(held: GuestList) -> None:
    stale = GuestList.objects.get(pk=held.pk)
    stale.state, token = "checked", held.confirm_token
    assert stop_list(guest_list=held, actor=None)
    assert not launch_list(guest_list=stale, token=token, actor=None)
