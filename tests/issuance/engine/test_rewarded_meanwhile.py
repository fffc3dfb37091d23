"""A guest whom one campaign rewards gets nothing by another within the merchant's days, whatever was checked before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.checking.reward_again import include_rewarded
from issuance.engine.planning import plan_list
from issuance.engine.sending_pauses import pause_sending
from issuance.launching.approval import approve_list
from issuance.launching.launch import launch_list
from issuance.launching.retries import retry_refused
from issuance.lifecycle.transitions import lease_list
from issuance.models import Event, GuestList, IssuanceJob
from issuance.models.states import ListState
from issuance.worker import due_work
from tests import cast
from tests.issuance.api.presets import preset_of
from tests.issuance.api.programs import Program
from tests.issuance.api.test_parallel import ROUNDS, together
from tests.issuance.factories import checked, known_at_thanx
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
LEFT_OUT = "1 guest left out, whom other campaigns rewarded after this list was checked."
Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


@pytest.fixture
def july(harbor: Merchant, simulator: Simulator) -> Campaign:
    return known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="July"), simulator)


def change(merchant: Merchant, **fields: Any) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(**fields)


def ask(program: Program, campaign: Campaign, *names: str) -> Any:
    guests = [{"email": f"{name}@example.com"} for name in names]
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests}).json()


def outcomes(program: Program, batch: Any) -> Any:
    return program.get(f"/batches/{batch['id']}").json()["outcomes"]


def issued(simulator: Simulator) -> list[str]:
    return [value for job in simulator.books.jobs.values() for _, value in job.identifiers]


def add_up() -> bool:
    return all(made.closed for made in GuestList.objects.all())


def test_a_program_that_asks_in_two_campaigns_within_seconds_has_the_guest_rewarded_once(
    program: Program, one_arm: Campaign, july: Campaign, world: World, simulator: Simulator
) -> None:
    first, second = ask(program, one_arm, "ann"), ask(program, july, "ann", "bob")
    world.drive()
    assert issued(simulator) == ["ann@example.com", "bob@example.com"]
    assert outcomes(program, first) == {"rewarded": 1}
    assert outcomes(program, second) == {"already_rewarded": 1, "rewarded": 1}
    guest = july.guest_lists.get().guests.get(value="ann@example.com")
    assert guest.earlier_campaign == one_arm
    assert add_up()


def test_a_reward_on_the_fly_and_one_of_a_campaign_within_seconds_are_one(
    program: Program, harbor: Merchant, ana: User, one_arm: Campaign, world: World, simulator: Simulator
) -> None:
    preset_of(harbor, ana)
    reward = harbor.reward_templates.order_by("pk")[0]
    program.post("/rewards", {"reward_template_id": reward.pk, "email": "zed@example.com"})
    world.drive()  # Has the campaign published.
    program.post("/rewards", {"reward_template_id": reward.pk, "email": "ann@example.com"})
    ask(program, one_arm, "ann")
    world.drive()
    assert issued(simulator) == ["zed@example.com", "ann@example.com"]
    assert add_up()


def test_who_was_rewarded_while_a_programs_list_waited_for_an_approver_gets_nothing_by_it(
    program: Program, harbor: Merchant, abe: User, one_arm: Campaign, july: Campaign, world: World,
    simulator: Simulator, client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    change(harbor, approval_threshold=1)
    waits = ask(program, one_arm, "ann", "bob")
    world.drive()
    ask(program, july, "ann")
    world.drive()
    made = one_arm.guest_lists.get()
    assert approve_list(guest_list=made, token=made.confirm_token, actor=abe)
    world.drive()
    assert issued(simulator) == ["ann@example.com", "bob@example.com"]
    assert outcomes(program, waits) == {"already_rewarded": 1, "rewarded": 1}
    assert add_up()
    page = client_of(abe).get(reverse("issuance:list_detail", args=["harbor-grill", made.pk]))
    assert LEFT_OUT in page.content.decode()


def test_a_list_of_people_leaves_out_whom_a_program_rewarded_during_its_hold(
    program: Program, one_arm: Campaign, july: Campaign, sid: User, world: World, simulator: Simulator
) -> None:
    made = checked(one_arm, "ann@example.com bob@example.com")
    assert launch_list(guest_list=made, token=made.confirm_token, actor=sid, hold=True)
    ask(program, july, "ann")
    world.drive()
    made.refresh_from_db()
    assert (made.rewarded_count, made.already_rewarded_count, made.closed) == (1, 1, True)
    assert LEFT_OUT in Event.objects.filter(guest_list=made).values_list("note", flat=True)
    assert sorted(issued(simulator)) == ["ann@example.com", "bob@example.com"]


def test_whom_a_person_included_is_rewarded_whoever_rewards_the_guest_meanwhile(
    launched: Launch, program: Program, harbor: Merchant, one_arm: Campaign, july: Campaign, ana: User, world: World,
    simulator: Simulator,
) -> None:  # fmt: skip
    august = known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="August"), simulator)
    launched(july, "ann@example.com")
    world.drive()
    made = checked(one_arm, "ann@example.com bob@example.com")
    assert include_rewarded(guest_list=made, campaign=july, actor=ana, reason="They had to wait") == 1
    change(harbor, repeat_days=0)
    launched(august, "ann@example.com")
    world.drive()
    change(harbor, repeat_days=30)
    made.refresh_from_db()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    world.drive()
    made.refresh_from_db()
    assert (made.rewarded_count, made.already_rewarded_count) == (2, 0)


def test_whom_a_person_included_of_the_same_campaign_is_rewarded_again(
    launched: Launch, one_arm: Campaign, ana: User, world: World, simulator: Simulator
) -> None:
    made = checked(one_arm, "ann@example.com bob@example.com")
    launched(one_arm, "ann@example.com")  # After the list was read.
    world.drive()
    assert include_rewarded(guest_list=made, campaign=one_arm, actor=ana, reason="They had to wait") == 1
    made.refresh_from_db()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana)
    world.drive()
    made.refresh_from_db()
    assert made.rewarded_count == 2


def test_a_merchant_that_looks_at_no_days_rewards_in_each_campaign(
    program: Program, harbor: Merchant, one_arm: Campaign, july: Campaign, world: World, simulator: Simulator
) -> None:
    change(harbor, repeat_days=0)
    ask(program, one_arm, "ann")
    ask(program, july, "ann")
    world.drive()
    assert issued(simulator) == ["ann@example.com"] * 2


def test_a_retry_leaves_out_whom_another_campaign_rewarded_since(
    launched: Launch, one_arm: Campaign, july: Campaign, ana: User, world: World, simulator: Simulator
) -> None:
    refused = launched(one_arm, "refused@example.com")
    world.drive()
    world.advance(3_600)
    made = launched(july, "refused@example.com")
    due_work.drive_due_work(list_id=made.pk)  # Plans it, and no more: the guest is promised a reward.
    refused.refresh_from_db()
    refused.guests.update(reason="USER_EMAIL_INVALID")  # Who opted out isn't sent again.
    child = retry_refused(guest_list=refused, reasons=[], actor=ana)
    assert (child.rows_count, child.waiting_count, child.already_rewarded_count) == (1, 0, 1)


def test_a_guest_in_control_is_left_out_like_the_others(
    launched: Launch, campaign: Campaign, one_arm: Campaign, world: World, sid: User
) -> None:
    everybody = " ".join(f"guest{number}@example.com" for number in range(60))
    made = checked(campaign, everybody)
    assert made.control_count
    launched(one_arm, everybody)
    world.drive()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=sid)
    world.drive()
    made.refresh_from_db()
    left = (made.control_count, made.rewarded_count, made.already_rewarded_count + made.refused_count, made.closed)
    assert left == (0, 0, 60, True)


def test_a_list_waits_a_moment_while_another_campaigns_list_of_the_same_guest_is_planned(
    launched: Launch, one_arm: Campaign, july: Campaign, world: World, simulator: Simulator
) -> None:
    first, second, other = (
        launched(one_arm, "ann@example.com"), launched(july, "ann@example.com"), launched(july, "bob@example.com"),
    )  # fmt: skip
    assert lease_list(first.pk, ListState.HELD) is not None
    assert not plan_list(second.pk)
    assert plan_list(other.pk)
    second.refresh_from_db()
    assert (second.state, second.lease_until, second.crash_count) == (ListState.HELD, None, 0)
    GuestList.objects.filter(pk=first.pk).update(lease_until=None)
    world.drive()
    assert sorted(issued(simulator)) == ["ann@example.com", "bob@example.com"]


def test_what_is_planned_after_a_restore_promises_a_guest_once_as_it_did_before(
    launched: Launch, one_arm: Campaign, july: Campaign, world: World
) -> None:
    first, second = launched(one_arm, "ann@example.com"), launched(july, "ann@example.com bob@example.com")
    pause_sending(actor=None, reason="Restored", sends_forgotten=True)
    due_work.drive_due_work()
    jobs = IssuanceJob.objects.order_by("pk").values_list("guest_list", "state", "total_count")
    assert [*jobs] == [(first.pk, "forgotten", 1), (second.pk, "forgotten", 1)]
    assert second.guests.get(value="ann@example.com").outcome == "already_rewarded"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "not __import__('django.db').db.connection.vendor == 'postgresql'",
    reason="SQLite lets one transaction write at a time, so there is no such race.",
)
def test_two_planners_at_the_same_moment_promise_a_guest_one_reward(
    launched: Launch, one_arm: Campaign, july: Campaign, world: World, simulator: Simulator
) -> None:
    for number in range(1, ROUNDS + 1):
        for campaign in (one_arm, july):
            launched(campaign, f"guest{number}@example.com other{campaign.pk}x{number}@example.com")
        together(*[lambda pk=made.pk: plan_list(pk) for made in GuestList.objects.filter(state="held")])
        world.drive(hours=1)
        assert len(issued(simulator)) == len({*issued(simulator)}) == 3 * number
