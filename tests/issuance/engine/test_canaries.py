"""A large list sends some guests of each arm ahead; the rest follows, or waits until somebody decides."""

from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.engine.settlement import apply_snapshot
from issuance.launching.launch import continue_after_safety_stop, launch_list, stop_list
from issuance.models import GuestList, IssuanceJob
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.accounts.models import Notification, User
from thanxportal.partner_api import IssuanceJob as Snapshot
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_canaries(settings: Any) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE, settings.HOLD_SECONDS = 100, 20, 120


def many(number: int, refused: int = 0) -> str:
    """A refused address is one whose name starts so: the simulator answers it with an opt-out."""
    return "\n".join(f"{'refused' if i < refused else 'guest'}{i}@example.com" for i in range(number))


def launched_with_care(campaign: Campaign, text: str) -> GuestList:
    guest_list = checked(campaign, text)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=True)
    return guest_list


def canaries_sent(guest_list: GuestList, world: World) -> None:
    """As far as Thanx's acceptance of the canaries; nobody has looked yet what became of them."""
    world.advance(120)
    world.work()
    guest_list.refresh_from_db()
    assert set(guest_list.jobs.filter(canary=True).values_list("state", flat=True)) == {"accepted"}


def ended(guest_list: GuestList) -> GuestList:
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.closed, guest_list.safety_stop_at) == ("finished", True, None)
    return guest_list


def waits_for_a_person(guest_list: GuestList) -> bool:
    guest_list.refresh_from_db()
    rest = guest_list.jobs.filter(canary=False)
    return guest_list.safety_stop_at is not None and not rest.exclude(state="ready", next_attempt_at=None).exists()


def test_a_large_list_sends_canaries_first_and_the_rest_when_they_did_well(
    one_arm: Campaign, simulator: Simulator, world: World
) -> None:
    guest_list = launched_with_care(one_arm, many(200))
    world.drive()
    assert list(IssuanceJob.objects.of_list(guest_list).values_list("canary", "total_count")) == [
        (True, 20),
        (False, 180),
    ]
    ended(guest_list)
    assert max(simulator.rewards_by_identifier().values()) == 1


def test_too_many_refused_canaries_stop_the_rest_until_somebody_decides(
    one_arm: Campaign, simulator: Simulator, world: World, ana: User
) -> None:
    guest_list = launched_with_care(one_arm, many(200, refused=15))
    world.drive()
    assert waits_for_a_person(guest_list)
    assert (guest_list.refused_count >= 15, guest_list.waiting_count) == (True, 180)
    assert continue_after_safety_stop(guest_list=guest_list, actor=ana)
    assert not continue_after_safety_stop(guest_list=guest_list, actor=ana)
    world.drive()
    ended(guest_list)


def test_after_a_safety_stop_the_rest_can_be_cancelled(one_arm: Campaign, world: World, ana: User) -> None:
    guest_list = launched_with_care(one_arm, many(200, refused=15))
    world.drive()
    assert waits_for_a_person(guest_list)
    assert stop_list(guest_list=guest_list, actor=ana)
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.waiting_count) == ("stopped", 180)


def test_one_bad_arm_among_good_ones_stops_the_rest(campaign: Campaign, world: World) -> None:
    names = [f"{kind}{number}@example.com" for kind in ("refused", "guest") for number in range(300)]
    tried = checked(campaign, "\n".join(names)).guests.exclude(outcome="control").order_by("row")
    arms = {row.value: row.variant.name for row in tried.select_related("variant")}
    bad = [name for name, arm in arms.items() if name.startswith("refused") and arm == "Arm A"]
    good = [name for name in arms if name.startswith("guest")]
    guest_list = launched_with_care(campaign, "\n".join(bad[:10] + good))
    world.drive()
    ahead = {
        job.variant.name: (job.failure_count >= 10, job.total_count) for job in guest_list.jobs.filter(canary=True)
    }
    assert ahead == {"Arm A": (True, 20), "Arm B": (False, 20)}
    assert waits_for_a_person(guest_list)


def test_a_canary_that_ends_well_after_a_safety_stop_leaves_the_decision_to_a_person(
    one_arm: Campaign, simulator: Simulator, world: World, ana: User
) -> None:
    guest_list = launched_with_care(one_arm, many(200))
    canaries_sent(guest_list, world)
    canary = guest_list.jobs.get(canary=True)
    summary = {"success_count": 0, "failure_count": 0, "failures": []}
    answer = {"id": canary.thanx_id, "state": "completed", "summary": summary}
    apply_snapshot(canary.pk, Snapshot.model_validate(answer))
    assert waits_for_a_person(guest_list)

    world.drive()
    canary.refresh_from_db()
    assert canary.state == "completed"
    assert waits_for_a_person(guest_list)
    assert continue_after_safety_stop(guest_list=guest_list, actor=ana)
    world.drive()
    ended(guest_list)


def test_stopping_before_the_canaries_leave_is_no_bad_news_of_them(one_arm: Campaign, world: World, ana: User) -> None:
    guest_list = launched_with_care(one_arm, many(200))
    world.advance(120)
    due_work.plan_list(guest_list.pk)
    guest_list.refresh_from_db()
    assert stop_list(guest_list=guest_list, actor=ana)
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.safety_stop_at, guest_list.waiting_count) == ("stopped", None, 200)
    assert not guest_list.events.filter(note__contains="safety check").exists()
    assert not Notification.objects.filter(kind="safety_stop").exists()


def test_stopping_while_canaries_are_at_thanx_is_no_bad_news_of_them_either(
    one_arm: Campaign, world: World, ana: User
) -> None:
    guest_list = launched_with_care(one_arm, many(200, refused=15))
    canaries_sent(guest_list, world)
    assert stop_list(guest_list=guest_list, actor=ana)
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.safety_stop_at, guest_list.waiting_count) == ("stopped", None, 180)


def test_revoking_a_good_canary_does_not_stop_the_rest(
    one_arm: Campaign, simulator: Simulator, world: World, ana: User
) -> None:
    guest_list = launched_with_care(one_arm, many(200))
    canaries_sent(guest_list, world)
    world.advance(5)
    due_work.drive_due_work()
    canary = guest_list.jobs.get(canary=True)
    assert canary.state == "completed"
    assert request_revocation(job=canary, actor=ana, reason="Wrong reward.")
    world.drive()
    assert ended(guest_list).revoked_count + guest_list.refused_count + guest_list.rewarded_count == 200
