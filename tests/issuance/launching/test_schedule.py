"""A scheduled list is a held list with a date: nothing is sent before it, and stopping is free till then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.engine.sending_pauses import sends_were_forgotten
from issuance.launching.approval import approve_list
from issuance.launching.launch import issue_now, launch_list, stop_list
from issuance.launching.threshold import rewarded_alone
from issuance.models import GuestList
from issuance.outcomes.home import running_of
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.staff.resume_sending import resume_sending
from tests.issuance.browsing import looked_at, poll
from tests.issuance.factories import checked
from tests.made_jobs import what_thanx_made
from tests.statements import settle
from tests.world import World
from thanxportal import database_clock
from thanxportal.accounts.models import Activity, Merchant, Notification, User
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(10))
DAYS = timedelta(days=3)


@pytest.fixture
def june(one_arm: Campaign, world: World) -> GuestList:
    return checked(one_arm, GUESTS)


@pytest.fixture
def scheduled(june: GuestList, sid: User) -> GuestList:
    """By Sid, to start in three days."""
    schedule(june, sid)
    return june


def schedule(guest_list: GuestList, by: User | None, after: timedelta = DAYS) -> None:
    at = timezone.now() + after
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=by, hold=True, at=at)
    guest_list.refresh_from_db()


def post(browser: Client, guest_list: GuestList, at: str, **form: str) -> Any:
    address = reverse("issuance:list_launch", args=["harbor-grill", guest_list.pk])
    return browser.post(address, looked_at(browser, "list_launch", guest_list) | {"at": at} | form)


def test_nothing_is_sent_before_its_time_and_everything_then(
    scheduled: GuestList, world: World, simulator: Simulator
) -> None:
    assert (scheduled.state, scheduled.label, scheduled.held_until) == ("held", "Scheduled", scheduled.launch_at)
    world.advance(DAYS.total_seconds() - 10)
    world.work()
    assert simulator.submissions_by_identifier() == {}
    world.advance(10)
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.rewarded_count, scheduled.closed) == ("finished", 10, True)


def test_the_time_is_the_databases_not_that_of_a_worker(
    scheduled: GuestList, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock is days ahead starts nothing."""
    behind = f"{timezone.now().timestamp()}"
    monkeypatch.setattr(database_clock, "seconds", lambda: behind)
    world.advance(DAYS.total_seconds() + 60)
    assert not GuestList.objects.due_to_plan().exists()


def test_it_can_be_stopped_and_keeps_its_time_for_the_next_review(
    scheduled: GuestList, sid: User, client_of: ClientOf, world: World, simulator: Simulator
) -> None:
    browser = client_of(sid)
    stop = reverse("issuance:list_stop", args=["harbor-grill", scheduled.pk])
    assert "Stopped before anything was sent." in browser.post(stop, follow=True).content.decode()
    world.advance(DAYS.total_seconds() - 60)
    page = client_of(sid).get(reverse("issuance:list_review", args=["harbor-grill", scheduled.pk])).content.decode()
    assert 'type="datetime-local" name="at" value="' in page.replace("\n", " ")
    world.advance(120)
    world.drive()
    assert simulator.submissions_by_identifier() == {}
    scheduled.refresh_from_db()
    assert scheduled.state == "checked"


def test_issue_now_ends_the_wait_and_the_story_says_who_began_early(
    scheduled: GuestList, sid: User, world: World
) -> None:
    assert issue_now(guest_list=scheduled, actor=sid)
    assert scheduled.events.filter(actor=sid, note="Started before its time.").exists()
    assert Activity.objects.filter(actor=sid, sentence="Started “June guests” before its time.").exists()
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.launch_at) == ("finished", None)


def test_its_page_says_what_it_waits_for(scheduled: GuestList, sid: User, client_of: ClientOf) -> None:
    html = poll(client_of(sid), scheduled)
    assert "Scheduled for" in html
    assert "in 3 days" in html
    assert "Stop before anything is sent" in html
    assert "Issue now" in html
    assert 'hx-trigger="every 15s, look"' in html, "nothing changes for days"
    assert [line.sentence for line in Activity.objects.all()][-1].startswith("Scheduled “June guests” for ")


