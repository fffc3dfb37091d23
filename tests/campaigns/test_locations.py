"""A merchant's locations are shown, and name jobs and fine print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.locations import names_of_locations, with_location
from campaigns.models import Campaign, Location, Reading
from campaigns.refreshing import refresh_merchant
from issuance.engine.planning import plan_list
from issuance.launching.launch import launch_list
from tests.campaigns.filling import filled
from tests.campaigns.meddling import meddle_with
from tests.issuance.factories import read_file
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PAGE = "/m/harbor-grill/locations/"


def location(merchant: Merchant, thanx_id: str, **fields: Any) -> Location:
    return Location.objects.create(merchant=merchant, thanx_id=thanx_id, seen_at=timezone.now(), **fields)


@pytest.fixture
def stores(harbor: Merchant) -> list[Location]:
    return [
        location(harbor, "loc1", name="Downtown", street="1 Main St", city="Austin", time_zone="America/Chicago"),
        location(harbor, "loc2", street="2 Pine St", city="Boston"),
    ]


def test_locations_are_shown_with_their_zone_where_thanx_gives_one(
    harbor: Merchant, ben: User, client_of: ClientOf, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_zones(request: httpx.Request, answer: dict[str, Any]) -> None:
        for theirs, zone in zip(answer.get("locations", []), ("America/New_York", "Mars/Olympus", 7), strict=False):
            theirs["time_zone"] = zone

    browser = client_of(ben)
    assert "Nothing has come from Thanx yet" in browser.get(PAGE).content.decode()
    meddle_with(simulator, monkeypatch, in_zones)
    Reading.objects.ask(harbor)
    refresh_merchant(harbor)
    page = browser.get(PAGE).content.decode()
    assert "just now" in page
    assert page.count("<tr>") == 1 + len(simulator.merchant("harbor-grill").locations)
    assert page.count("New York") == 1
    assert "Mars" not in page
    assert harbor.locations.exclude(time_zone="").count() == 1


def test_nobody_sees_another_merchants_locations(
    stores: list[Location], sunny: Merchant, ben: User, cleo: User, client_of: ClientOf
) -> None:
    location(sunny, "loc9", name="Sunny Corner")
    page = client_of(ben).get(PAGE).content.decode()
    assert "Downtown" in page
    assert "Sunny Corner" not in page
    assert client_of(cleo).get(PAGE).status_code == 404


def test_a_location_that_closed_is_not_offered(
    harbor: Merchant, stores: list[Location], simulator: Simulator, ben: User, client_of: ClientOf, world: World
) -> None:
    world.advance(60)
    Reading.objects.ask(harbor)
    refresh_merchant(harbor)
    assert "Downtown" not in client_of(ben).get(PAGE).content.decode()
    assert "downtown" not in names_of_locations(harbor)


def test_what_names_two_locations_names_none(harbor: Merchant, stores: list[Location], sunny: Merchant) -> None:
    location(harbor, "loc3", name="Downtown", street="9 Elm St", city="Austin")
    location(sunny, "loc4", name="Elsewhere")
    names = names_of_locations(harbor)
    assert "downtown" not in names
    assert "" not in names
    assert "elsewhere" not in names
    assert names["loc1"] == names["1 main st"] == "Downtown, 1 Main St, Austin"
    assert names["2 pine st"] == "2 Pine St, Boston"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "Only at 2 Pine St, Boston."),
        ("One per guest. \n", "One per guest.\nOnly at 2 Pine St, Boston."),
        ("One per guest.\nOnly at Downtown.", "One per guest.\nOnly at Downtown; 2 Pine St, Boston."),
        ("Only at Downtown.", "Only at Downtown; 2 Pine St, Boston."),
        ("Only at Downtown.\r\nNot on Monday.", "Only at Downtown.\r\nNot on Monday.\nOnly at 2 Pine St, Boston."),
    ],
)
def test_one_location_after_the_other_goes_into_the_fine_print(before: str, after: str, stores: list[Location]) -> None:
    assert with_location(before, stores[1]) == after


def test_the_builder_puts_a_location_and_its_zone_into_the_fine_print(
    harbor: Merchant, stores: list[Location], bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    new = "/m/harbor-grill/campaigns/new/"
    assert f'value="place-{stores[0].pk}"' in browser.get(new).content.decode()
    browser.post(new, filled(harbor, act=f"place-{stores[0].pk}"))
    campaign = harbor.campaigns.get()
    assert campaign.fine_print == "One per guest.\nOnly at Downtown, 1 Main St, Austin (Chicago time)."
    assert campaign.variants.count() == 3


@pytest.mark.parametrize("act", ["place-", "place-x", "place-99999999999999999999", "place-0"])
def test_another_merchants_location_and_rubbish_change_nothing(
    act: str, harbor: Merchant, stores: list[Location], sunny: Merchant, bea: User, client_of: ClientOf
) -> None:
    theirs = location(sunny, "loc9", name="Sunny Corner")
    for pressed in (act, str(stores[0].pk), f"place-{theirs.pk}"):
        client_of(bea).post("/m/harbor-grill/campaigns/new/", filled(harbor, act=pressed))
    assert {campaign.fine_print for campaign in harbor.campaigns.all()} == {"One per guest."}


def test_jobs_by_location_carry_its_name_and_their_column_is_proposed(
    one_arm: Campaign, stores: list[Location], sid: User, client_of: ClientOf
) -> None:
    cells = ["loc1", "LOC1 ", "2 Pine St", "", "2 pine st"]
    rows = [f"Tier {n},guest{n}@example.com,{cell}" for n, cell in enumerate(cells)]
    made = read_file(one_arm, "\n".join(["Tier,Email,Store", *rows]))
    browser = client_of(sid)
    page = browser.get(reverse("issuance:list_review", args=["harbor-grill", made.pk])).content.decode()
    assert '<option value="Store" selected>Store (your locations)</option>' in page
    assert '<option value="Tier">Tier</option>' in page
    choose = reverse("issuance:list_job_cutting", args=["harbor-grill", made.pk])
    browser.post(choose, {"cut_by": "column", "column": "Store"})
    made.refresh_from_db()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=None)
    assert plan_list(made.pk)
    jobs = [(job.label, job.total_count) for job in made.jobs.order_by("label", "number")]
    assert jobs == [
        ("", 1),
        ("2 Pine St, Boston", 1),
        ("2 Pine St, Boston", 1),
        ("Downtown, 1 Main St, Austin", 1),
        ("Downtown, 1 Main St, Austin", 1),
    ]
