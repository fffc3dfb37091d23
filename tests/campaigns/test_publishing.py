"""Creating a campaign is not idempotent at Thanx, so the portal makes sure that it happens once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from django.test import Client

from campaigns.models import Campaign, TemplateChange
from campaigns.publishing import publish_campaign, request_publication
from tests import cast
from tests.campaigns.meddling import meddle_with
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
LOST = [Fault.RESET_AFTER, Fault.TIMEOUT_AFTER, Fault.HALF_BODY, Fault.STATUS_500_AFTER, Fault.HTML_502_AFTER]


def created(simulator: Simulator) -> int:
    return len(simulator.books.campaigns)


def asked_for(campaign: Campaign) -> Campaign:
    assert request_publication(campaign=campaign, actor=None)
    return campaign


@pytest.mark.parametrize("fault", LOST)
def test_after_a_lost_answer_the_campaign_is_found_instead_of_created_again(
    fault: Fault, harbor: Merchant, simulator: Simulator, world: World
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", "/partner/campaigns", [fault])
    world.drive()
    campaign.refresh_from_db()
    assert campaign.state == "published"
    assert created(simulator) == 1
    assert all(variant.thanx_id for variant in campaign.variants.all())


def test_two_equal_campaigns_are_never_linked_to_one_at_thanx(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    first, second = asked_for(cast.draft_campaign(harbor)), asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", "/partner/campaigns", [Fault.RESET_AFTER, Fault.RESET_AFTER])
    world.drive()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.thanx_id != second.thanx_id
    assert "" not in (first.thanx_id, second.thanx_id)
    assert created(simulator) == 2


def test_a_reward_withdrawn_meanwhile_is_told_and_the_campaign_is_a_draft_again(
    harbor: Merchant, simulator: Simulator, world: World, ana: User, client_of: Callable[[User], Client]
) -> None:
    campaign = cast.draft_campaign(harbor)
    template = campaign.variants.get(position=0).reward_template
    assert template is not None
    simulator.unpublish(template.thanx_id)
    asked_for(campaign)
    world.drive()
    campaign.refresh_from_db()
    assert (campaign.state, created(simulator)) == ("draft", 0)
    page = client_of(ana).get(f"/m/harbor-grill/campaigns/{campaign.pk}/").content.decode()
    assert f"Thanx no longer publishes “{template}”" in page
    assert "Thanx said no" not in page
    assert f"“{template}” is no longer published at Thanx. Pick another reward for “Arm A”." in page
    campaign.variants.filter(position=0).update(reward_template=campaign.variants.get(position=1).reward_template)
    asked_for(campaign)
    world.drive()
    campaign.refresh_from_db()
    assert (campaign.state, created(simulator)) == ("published", 1)


def test_a_refusal_is_said_in_plain_words_and_can_be_repaired(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Withdrawn between the look at it and the request."""
    campaign = asked_for(cast.draft_campaign(harbor))

    def withdraw(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "reward_template" in answer:
            simulator.unpublish(answer["reward_template"]["id"])

    meddle_with(simulator, monkeypatch, withdraw)
    world.drive()
    campaign.refresh_from_db()
    assert campaign.state == "refused"
    assert "Thanx refused" in campaign.problem
    assert campaign.status.editable


@pytest.mark.parametrize("fault", [Fault.STATUS_500, Fault.RESET_AFTER, Fault.THROTTLE_RETRY_AFTER])
def test_a_failed_look_at_a_reward_is_repeated_and_says_nothing_about_the_campaign(
    fault: Fault, harbor: Merchant, simulator: Simulator, world: World
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("GET", "/partner/reward_templates/", [fault])
    world.drive()
    campaign.refresh_from_db()
    assert (campaign.state, created(simulator)) == ("published", 1)
    assert not TemplateChange.objects.filter(field=TemplateChange.WITHDRAWN).exists()


def test_an_answer_about_another_reward_withdraws_none(
    harbor: Merchant, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    before = harbor.reward_templates.count()

    def mix_up(request: httpx.Request, answer: dict[str, Any]) -> None:
        if "reward_template" in answer:
            answer["reward_template"]["id"] = "another"

    meddle_with(simulator, monkeypatch, mix_up)
    world.drive(hours=0.2)
    campaign.refresh_from_db()
    assert (campaign.state, created(simulator)) == ("publishing", 0)
    assert harbor.reward_templates.published().count() == before


def test_an_outage_is_waited_out(harbor: Merchant, simulator: Simulator, world: World) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    simulator.script("POST", "/partner/campaigns", [Fault.RESET_BEFORE] * 5)
    world.drive()
    campaign.refresh_from_db()
    assert (campaign.state, created(simulator)) == ("published", 1)


def test_publishing_twice_asks_once(harbor: Merchant, simulator: Simulator, world: World) -> None:
    campaign = asked_for(cast.draft_campaign(harbor))
    assert not request_publication(campaign=campaign, actor=None)
    publish_campaign(campaign.pk)
    publish_campaign(campaign.pk)
    world.drive()
    assert created(simulator) == 1


def test_control_is_sent_by_its_name_and_without_a_template(campaign: Campaign, simulator: Simulator) -> None:
    theirs = campaign.raw["variants"]
    assert [(variant["name"], variant["reward_template_id"] is None) for variant in theirs][-1] == ("Control", True)


def test_two_days_in_the_merchants_zone_are_two_days_at_thanx(
    harbor: Merchant, simulator: Simulator, world: World
) -> None:
    """From 21:00 to 02:00 in Los Angeles is one day in UTC."""
    evening = datetime(2026, 6, 10, 21, tzinfo=ZoneInfo(harbor.time_zone))
    night = evening + timedelta(hours=5)
    dates = {"start_at": evening, "redeemable_from": evening, "end_at": night, "redeemable_to": night}
    campaign = asked_for(cast.draft_campaign(harbor, **dates))
    world.drive()
    campaign.refresh_from_db()
    assert campaign.state == "published", campaign.problem
