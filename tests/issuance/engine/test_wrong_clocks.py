"""Hosts whose clocks are wrong by five minutes reward nobody twice and send nothing early: time is the database's."""

import time
from collections.abc import Callable

import pytest

from campaigns.models import Campaign
from issuance.checking.reward_again import include_rewarded
from issuance.engine.planning import plan_list
from issuance.engine.sending_pauses import pause_sending
from issuance.launching.launch import launch_list, stop_list
from issuance.lifecycle.transitions import lease_job, lease_list
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.staff.statements import CantConfirm
from issuance.worker import due_work
from tests.issuance.factories import checked
from tests.statements import settle
from tests.world import World
from thanxportal import database_clock
from thanxportal.accounts.models import User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
FIVE_MINUTES = 300
WRONG = pytest.mark.parametrize("wrong", [-FIVE_MINUTES, FIVE_MINUTES], ids=["behind", "ahead"])


class Hosts:
    """Goes from one host to another, each with a clock of its own, while the database keeps the right time."""

    def __init__(self, world: World) -> None:
        self.world, self.wrong = world, 0

    def go_to(self, *, wrong: int) -> None:
        self.world.traveller.shift(wrong - self.wrong)
        self.wrong = wrong

    def database_seconds(self) -> str:
        return repr(time.time() - self.wrong)


@pytest.fixture
def hosts(world: World, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    hosts = Hosts(world)
    monkeypatch.setattr(database_clock, "seconds", hosts.database_seconds)
    return hosts


@WRONG
def test_a_decision_covers_no_claim_that_a_host_with_another_clock_makes_later(
    wrong: int, one_arm: Campaign, launched: Launch, sid: User, hosts: Hosts, world: World, simulator: Simulator
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    again = checked(one_arm, "a@example.com new@example.com")
    hosts.go_to(wrong=-wrong)
    assert include_rewarded(guest_list=again, campaign=one_arm, actor=sid, reason="It was lost.") == 1
    hosts.go_to(wrong=wrong)
    plan_list(launched(one_arm, "new@example.com").pk)
    again.refresh_from_db()
    assert launch_list(guest_list=again, token=again.confirm_token, actor=sid)
    plan_list(again.pk)
    hosts.go_to(wrong=FIVE_MINUTES)
    world.drive()
    assert simulator.rewards_by_identifier() == {"a@example.com": 2, "new@example.com": 1}


@WRONG
def test_the_hold_lasts_as_long_on_every_host(wrong: int, one_arm: Campaign, hosts: Hosts, world: World) -> None:
    guest_list = checked(one_arm, "a@example.com")
    hosts.go_to(wrong=-wrong)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=True)
    hosts.go_to(wrong=wrong)
    world.advance(119)
    assert not plan_list(guest_list.pk)
    world.advance(2)
    assert plan_list(guest_list.pk)


def test_a_host_that_is_behind_replays_no_key_that_is_too_old(
    one_arm: Campaign, launched: Launch, hosts: Hosts, world: World, simulator: Simulator
) -> None:
    """By the clocks of the hosts the first send would be ten minutes younger."""
    hosts.go_to(wrong=FIVE_MINUTES)
    guest_list = launched(one_arm, "a@example.com")
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_AFTER])
    due_work.drive_due_work()
    hosts.go_to(wrong=-FIVE_MINUTES)
    world.advance(20 * 60 + 1)
    guest_list.jobs.update(next_attempt_at=guest_list.created_at.replace(year=2025))
    due_work.drive_due_work()
    job = guest_list.jobs.get()
    assert (job.state, job.attempts.count()) == ("needs_staff", 1)


@WRONG
def test_no_host_takes_a_job_or_a_list_that_another_has_just_taken(
    wrong: int, one_arm: Campaign, launched: Launch, hosts: Hosts, world: World
) -> None:
    first, second = launched(one_arm, "a@example.com"), launched(one_arm, "b@example.com")
    plan_list(first.pk)
    job = first.jobs.get()
    hosts.go_to(wrong=-wrong)
    first.jobs.update(next_attempt_at=first.created_at.replace(year=2025))
    assert lease_job(job.pk)
    assert lease_list(second.pk, ListState.HELD)
    hosts.go_to(wrong=wrong)
    assert lease_job(job.pk) is None
    assert lease_list(second.pk, ListState.HELD) is None
    world.advance(121)
    assert lease_job(job.pk)
    assert lease_list(second.pk, ListState.HELD)


@WRONG
def test_after_a_restore_a_list_that_isnt_recorded_yet_keeps_a_statement_from_settling(
    wrong: int, one_arm: Campaign, sam: User, rob: User, hosts: Hosts, world: World
) -> None:
    guest_list = checked(one_arm, "a@example.com")
    pause_sending(actor=None, reason="Restored", sends_forgotten=True)
    hosts.go_to(wrong=wrong)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    hosts.go_to(wrong=-wrong)
    world.advance(1)
    with pytest.raises(CantConfirm, match="aren’t recorded yet"):
        settle("", sam, rob)


def test_stopping_in_the_hold_is_free_though_a_host_is_ahead(
    one_arm: Campaign, hosts: Hosts, world: World, simulator: Simulator
) -> None:
    guest_list = checked(one_arm, "a@example.com")
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=True)
    hosts.go_to(wrong=FIVE_MINUTES)
    due_work.drive_due_work()
    guest_list.refresh_from_db()
    assert stop_list(guest_list=guest_list, actor=None)
    assert guest_list.state == "checked"
    assert not simulator.rewards_by_identifier()


@WRONG
def test_a_worker_rests_until_the_lease_of_another_or_a_hold_is_over(
    wrong: int, one_arm: Campaign, launched: Launch, hosts: Hosts, world: World
) -> None:
    hosts.go_to(wrong=wrong)
    taken = launched(one_arm, "a@example.com")
    plan_list(taken.pk)
    assert lease_job(taken.jobs.get().pk)
    assert due_work.seconds_to_next_due(most=600) == pytest.approx(120, abs=1)
    world.advance(60)
    assert due_work.seconds_to_next_due(most=600) == pytest.approx(60, abs=1)
    taken.jobs.update(lease_until=None, next_attempt_at=None)
    held = checked(one_arm, "b@example.com")
    assert launch_list(guest_list=held, token=held.confirm_token, actor=None, hold=True)
    assert due_work.seconds_to_next_due(most=600) == pytest.approx(120, abs=1)
