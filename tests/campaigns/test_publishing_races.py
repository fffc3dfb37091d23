"""Two workers, two equal campaigns, odd answers: still one campaign at Thanx for each of ours."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from campaigns.models import Campaign
from campaigns.publishing import publish_campaign, request_publication
from campaigns.publishing_rules import DATES
from tests import cast
from tests.campaigns.meddling import meddle_with
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/partner/campaigns"


def asked_for(campaign: Campaign) -> Campaign:
    assert request_publication(campaign=campaign, actor=None)
    return campaign


def state_of(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return campaign.state


def test_a_worker_that_lost_its_lease_while_looking_creates_nothing(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.RESET_BEFORE])
    publish_campaign(campaign.pk)
    world.advance(120)
    overtaken: list[bool] = []

    def be_overtaken(request: httpx.Request, answer: dict[str, Any]) -> None:
        if request.method == "GET" and not overtaken:
            overtaken.append(True)
            world.advance(600)
            publish_campaign(campaign.pk)

    meddle_with(simulator, monkeypatch, be_overtaken)
    publish_campaign(campaign.pk)
    world.drive()
    assert overtaken
    assert state_of(campaign) == "published"
    assert len(simulator.books.campaigns) == 1


def test_a_campaign_that_an_equal_one_took_over_is_created_again_for_itself(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.RESET_BEFORE])
    publish_campaign(first.pk)
    world.advance(120)
    second = asked_for(cast.draft_campaign(harbor, **{name: getattr(first, name) for name in DATES}))

    def let_the_first_find_it(request: httpx.Request, answer: dict[str, Any]) -> None:
        if request.method == "POST" and state_of(first) == "publishing":
            publish_campaign(first.pk)

    meddle_with(simulator, monkeypatch, let_the_first_find_it)
    publish_campaign(second.pk)
    assert (state_of(first), state_of(second)) == ("published", "publishing")
    world.drive()
    assert state_of(second) == "published"
    assert first.thanx_id != second.thanx_id
    assert len(simulator.books.campaigns) == 2


@pytest.mark.parametrize("spoil", [lambda variants: variants.pop(), lambda variants: variants[0].update(name="Arm X")])
def test_an_answer_with_other_variants_is_looked_at_again_and_nothing_more_is_created(
    spoil: Any, harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))

    def spoil_variants(request: httpx.Request, answer: dict[str, Any]) -> None:
        for theirs in [answer["campaign"]] if "campaign" in answer else answer.get("campaigns", []):
            spoil(theirs["variants"])

    with monkeypatch.context() as while_spoilt:
        meddle_with(simulator, while_spoilt, spoil_variants)
        world.drive(hours=0.5)
    assert state_of(campaign) == "publishing"
    assert campaign.problem_code == "VARIANTS_MISSING"
    assert len(simulator.books.campaigns) == 1
    world.drive()
    assert state_of(campaign) == "published"
    assert all(variant.thanx_id for variant in campaign.variants.all())
    assert len(simulator.books.campaigns) == 1


def test_times_without_offset_are_read_in_the_zone_that_thanx_names(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.RESET_AFTER])
    zone = "America/Los_Angeles"

    def in_local_time(request: httpx.Request, answer: dict[str, Any]) -> None:
        for theirs in answer.get("campaigns", []):
            theirs["time_zone"] = zone
            for name in DATES:
                moment = getattr(campaign, name).astimezone(ZoneInfo(zone))
                theirs[name] = moment.replace(tzinfo=None).isoformat()

    meddle_with(simulator, monkeypatch, in_local_time)
    world.drive()
    assert state_of(campaign) == "published"
    assert len(simulator.books.campaigns) == 1


def test_a_campaign_of_others_with_an_unreadable_date_stops_nobody(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.draft_campaign(harbor)
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.RESET_BEFORE])

    def add_an_odd_one(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "campaigns" in answer:
            answer["campaigns"].insert(0, {"id": "odd", "name": campaign.name, "start_at": "2026-13-45T00:00:00Z"})

    meddle_with(simulator, monkeypatch, add_an_odd_one)
    world.drive()
    assert state_of(campaign) == "published"


def test_a_long_outage_is_asked_about_ever_more_rarely(harbor: Merchant, simulator: Simulator, world: World) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.THROTTLE_RETRY_AFTER] * 3 + [Fault.RESET_BEFORE] * 500)
    world.drive(hours=1)
    assert state_of(campaign) == "publishing"
    assert campaign.stuck
    assert len(simulator.requests) < 200


def test_refused_credentials_wait_for_staff_and_lose_nothing(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.UNAUTHORIZED] * 3)
    world.drive()
    assert state_of(campaign) == "published"
    assert len(simulator.books.campaigns) == 1


def test_a_no_to_the_look_up_is_no_refusal_of_the_campaign(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", CAMPAIGNS, [Fault.RESET_AFTER])
    publish_campaign(campaign.pk)
    world.advance(120)
    theirs = Merchant.objects.filter(pk=harbor.pk)
    theirs.update(thanx_id="unknown")
    publish_campaign(campaign.pk)
    assert state_of(campaign) == "publishing"
    theirs.update(thanx_id=harbor.thanx_id)
    world.drive()
    assert state_of(campaign) == "published"
    assert len(simulator.books.campaigns) == 1


def test_a_draft_that_lost_an_arm_since_the_page_was_shown_is_not_published(harbor: Merchant) -> None:
    campaign = cast.draft_campaign(harbor)
    campaign.variants.filter(position=0).delete()
    assert not request_publication(campaign=campaign, actor=None)
    assert state_of(campaign) == "draft"
    assert not harbor.activities.exists()
