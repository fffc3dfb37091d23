"""A list whose plan kills its worker is put aside for staff instead of killing workers for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.engine import planning
from issuance.engine.parking import return_to_work
from issuance.launching.launch import issue_now, stop_list
from issuance.models import GuestList
from issuance.worker import due_work
from tests.world import World
from thanxportal.accounts.models import Notification, User

pytestmark = pytest.mark.django_db
LISTS = "/admin/issuance/guestlist/"


@pytest.fixture
def parked(
    one_arm: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    world: World,
    sam: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> GuestList:
    guest_list, deaths = launched(one_arm, "a@example.com"), []

    def die(*args: Any) -> None:
        deaths.append(args)
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(planning, "_write_jobs", die)
        for _ in range(12):
            due_work.drive_due_work()
            world.advance(180)
    assert len(deaths) == 5
    assert f"List {guest_list.pk} is parked" in caplog.text
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.parked, guest_list.lease_until) == ("held", True, None)
    return guest_list


def test_nobody_waits_for_it_any_more(parked: GuestList) -> None:
    assert due_work.next_due() is None
    assert not issue_now(guest_list=parked)


def test_staff_are_told_once(parked: GuestList, sam: User) -> None:
    told = Notification.objects.get(person=sam, kind="needs_staff")
    assert told.sentence.endswith("is parked: making its jobs failed five times. Nothing was sent; it waits for you.")
    assert told.path == f"{LISTS}{parked.pk}/change/"


def test_the_merchant_is_told_and_can_still_stop_it(
    parked: GuestList, ana: User, client_of: Callable[[User], Client], world: World
) -> None:
    address = reverse("issuance:list_detail", args=["harbor-grill", parked.pk])
    page = client_of(ana).get(address).content.decode()
    assert "failed five times in a row. Staff are looking into it." in page
    assert "Starting now" not in page
    assert stop_list(guest_list=parked, actor=ana)
    parked.refresh_from_db()
    assert (parked.state, parked.crash_count) == ("checked", 0)


def test_staff_find_it_and_return_it_to_work_with_a_reason(
    parked: GuestList, sam: User, client_of: Callable[[User], Client], world: World
) -> None:
    staff = client_of(sam)
    assert str(parked) in staff.get(LISTS, {"parked": "yes"}).content.decode()
    act = {"action": "return_to_work", "_selected_action": [parked.pk]}
    assert staff.post(LISTS, act).status_code == 200
    assert staff.post(LISTS, act | {"confirmed": "yes", "reason": ""}).status_code == 422
    staff.post(LISTS, act | {"confirmed": "yes", "reason": "The worker has more memory now."})
    world.drive()
    parked.refresh_from_db()
    assert (parked.state, parked.rewarded_count) == ("finished", 1)
    assert parked.events.filter(actor=sam, note__contains="more memory").exists()


@pytest.mark.parametrize("days", [-1, 3])
def test_one_that_was_scheduled_starts_no_sooner_than_it_was_to(parked: GuestList, sam: User, days: int) -> None:
    at = timezone.now() + timedelta(days=days)
    GuestList.objects.filter(pk=parked.pk).update(launch_at=at)
    assert return_to_work(parked, actor=sam, reason="The worker has more memory now.")
    parked.refresh_from_db()
    assert parked.held_until == max(at, timezone.now())