def test_it_runs_in_the_corner_of_each_page_only_shortly_before_it_starts(
    scheduled: GuestList, sid: User, world: World
) -> None:
    assert running_of(sid, "harbor-grill") == []
    world.advance(DAYS.total_seconds() - 300)
    assert [running.list for running in running_of(sid, "harbor-grill")] == [scheduled]


def test_approval_is_asked_for_at_once_and_the_list_starts_at_its_time(
    june: GuestList, harbor: Merchant, sid: User, abe: User, world: World
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=4)
    june = GuestList.objects.select_related("merchant", "campaign").get(pk=june.pk)
    schedule(june, sid)
    assert june.state == "awaiting_approval"
    assert Notification.objects.filter(
        person=abe, sentence__contains="asks you to approve “June guests” to start on"
    ).exists()
    assert approve_list(guest_list=june, token=june.confirm_token, actor=abe)
    june.refresh_from_db()
    assert (june.state, june.held_until) == ("held", june.launch_at)


def test_a_late_approval_starts_the_list_after_the_usual_hold(
    june: GuestList, harbor: Merchant, sid: User, abe: User, world: World, client_of: ClientOf, settings: Any
) -> None:
    settings.HOLD_SECONDS = 120
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=4)
    june = GuestList.objects.select_related("merchant", "campaign").get(pk=june.pk)
    schedule(june, sid)
    address, browser = reverse("issuance:list_approval", args=["harbor-grill", june.pk]), client_of(abe)
    assert "It is to start on" in browser.get(address).content.decode()
    world.advance(DAYS.total_seconds() + 60)
    world.drive()
    assert "which is past" in client_of(abe).get(address).content.decode()
    assert approve_list(guest_list=june, token=june.confirm_token, actor=abe)
    june.refresh_from_db()
    assert (june.state, june.held_until) == ("held", timezone.now() + timedelta(seconds=120))


def test_what_is_scheduled_counts_among_what_its_sender_rewards_alone(scheduled: GuestList, sid: User) -> None:
    """Whenever it starts, so that nobody schedules many small lists instead of a large one."""
    assert rewarded_alone(scheduled.merchant, sid) == 10
    GuestList.objects.update(launched_at=timezone.now() - timedelta(days=2))
    assert rewarded_alone(scheduled.merchant, sid) == 10


def test_a_campaign_that_ended_meanwhile_sends_nothing_and_says_so(
    scheduled: GuestList, world: World, simulator: Simulator, sid: User, client_of: ClientOf
) -> None:
    Campaign.objects.update(end_at=timezone.now() + timedelta(days=1))
    assert "The campaign ends before that" in poll(client_of(sid), scheduled)
    world.advance(DAYS.total_seconds())
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, simulator.submissions_by_identifier()) == ("stopped", {})
    assert Notification.objects.filter(person=sid, sentence__contains="was stopped").exists()


def test_a_merchant_that_opted_out_sends_nothing_at_its_time(
    scheduled: GuestList, world: World, simulator: Simulator, sid: User, client_of: ClientOf
) -> None:
    Merchant.objects.filter(pk=scheduled.merchant_id).update(withdrawn_at=timezone.now())
    world.advance(DAYS.total_seconds() + 60)
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, simulator.submissions_by_identifier()) == ("held", {})
    assert "nothing of it is lost" in poll(client_of(sid), scheduled)
    assert stop_list(guest_list=scheduled, actor=sid)


def test_a_list_that_could_not_start_for_a_day_is_decided_on_anew(
    scheduled: GuestList, world: World, simulator: Simulator, sid: User
) -> None:
    """As when the merchant opts in again, or sending goes on, weeks later."""
    Merchant.objects.filter(pk=scheduled.merchant_id).update(withdrawn_at=timezone.now())
    world.advance(DAYS.total_seconds() + 86_400 + 60)
    world.work()
    Merchant.objects.filter(pk=scheduled.merchant_id).update(withdrawn_at=None)
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, simulator.submissions_by_identifier()) == ("checked", {})
    assert Notification.objects.filter(person=sid, sentence__contains="couldn’t start within a day").exists()


