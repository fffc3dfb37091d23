"""What did this guest get? Across lists and campaigns, for managers, by the keyed hash alone, and logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.models import Guest, GuestList
from tests.world import World
from thanxportal.accounts.models import Activity, Merchant, User

ClientOf = Callable[[User], Client]
URL = "/m/harbor-grill/guests/"


@pytest.fixture
def rewarded(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> GuestList:
    made = launched(one_arm, "ann@example.com\nbob@example.com\n+1 202 555 0142")
    world.drive()
    return made


def told(browser: Client, guest: str) -> str:
    return browser.post(URL, {"guest": guest}).content.decode()


def test_a_guest_is_found_however_spelled_with_list_campaign_and_reward(
    rewarded: GuestList, ana: User, client_of: ClientOf
) -> None:
    reward = rewarded.campaign.variants.get().reward_template
    assert reward is not None
    for spelling in ("ann@example.com", " Ann@Example.com ", "(202) 555-0142"):
        page = told(client_of(ana), spelling)
        assert "1 reward" in page
        assert f"<b>{reward.name}</b>" in page
        assert f'href="/m/harbor-grill/lists/{rewarded.pk}/"' in page
        assert "bob@" not in page


def test_it_is_known_after_the_names_are_gone(
    rewarded: GuestList, ana: User, client_of: ClientOf, unguarded: None
) -> None:
    Guest.objects.update(value="", other="", cells="")
    assert "1 reward" in told(client_of(ana), "ann@example.com")


def test_who_is_in_no_list_or_in_that_of_another_merchant_has_no_story(
    rewarded: GuestList, ana: User, sunny: Merchant, cleo: User, client_of: ClientOf
) -> None:
    assert "This guest is in no list" in told(client_of(ana), "nobody@example.com")
    answer = client_of(cleo).post("/m/sunny-side-coffee/guests/", {"guest": "ann@example.com"})
    assert "This guest is in no list" in answer.content.decode()


def test_what_is_no_email_and_no_phone_is_refused_and_kept(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    answer = client_of(ana).post(URL, {"guest": "ann at example"})
    assert answer.status_code == 422
    assert 'value="ann at example"' in answer.content.decode()
    assert not Activity.objects.filter(sentence__startswith="Looked up").exists()


def test_only_managers_ask_and_the_log_keeps_that_but_not_about_whom(
    rewarded: GuestList, ana: User, abe: User, client_of: ClientOf
) -> None:
    assert client_of(abe).post(URL, {"guest": "ann@example.com"}).status_code == 403
    told(client_of(ana), "ann@example.com")
    line = Activity.objects.order_by("-pk")[0]
    assert (line.actor, line.sentence) == (ana, "Looked up what one guest got.")


def test_a_story_costs_the_same_however_long_it_is(
    one_arm: Campaign, ana: User, client_of: ClientOf, world: World, launched: Any, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(ana)
    for number in (1, 2):
        launched(one_arm, f"ann{number}@example.com")
        world.drive()
        with django_assert_max_num_queries(27):
            told(browser, f"ann{number}@example.com")
