"""The list of campaigns: found by words and state, with what each is doing now and how many it rewarded."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from issuance.models.states import ListState
from tests.cast import draft_campaign
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User

ClientOf = Callable[[User], Client]
CAMPAIGNS = "/m/harbor-grill/campaigns/"
NAMES = ("Draft one", "Coming one", "Long one", "Short one", "Past one")


@pytest.fixture
def found(harbor: Merchant, ana: User, client_of: ClientOf) -> Callable[..., list[str]]:
    now, browser = timezone.now(), client_of(ana)
    draft_campaign(harbor, name="Draft one")
    published_campaign(harbor, name="Coming one", start_at=now + timedelta(days=1), end_at=now + timedelta(days=40))
    published_campaign(harbor, name="Long one", end_at=now + timedelta(days=30))
    published_campaign(harbor, name="Short one", end_at=now + timedelta(days=3), objective="Brunch on Sundays")
    published_campaign(harbor, name="Past one", end_at=now - timedelta(days=1))

    def find(**query: str) -> list[str]:
        html = browser.get(CAMPAIGNS, query).content.decode()
        return [name for name in NAMES if f"<b>{name}</b>" in html]

    return find


def test_campaigns_are_found_by_state(found: Callable[..., list[str]]) -> None:
    assert found() == list(NAMES)
    assert found(state="draft") == ["Draft one"]
    assert found(state="coming") == ["Coming one"]
    assert found(state="running") == ["Long one", "Short one"]
    assert found(state="ended") == ["Past one"]


def test_campaigns_are_found_by_words_of_name_objective_and_rewards(
    found: Callable[..., list[str]], harbor: Merchant
) -> None:
    assert found(q="short") == ["Short one"]
    assert found(q="sundays one") == ["Short one"]
    reward = harbor.reward_templates.order_by("pk")[0].name.split()[-1]
    assert found(q=f"{reward} long") == ["Long one"]
    assert found(q="nowhere") == []


def test_each_says_what_it_is_doing_now(
    found: Callable[..., list[str]], harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    html = client_of(ana).get(CAMPAIGNS).content.decode()
    for words in (">Draft<", ">Starts tomorrow<", ">Running<", ">Ends in 3 days<", ">Ended<"):
        assert words in html


def test_it_says_how_many_guests_were_rewarded(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    make_list(campaign, ListState.FINISHED, rewarded=41)
    make_list(campaign, ListState.FINISHED, rewarded=12, refused=3)
    html = client_of(ana).get(CAMPAIGNS).content.decode()
    assert re.search(r'<td data-label="Rewarded" class="num">\s*53\s*</td>', html)
