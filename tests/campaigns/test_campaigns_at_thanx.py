"""What Thanx has of our campaigns is read back, and what was made elsewhere is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.test import Client

from campaigns.discovery import read_part
from campaigns.models import Campaign, CampaignAtThanx, Part
from campaigns.publishing import creation_body, publish_campaign, request_publication
from tests import cast
from tests.campaigns.meddling import meddle_with
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.gated_client import Urgency, partner_client
from thanxportal.partner.models import ApiRequest
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DAY = 24 * 3600


def read(merchant: Merchant, world: World) -> None:
    """Reads the campaigns of the merchant two minutes later."""
    world.advance(120)
    with partner_client(Urgency.DISCOVERY, patience=5) as partner:
        read_part(partner, merchant, Part.CAMPAIGNS)


def make_elsewhere(campaign: Campaign, name: str = "Made by hand") -> None:
    """Creates an equal campaign at Thanx without the portal."""
    with partner_client(Urgency.ISSUE, patience=5) as partner:
        partner.create_campaign(creation_body(campaign) | {"name": name})


@contextmanager
def thanx_saying(change: Callable[[dict[str, Any]], None], simulator: Simulator) -> Iterator[None]:
    """Every campaign in Thanx's answers is changed before it arrives."""

    def meddle(request: httpx.Request, answer: dict[str, Any]) -> None:
        for theirs in [answer["campaign"]] if "campaign" in answer else answer.get("campaigns", []):
            change(theirs)

    with pytest.MonkeyPatch.context() as patch:
        meddle_with(simulator, patch, meddle)
        yield


@pytest.fixture
def page(client_of: ClientOf, ben: User) -> Callable[[Campaign], str]:
    def open_page(campaign: Campaign) -> str:
        return client_of(ben).get(f"/m/harbor-grill/campaigns/{campaign.pk}/").content.decode()

    return open_page


def test_a_campaign_made_elsewhere_is_shown_marked_and_cannot_be_opened(
    campaign: Campaign, harbor: Merchant, sunny: Merchant, ana: User, cleo: User, client_of: ClientOf, world: World
) -> None:
    make_elsewhere(campaign)
    read(harbor, world)
    page = client_of(ana).get("/m/harbor-grill/campaigns/").content.decode()
    assert page.count("Made by hand") == 1
    assert page.count("Win-back June") == 1  # Ours stands in the table above only.
    assert ">Made elsewhere<" in page
    assert "Active at Thanx" in page
    assert "Made by hand" not in client_of(cleo).get("/m/sunny-side-coffee/campaigns/").content.decode()


def test_words_of_others_are_shown_as_text(
    campaign: Campaign, harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    make_elsewhere(campaign, name="<b>Bold</b>")
    read(harbor, world)
    assert "&lt;b&gt;Bold" in client_of(ana).get("/m/harbor-grill/campaigns/").content.decode()


def test_what_has_ended_elsewhere_is_no_longer_active(
    campaign: Campaign, harbor: Merchant, ana: User, client_of: ClientOf, world: World
) -> None:
    make_elsewhere(campaign)
    read(harbor, world)
    world.advance(40 * DAY)
    read(harbor, world)
    page = client_of(ana).get("/m/harbor-grill/campaigns/").content.decode()
    assert "Made by hand" in page
    assert "No longer active" in page


def test_what_is_the_same_at_thanx_says_so(
    campaign: Campaign, harbor: Merchant, page: Callable[[Campaign], str], world: World
) -> None:
    assert "at Thanx, read back" not in page(campaign)
    read(harbor, world)
    assert "The same at Thanx, read back" in page(campaign)
    assert "is different in Thanx" not in page(campaign)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "Win-back July", "Name: “Win-back July” at Thanx, “Win-back June” here."),
        ("objective", None, "Objective: nothing at Thanx, “Bring guests back” here."),
        ("fine_print", "<i>Two</i>", "Fine print: “&lt;i&gt;Two&lt;/i&gt;” at Thanx, “One per guest.” here."),
        ("end_at", "2026-06-11T12:00:00Z", "Ends: Jun 11, 2026, 5:00:00 AM at Thanx, Jul 1, 2026, 5:00:00 AM here."),
        ("redeemable_to", "2026-06-11T12:00:00", "Redeemable until: Jun 11, 2026, 12:00:00 PM at Thanx,"),
        ("variants", [], "The arms or what they give differ. At Thanx: none."),
    ],
)
def test_each_difference_is_a_sentence(
    field: str,
    value: Any,
    sentence: str,
    campaign: Campaign,
    harbor: Merchant,
    simulator: Simulator,
    page: Callable[[Campaign], str],
    world: World,
) -> None:
    with thanx_saying(lambda theirs: theirs.update({field: value}), simulator):
        read(harbor, world)
    assert sentence in page(campaign)
    assert "The same at Thanx" not in page(campaign)


