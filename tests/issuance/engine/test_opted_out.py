"""For a merchant that has opted out nothing more is sent; what Thanx has runs on, and all the rest after the return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from campaigns.models import Campaign, Variant
from issuance.launching.approval import approve_list
from issuance.launching.launch import launch_list
from issuance.launching.one_guest import CantReward, reward_one_guest
from issuance.models import GuestList, IssuanceJob
from issuance.worker import due_work
from tests.campaigns.opting_out import come_back, leave
from tests.crash import as_often
from tests.issuance.factories import checked
from tests.world import World, asked
from thanxportal.accounts.models import User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
ISSUE = "/partner/campaigns/issue"
JOBS = as_often(usually=20, ci=50, full=50)


def guests(count: int) -> str:
    return "\n".join(f"guest{number}@example.com" for number in range(count))


def states(guest_list: GuestList) -> set[str]:
    return set(guest_list.jobs.values_list("state", flat=True))


def finished(guest_list: GuestList) -> bool:
    guest_list.refresh_from_db()
    return guest_list.state == "finished" and guest_list.closed


def test_before_the_launch_it_is_refused_with_a_sentence(
    campaign: Campaign, sid: User, client_of: Callable[[User], Client], simulator: Simulator, world: World
) -> None:
    guest_list = checked(campaign, guests(5))
    leave(simulator, world, campaign.merchant)
    token = guest_list.confirm_token
    address = f"/m/harbor-grill/lists/{guest_list.pk}"
    for answer in (
        client_of(sid).get(f"{address}/review/"),
        client_of(sid).post(f"{address}/review/launch/", {"confirm_token": token, "sure": "on"}),
    ):
        assert "Thanx no longer lists Harbor Grill: nothing can be issued" in answer.content.decode()
    assert not launch_list(guest_list=guest_list, token=token, actor=sid)
    world.drive()
    assert asked(simulator, ISSUE) == 0
    come_back(simulator, world, campaign.merchant)
    guest_list.refresh_from_db()
    assert launch_list(guest_list=guest_list, token=token, actor=sid)


def test_an_approval_and_a_single_guest_are_refused_as_well(
    campaign: Campaign, sid: User, abe: User, simulator: Simulator, world: World
) -> None:
    campaign.merchant.approval_threshold = 1
    campaign.merchant.save()
    guest_list = checked(campaign, guests(5))
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=sid)
    leave(simulator, world, campaign.merchant)
    guest_list.refresh_from_db()
    assert not approve_list(guest_list=guest_list, token=guest_list.confirm_token, actor=abe)
    with pytest.raises(CantReward, match="Thanx no longer lists Harbor Grill: nobody can be rewarded"):
        reward_one_guest(
            gift=Variant.objects.all()[0], guest="a@example.com", reason="Late", token=guest_list.uuid, actor=sid
        )


def test_the_command_refuses_too(campaign: Campaign, simulator: Simulator, world: World, tmp_path: Any) -> None:
    leave(simulator, world, campaign.merchant)
    file = tmp_path / "guests.csv"
    file.write_text("Email\na@example.com\n")
    with pytest.raises(CommandError, match="no longer lists Harbor Grill"):
        call_command("issue_rewards", str(file), "--campaign", str(campaign.pk), "--wait")
    assert not GuestList.objects.exists()


def test_a_launched_list_waits_with_its_hold(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, guests(5))
    leave(simulator, world, one_arm.merchant)
    assert not due_work.plan_list(guest_list.pk)
    world.drive()
    assert asked(simulator, ISSUE) == 0
    assert due_work.next_due() is None  # It is looked at again when something changes, not all the time.
    come_back(simulator, world, one_arm.merchant)
    world.drive()
    assert finished(guest_list)


@pytest.mark.repeats
def test_in_the_middle_of_many_jobs_nothing_is_sent_any_more(
    one_arm: Campaign, launched: Launch, settings: Any, simulator: Simulator, world: World
) -> None:
    settings.JOB_SIZE = 2
    guest_list = launched(one_arm, guests(JOBS * 2))
    assert due_work.plan_list(guest_list.pk)
    some = IssuanceJob.objects.order_by("number")[: JOBS * 2 // 5].values_list("pk", flat=True)
    for pk in some:
        due_work.work_job(pk)
        world.advance(0.4)
    before = asked(simulator, ISSUE)
    assert before == JOBS * 2 // 5
    leave(simulator, world, one_arm.merchant)
    world.drive(hours=3)
    assert asked(simulator, ISSUE) == before
    assert states(guest_list) == {"ready", "completed"}  # What Thanx has ran to its end.
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.waiting_count) == ("issuing", JOBS * 2 - before * 2)
    come_back(simulator, world, one_arm.merchant)
    world.drive()
    assert finished(guest_list)
    assert set(simulator.submissions_by_identifier().values()) == {1}


def test_what_got_no_clear_answer_is_not_replayed_and_ends_with_a_person(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, guests(1))
    simulator.script("POST", ISSUE, [Fault.RESET_BEFORE])
    world.work(1)
    assert guest_list.jobs.get().in_doubt
    leave(simulator, world, one_arm.merchant)
    world.drive()
    assert asked(simulator, ISSUE) == 1
    assert guest_list.jobs.get().state == "needs_staff"


def test_the_page_of_the_list_says_what_it_waits_for(
    one_arm: Campaign,
    launched: Launch,
    ben: User,
    client_of: Callable[[User], Client],
    simulator: Simulator,
    world: World,
) -> None:
    guest_list = launched(one_arm, guests(2))
    leave(simulator, world, one_arm.merchant)
    page = client_of(ben).get(f"/m/harbor-grill/lists/{guest_list.pk}/").content.decode()
    assert "what isn’t sent yet waits" in page


def test_a_sync_between_the_claim_and_the_send_stops_the_send(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = launched(one_arm, guests(1))
    assert due_work.plan_list(guest_list.pk)
    from issuance.engine import submission

    reserve = submission.reserve_slot

    def leave_meanwhile(*args: Any, **options: Any) -> None:
        reserve(*args, **options)
        leave(simulator, world, one_arm.merchant)

    monkeypatch.setattr(submission, "reserve_slot", leave_meanwhile)
    due_work.work_job(guest_list.jobs.get().pk)
    assert asked(simulator, ISSUE) == 0
    assert states(guest_list) == {"ready"}
