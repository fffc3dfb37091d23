"""When a campaign ends, nobody is sent for the first time any more, and people are told; what is sent goes on."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine import submission
from issuance.engine.planning import plan_list
from issuance.engine.reconcile import reconcile
from issuance.launching.launch import continue_after_safety_stop
from issuance.models import GuestClaim, GuestList, IssuanceJob
from tests.world import World, asked
from thanxportal import database_clock
from thanxportal.accounts.models import Notification, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
ISSUE = "/partner/campaigns/issue"
TEN = "\n".join(f"guest{number}@example.com" for number in range(10))
ENDED = "the campaign ended on Jun 1, 2026, 5:01 AM"  # in the merchant's zone


@pytest.fixture
def planned(one_arm: Campaign, launched: Launch) -> GuestList:
    """Ten guests in a job that nobody has sent, of a campaign that ends in a minute."""
    guest_list = launched(one_arm, TEN)
    plan_list(guest_list.pk)
    ends_in(60)
    return guest_list


def ends_in(seconds: float) -> None:
    Campaign.objects.update(end_at=timezone.now() + timedelta(seconds=seconds))


def ledger(guest_list: GuestList) -> dict[str, int]:
    guest_list.refresh_from_db()
    assert reconcile().differences == []
    return {term: count for term, count in guest_list.ledger.items() if count and term != "rows"}


def test_what_was_planned_is_not_sent_after_the_end_and_its_claims_are_free(
    planned: GuestList, simulator: Simulator, world: World
) -> None:
    world.advance(60)
    world.drive()
    assert asked(simulator, ISSUE) == 0
    assert ledger(planned) == {"waiting": 10}
    assert planned.state == "stopped"
    assert set(planned.jobs.values_list("state", "problem_code")) == {("cancelled", "CAMPAIGN_ENDED")}
    assert not GuestClaim.objects.exists()


def test_merchant_and_staff_are_told_why(planned: GuestList, ana: User, sam: User, world: World) -> None:
    world.advance(60)
    world.drive()
    told = Notification.objects.filter(sentence__contains=ENDED)
    assert {note.person for note in told} == {ana, sam}
    assert ["not sent", 10] in told.get(person=ana).facts


def test_pages_and_report_say_why_of_the_list_and_of_each_guest(
    planned: GuestList, ana: User, world: World, client_of: Callable[[User], Client]
) -> None:
    world.advance(60)
    world.drive()
    address = f"/m/harbor-grill/lists/{planned.pk}"
    page = client_of(ana).get(f"{address}/").content.decode()
    assert f"Nothing was sent to 10 guests: {ENDED}." in page
    assert f"Stopped. Not sent: {ENDED}." in page
    assert "send-unsent" not in page
    assert client_of(ana).get(f"{address}/guests/").content.decode().count(f"Not sent: {ENDED}.") == 10
    report = client_of(ana).get(f"{address}/report.csv")
    assert b"".join(report).decode().count(f"Not sent: {ENDED}.") == 10  # type: ignore[arg-type]


def test_a_list_that_was_not_planned_by_then_says_the_same(
    one_arm: Campaign, launched: Launch, ana: User, client_of: Callable[[User], Client], world: World
) -> None:
    guest_list = launched(one_arm, TEN)
    ends_in(0)
    world.drive()
    assert ledger(guest_list) == {"waiting": 10}
    page = client_of(ana).get(f"/m/harbor-grill/lists/{guest_list.pk}/guests/").content.decode()
    assert page.count(f"Not sent: {ENDED.replace('5:01', '5:00')}.") == 10


def test_of_a_list_that_people_stopped_before_nobody_says_so(
    planned: GuestList, ana: User, client_of: Callable[[User], Client], world: World
) -> None:
    client_of(ana).post(f"/m/harbor-grill/lists/{planned.pk}/stop/")
    world.advance(60)
    page = client_of(ana).get(f"/m/harbor-grill/lists/{planned.pk}/guests/").content.decode()
    assert "Not sent: the campaign" not in page


def test_the_end_that_comes_while_a_job_waits_for_its_slot_counts(
    planned: GuestList, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = submission.reserve_slot

    def late(*args: object, **kwargs: object) -> None:
        reserve(*args, **kwargs)  # type: ignore[arg-type]
        world.advance(60)

    monkeypatch.setattr(submission, "reserve_slot", late)
    world.drive()
    assert asked(simulator, ISSUE) == 0
    assert ledger(planned) == {"waiting": 10}


@pytest.mark.parametrize(("wrong_by", "sent"), [(-300, 1), (300, 0)], ids=["ahead", "behind"])
def test_the_time_of_the_database_counts_and_not_that_of_the_worker(
    wrong_by: int, sent: int, planned: GuestList, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker ahead of the database would end what may be sent, and one behind it would send what may not."""
    monkeypatch.setattr(database_clock, "seconds", lambda: repr(time.time() + wrong_by))
    world.advance(0 if wrong_by > 0 else 100)
    world.work()
    assert asked(simulator, ISSUE) == sent


