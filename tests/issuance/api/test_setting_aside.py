"""A batch that can't be gathered is put off, set aside and named to staff, and holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.events import gathering
from issuance.models import EventBatch, Guest, GuestList
from issuance.staff.needs import needs_of
from issuance.worker import due_work
from tests.issuance.api.programs import Program
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, Notification, User
from thanxportal.counted import counted
from thanxportal.queues import SENDING

pytestmark = pytest.mark.django_db
BAD = "poison"


class Killed(BaseException):
    """A worker dies at once, as by the kernel: nothing of it catches this."""


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


@pytest.fixture(params=[ValueError, Killed])
def poison(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[[], None]:
    """Lists with a guest who gives this reason can't be filled, or kill who fills them; returns what mends that."""
    fill = gathering._list_of

    def fails(stream: Any, batches: list[EventBatch]) -> GuestList:
        made = fill(stream, batches)
        if any(guest[5][2] == BAD for batch in batches for guest in batch.guests):
            raise request.param("ann@example.com")
        return made

    monkeypatch.setattr(gathering, "_list_of", fails)
    return lambda: monkeypatch.setattr(gathering, "_list_of", fill)


def ask(program: Program, campaign: Campaign, name: str, reason: str = "") -> None:
    guests = [{"email": f"{name}@example.com", "reason": reason}]
    assert program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests}).status_code == 202


def work(world: World, minutes: float) -> None:
    """As a worker does that looks again and again."""
    until = timezone.now() + timedelta(minutes=minutes)
    while timezone.now() < until:
        look()
        world.advance(15)


def look() -> int:
    """Returns how much failed, also by killing the worker."""
    try:
        return due_work.drive_due_work(kinds=[SENDING])
    except Killed:
        return 1


def test_a_bad_batch_holds_up_no_other(
    program: Program, one_arm: Campaign, world: World, poison: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for name, reason in (("ann", ""), ("bad", BAD), ("cid", "")):
        ask(program, one_arm, name, reason)
    work(world, 2)
    assert EventBatch.objects.filter(waits=True).count() == 1
    assert sum(made.rewarded_count + made.waiting_count for made in GuestList.objects.all()) == 2
    ask(program, one_arm, "dan")
    work(world, 2)
    bad = EventBatch.objects.get(waits=True)
    assert (bad.size, bad.tries, bad.is_set_aside) == (1, 2, False)
    assert "example.com" not in caplog.text


def test_it_is_set_aside_after_four_tries_and_staff_are_told_once(
    program: Program, one_arm: Campaign, world: World, poison: Any, sam: User
) -> None:
    for name in ("ann", "bob"):
        ask(program, one_arm, name, BAD)
    work(world, 45)
    assert [batch.tries for batch in EventBatch.objects.all()] == [4, 4]
    told = Notification.objects.filter(person=sam, kind="needs_staff")
    assert [each.sentence for each in told] == [
        "A batch of “Survey tool, Jun 1” was set aside: gathering it failed 4 times. Its guests wait for you."
    ]
    assert "2 batches of programs were set aside" in [need.words for need in needs_of(sam)]
    assert look() == 0, "Nobody tries any more."
    assert program.get(f"/batches/{EventBatch.objects.all()[0].uuid}").json()["state"] == "waiting"


def test_what_is_not_tried_now_wakes_no_worker(program: Program, one_arm: Campaign, world: World, poison: Any) -> None:
    ask(program, one_arm, "ann", BAD)
    world.advance(11)
    assert look() == 1
    assert due_work.next_due(kinds=[SENDING]) is None
    assert look() == 0


def test_staff_have_it_tried_again_once_it_is_mended(
    program: Program, one_arm: Campaign, world: World, poison: Callable[[], None], sam: User, ana: User,
    client_of: Callable[[User], Client], harbor: Merchant,
) -> None:  # fmt: skip
    ask(program, one_arm, "ann", BAD)
    work(world, 45)
    log = reverse("issuance:integrations", args=[harbor.handle])
    assert "Waits for partner staff" in client_of(ana).get(log).content.decode()
    poison()
    page = reverse("admin:issuance_eventbatch_changelist")
    form = {"action": "gather_again", "_selected_action": [EventBatch.objects.get().pk]}
    answer = client_of(sam).post(page, form, follow=True).content.decode()
    assert "1 of 1 are tried once more." in answer
    assert "0 of 1 are tried once more." in client_of(sam).post(page, form, follow=True).content.decode()
    world.drive()
    assert GuestList.objects.get().rewarded_count == 1
    line = Activity.objects.get(sentence__startswith="Staff took up")
    assert (line.actor, line.sentence) == (sam, "Staff took up 1 guest again whom “Survey tool, Jun 1” asked for.")


def test_one_that_fails_again_after_that_is_set_aside_soon(
    program: Program, one_arm: Campaign, world: World, poison: Any, sam: User
) -> None:
    ask(program, one_arm, "ann", BAD)
    work(world, 45)
    assert gathering.gather_again(EventBatch.objects.get(), actor=sam)
    work(world, 2)
    assert EventBatch.objects.get().is_set_aside


def test_a_batch_whose_worker_was_killed_once_is_gathered_a_minute_later(
    program: Program, one_arm: Campaign, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(program, one_arm, "ann")
    world.advance(11)
    with monkeypatch.context() as deadly:
        deadly.setattr(gathering, "_finish", die)
        assert look() == 1
    world.advance(55)
    assert look() == 0
    assert EventBatch.objects.get().waits
    world.advance(6)
    look()
    batch = EventBatch.objects.get()
    assert (batch.waits, batch.tries, batch.try_at) == (False, 1, None)


def die(*args: Any) -> None:
    raise Killed


def test_what_waits_for_staff_ends_with_its_campaign(
    program: Program, one_arm: Campaign, world: World, poison: Any
) -> None:
    ask(program, one_arm, "ann", BAD)
    work(world, 45)
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=timezone.now())
    work(world, 1)
    batch = EventBatch.objects.get()
    assert (batch.waits, batch.given_up, batch.guests) == (False, "campaign_ended", [])


def test_home_says_how_many_refused_guests_of_programs_can_be_sent_again(
    program: Program, one_arm: Campaign, world: World, ana: User, client_of: Callable[[User], Client], harbor: Merchant
) -> None:
    for name in ("refused", "refused2", "refused3", "ann"):
        ask(program, one_arm, name)
    world.drive()
    Guest.objects.filter(outcome="refused").update(reason="USER_NOT_FOUND")  # Who may be tried again.
    Guest.objects.filter(pk=Guest.objects.filter(outcome="refused")[:1].get().pk).update(reason="USER_OPTED_OUT")
    left = GuestList.objects.get().refused_count - 1
    home = reverse("issuance:home", args=[harbor.handle])
    html = client_of(ana).get(home).content.decode()
    words = "whom programs asked for in “Coffee for everybody” can be corrected and sent again."
    assert f"{counted(left, 'refused guest')} {words}" in html
    assert "Guests who opted out or are in a retry already aren’t counted." in html
    world.advance(15 * 86_400)
    assert "whom programs asked" not in client_of(ana).get(home).content.decode()