@pytest.mark.parametrize(
    ("at", "button", "said"),
    [
        ("", {"later": "1"}, "Choose the day and the time"),
        ("2026-06-03T10:00", {}, "press “Schedule”, or empty it to issue now"),
        ("2026-06-01T04:00", {"later": "1"}, "That time is past."),
        ("2026-09-01T10:00", {"later": "1"}, "The campaign ends on"),
        ("2027-03-14T02:30", {"later": "1"}, "The clocks go forward that night, so there is no"),
        ("2026-11-01T01:30", {"later": "1"}, "The clocks go back that night, so"),
        ("next week", {"later": "1"}, "Write a day and a time."),
    ],
)
def test_a_time_that_cannot_be_is_said_beside_it_and_nothing_is_launched(
    at: str, button: dict[str, str], said: str, june: GuestList, harbor: Merchant, sid: User, client_of: ClientOf
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(time_zone="America/New_York")
    answer = post(client_of(sid), june, at, **button)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert said in html
    assert f'value="{at}"' in html
    june.refresh_from_db()
    assert june.state == "checked"


def test_a_time_before_the_campaign_starts_is_refused(june: GuestList, sid: User, client_of: ClientOf) -> None:
    Campaign.objects.update(start_at=timezone.now() + timedelta(days=5))
    answer = post(client_of(sid), june, "2026-06-03T10:00", later="1")
    assert (answer.status_code, "The campaign starts on" in answer.content.decode()) == (422, True)


def test_the_time_is_in_the_zone_of_the_merchant(
    june: GuestList, harbor: Merchant, sid: User, client_of: ClientOf
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(time_zone="America/New_York")
    page = post(client_of(sid), june, "2026-06-03T10:00", later="1")
    assert page.status_code == 302
    june.refresh_from_db()
    assert f"{june.launch_at:%Y-%m-%d %H:%M %Z}" == "2026-06-03 14:00 UTC"


def test_an_erasure_names_the_scheduled_list_for_which_it_waits(scheduled: GuestList, ana: User) -> None:
    erasure = order_erasure(merchant=scheduled.merchant, value="guest1@example.com", actor=ana)
    assert erase_ordered() == 0
    erasure.refresh_from_db()
    assert "is scheduled" in erasure.waits_for


def test_a_restored_database_neither_loses_nor_hastens_what_is_scheduled(
    scheduled: GuestList, ana: User, sam: User, rob: User, world: World, simulator: Simulator
) -> None:
    """It may have been sent by *Issue now* before the restore: so it is settled with Thanx, and then waits for its
    time."""
    first = checked(scheduled.campaign, "first@example.com")
    assert launch_list(guest_list=first, token=first.confirm_token, actor=None)
    world.drive()
    Credential.objects.update(sent_count=F("sent_count") - 1)
    assert sends_were_forgotten()
    world.work()
    scheduled.refresh_from_db()
    assert (scheduled.state, [job.state for job in scheduled.jobs.all()]) == ("issuing", ["forgotten"])
    settle(what_thanx_made(simulator), sam, rob)
    resume_sending(actor=sam, reason="Settled with Thanx.")
    world.work()
    assert "guest1@example.com" not in simulator.submissions_by_identifier()
    world.advance(DAYS.total_seconds())
    world.drive()
    scheduled.refresh_from_db()
    assert (scheduled.state, scheduled.rewarded_count) == ("finished", 10)
    assert reconcile().differences == []


def test_scheduled_lists_cost_no_queries_more(
    scheduled: GuestList, one_arm: Campaign, sid: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser, address = client_of(sid), reverse("issuance:list_index", args=["harbor-grill"])
    browser.get(address)
    with django_assert_num_queries(6):
        browser.get(address)
    more = checked(one_arm, "more@example.com\nother@example.com")
    schedule(more, sid)
    with django_assert_num_queries(6):
        browser.get(address)