def test_a_send_in_doubt_is_replayed_after_the_end_under_the_same_key(
    planned: GuestList, simulator: Simulator, world: World
) -> None:
    simulator.script("POST", ISSUE, [Fault.RESET_AFTER])
    world.work(1)
    world.advance(60)
    world.drive()
    assert ledger(planned) == {"rewarded": 10}
    assert planned.state == "finished"
    assert set(simulator.rewards_by_identifier().values()) == {1}
    assert planned.jobs.get().attempts.count() == 2


def test_a_send_that_surely_did_nothing_is_not_repeated_after_the_end(
    planned: GuestList, simulator: Simulator, world: World
) -> None:
    simulator.script("POST", ISSUE, [Fault.THROTTLE])
    world.work(1)
    world.advance(60)
    world.drive()
    assert asked(simulator, ISSUE) == 1
    assert ledger(planned) == {"waiting": 10}
    assert planned.state == "stopped"


def test_what_waited_for_guests_sent_ahead_ends_with_them(
    one_arm: Campaign, launched: Launch, settings: Any, simulator: Simulator, world: World
) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 5, 2
    guest_list = launched(one_arm, TEN)
    plan_list(guest_list.pk)
    assert guest_list.jobs.count() == 2
    ends_in(0)
    world.drive()
    assert asked(simulator, ISSUE) == 0
    assert ledger(guest_list) == {"waiting": 10}
    assert guest_list.state == "stopped"


def test_who_was_sent_ahead_keeps_the_reward_and_the_rest_is_counted_as_not_sent(
    one_arm: Campaign, launched: Launch, settings: Any, simulator: Simulator, ana: User, world: World
) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 5, 2
    guest_list = launched(one_arm, TEN)
    world.work(2)
    ends_in(0)
    world.drive()
    assert ledger(guest_list) == {"rewarded": 2, "waiting": 8}
    assert guest_list.state == "stopped"
    assert GuestClaim.objects.count() == 2
    told = Notification.objects.get(person=ana, sentence__contains=ENDED[:26])
    assert "was stopped: 2 guests rewarded. Not sent: " in told.sentence


def test_a_safety_stop_that_is_continued_too_late_sends_nobody(
    one_arm: Campaign, launched: Launch, settings: Any, simulator: Simulator, ana: User, world: World
) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 5, 2
    guest_list = launched(one_arm, TEN.replace("guest", "refused"))
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.safety_stop_at
    before = asked(simulator, ISSUE)
    ends_in(0)
    assert continue_after_safety_stop(guest_list=guest_list, actor=ana)
    world.drive()
    assert asked(simulator, ISSUE) == before
    assert guest_list.jobs.filter(state="cancelled", problem_code="CAMPAIGN_ENDED").count() == 1
    guest_list.refresh_from_db()
    assert guest_list.state == "stopped"
    assert IssuanceJob.objects.filter(state="ready").count() == 0