@pytest.mark.parametrize("odd", ["", None, "soon", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00", 7])
def test_an_unreadable_date_is_no_difference_and_stops_nothing(
    odd: Any,
    campaign: Campaign,
    harbor: Merchant,
    simulator: Simulator,
    page: Callable[[Campaign], str],
    ana: User,
    client_of: ClientOf,
    world: World,
) -> None:
    make_elsewhere(campaign)
    with thanx_saying(lambda theirs: theirs.update({"start_at": odd}), simulator):
        read(harbor, world)
    assert "is different in Thanx" not in page(campaign)
    assert "Made by hand" in client_of(ana).get("/m/harbor-grill/campaigns/").content.decode()


def test_a_running_campaign_that_thanx_lists_no_more_is_asked_for_once(
    campaign: Campaign,
    harbor: Merchant,
    simulator: Simulator,
    page: Callable[[Campaign], str],
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hide(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "campaigns" in answer:
            answer["campaigns"] = []

    read(harbor, world)
    meddle_with(simulator, monkeypatch, hide)
    for _ in range(2):
        read(harbor, world)
    assert "Thanx no longer lists it among the active campaigns" in page(campaign)
    assert ApiRequest.objects.filter(path=f"/partner/campaigns/{campaign.thanx_id}").count() == 1


def test_a_campaign_that_thanx_no_longer_knows_is_named(
    campaign: Campaign, harbor: Merchant, simulator: Simulator, page: Callable[[Campaign], str], world: World
) -> None:
    simulator.books.campaigns.pop(campaign.thanx_id)
    read(harbor, world)
    text = page(campaign)
    assert "Thanx no longer knows this campaign" in text
    assert "nothing at Thanx" not in text


def test_a_campaign_that_is_being_created_is_never_taken_for_one_made_elsewhere(
    harbor: Merchant, simulator: Simulator, world: World, ana: User, client_of: ClientOf
) -> None:
    campaign = cast.draft_campaign(harbor)
    request_publication(campaign=campaign, actor=None)
    simulator.script("POST", "/partner/campaigns", [Fault.RESET_AFTER])
    publish_campaign(campaign.pk)
    read(harbor, world)
    assert "Made elsewhere" not in client_of(ana).get("/m/harbor-grill/campaigns/").content.decode()
    world.drive()
    campaign.refresh_from_db()
    assert campaign.state == "published"
    assert len(simulator.books.campaigns) == 1
    read(harbor, world)
    assert not CampaignAtThanx.objects.made_elsewhere().exists()


def test_many_that_left_the_list_are_asked_for_in_several_readings(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.campaign_mirror.MOST_ASKED", 2)
    for number in range(3):
        request_publication(campaign=cast.draft_campaign(harbor, name=f"C {number}"), actor=None)
    world.drive()
    read(harbor, world)
    simulator.books.campaigns.clear()
    read(harbor, world)
    assert CampaignAtThanx.objects.filter(unknown=True).count() == 2
    read(harbor, world)
    assert CampaignAtThanx.objects.filter(unknown=True).count() == 3


def test_the_pages_cost_the_same_with_many(
    campaign: Campaign, harbor: Merchant, ana: User, client_of: ClientOf, world: World, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    make_elsewhere(campaign)
    read(harbor, world)
    with django_assert_num_queries(10):
        browser.get("/m/harbor-grill/campaigns/")
    for number in (1, 2, 3):
        make_elsewhere(campaign, name=f"Another {number}")
    read(harbor, world)
    with django_assert_num_queries(10):
        page = browser.get("/m/harbor-grill/campaigns/").content.decode()
    assert page.count(">Made elsewhere<") == 5  # the heading and four badges
