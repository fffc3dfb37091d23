"""Who is no longer listed at Thanx has opted out; a listing that can't be true marks nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from campaigns.discovery import sync_partner
from campaigns.models import Campaign, Location
from campaigns.publishing import publish_campaign, request_publication
from tests import cast
from tests.campaigns.filling import publish
from tests.campaigns.meddling import meddle_with
from tests.campaigns.opting_out import come_back, leave
from tests.world import World
from thanxportal.accounts.mail import send_due_mail
from thanxportal.accounts.models import Merchant, Notification, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/partner/campaigns"


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("sentence", flat=True))


def created(simulator: Simulator) -> int:
    return sum((request.method, request.path) == ("POST", CAMPAIGNS) for request in simulator.requests)


def test_who_leaves_before_publishing_publishes_nothing(harbor: Merchant, simulator: Simulator, world: World) -> None:
    draft = cast.draft_campaign(harbor)
    leave(simulator, world, harbor)
    assert not request_publication(campaign=draft, actor=None)
    assert created(simulator) == 0
    come_back(simulator, world, harbor)
    assert request_publication(campaign=draft, actor=None)


def test_the_page_of_a_campaign_says_why_it_cannot_be_published(
    harbor: Merchant, sid: User, client_of: Callable[[User], Client], simulator: Simulator, world: World
) -> None:
    draft = cast.draft_campaign(harbor)
    leave(simulator, world, harbor)
    answer = publish(client_of(sid), draft)
    assert answer.status_code == 422
    assert "Thanx no longer lists Harbor Grill: nothing can be published" in answer.content.decode()


def test_a_campaign_on_its_way_waits_and_goes_on_after_the_return(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    draft = cast.draft_campaign(harbor)
    assert request_publication(campaign=draft, actor=None)
    leave(simulator, world, harbor)
    world.drive()
    publish_campaign(draft.pk)
    assert created(simulator) == 0
    come_back(simulator, world, harbor)
    world.drive()
    assert Campaign.objects.get().state == "published"


def test_managers_and_staff_are_told_once_of_both(
    harbor: Merchant, ana: User, ben: User, cleo: User, sam: User, simulator: Simulator, world: World
) -> None:
    sync_partner()
    leave(simulator, world, harbor)
    world.advance(900)
    sync_partner()
    come_back(simulator, world, harbor)
    assert [sentence.partition(".")[0] for sentence in told(ana)] == [
        "Harbor Grill has opted out at Thanx",
        "Harbor Grill has opted in at Thanx again",
    ]
    assert told(sam)[-2:] == told(ana)
    assert told(ben) == told(cleo) == []
    send_due_mail()
    assert sorted(to for message in mail.outbox for to in message.to).count("sam@example.com") == len(told(sam))


def test_staff_are_told_of_new_merchants_but_not_of_all_at_the_first_reading(
    sam: User, simulator: Simulator, world: World
) -> None:
    newcomer = next(iter(simulator.merchants))
    simulator.unlisted.add(newcomer)
    sync_partner()
    assert told(sam) == []
    simulator.unlisted.clear()
    world.advance(900)
    sync_partner()
    assert told(sam) == [
        f"{simulator.merchants[newcomer].name} is new at Thanx. The admin says what is left to do for it."
    ]


def test_the_admin_says_what_is_left_to_do_until_it_is_done(
    sam: User, client_of: Callable[[User], Client], simulator: Simulator, world: World
) -> None:
    sync_partner()
    merchant = Merchant.objects.get(handle="harbor-grill")
    Merchant.objects.exclude(pk=merchant.pk).delete()
    staff, page = client_of(sam), f"/admin/accounts/merchant/{merchant.pk}/change/"
    for address in ("/admin/", page, "/admin/accounts/merchant/?unfinished=yes"):
        assert "no manager yet" in staff.get(address).content.decode()
        assert "not looked at yet" in staff.get(address).content.decode()
    cast.person("ana@example.com", merchant, cast.Role.MANAGER)
    form = {"time_zone": "America/Chicago", "country": "US", "preferred_identifier": "email", "repeat_days": 30}
    members = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert staff.post(page, form | members).status_code == 302
    assert "left to do" not in staff.get("/admin/").content.decode()


def empty(listing: list[Any]) -> None:
    listing.clear()


def half(listing: list[Any]) -> None:
    del listing[2:]


@pytest.mark.parametrize("spoil", [empty, half])
def test_a_listing_that_lacks_many_marks_nobody_until_a_person_believes_it(
    spoil: Callable[[list[Any]], None],
    sam: User,
    client_of: Callable[[User], Client],
    simulator: Simulator,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync_partner()

    def meddle(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "merchants" in answer:
            spoil(answer["merchants"])

    meddle_with(simulator, monkeypatch, meddle)
    world.advance(900)
    with pytest.raises(CommandError, match="too many to believe it"):
        call_command("sync_partner")
    assert not Merchant.objects.opted_out().exists()
    assert not Location.objects.exclude(withdrawn_at=None).exists()
    assert told(sam) == []
    assert "fewer merchants than before" in client_of(sam).get("/admin/").content.decode()
    call_command("sync_partner", "--believe-listing")
    assert Merchant.objects.opted_out().count() == (4 if spoil is empty else 2)
    assert "fewer merchants than before" not in client_of(sam).get("/admin/").content.decode()


@pytest.mark.parametrize("fault", [Fault.HTML_502, Fault.HALF_BODY, Fault.EMPTY_503])
def test_a_broken_listing_marks_nobody(simulator: Simulator, world: World, fault: Fault) -> None:
    sync_partner()
    simulator.unlisted.update(simulator.merchants)
    simulator.script("GET", "/partner/merchants", [fault])
    world.advance(900)
    with pytest.raises(Exception, match="InDoubt"):
        sync_partner()
    assert not Merchant.objects.opted_out().exists()


def test_who_was_skipped_in_one_reading_is_found_in_the_next(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_partner()
    readings: list[int] = []

    def skip_once(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "merchants" in answer:
            readings.append(1)
            del answer["merchants"][: 2 - len(readings)]

    meddle_with(simulator, monkeypatch, skip_once)
    world.advance(900)
    sync_partner()
    assert len(readings) == 2
    assert not Merchant.objects.opted_out().exists()


def test_every_page_of_the_merchant_says_so(
    harbor: Merchant, ben: User, client_of: Callable[[User], Client], simulator: Simulator, world: World
) -> None:
    leave(simulator, world, harbor)
    assert "Thanx no longer lists Harbor Grill." in client_of(ben).get("/m/harbor-grill/").content.decode()
    come_back(simulator, world, harbor)
    assert "no longer lists" not in client_of(ben).get("/m/harbor-grill/").content.decode()
