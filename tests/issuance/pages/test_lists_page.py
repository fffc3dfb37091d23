"""The lists of a merchant, and those of a campaign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issuance.models.states import ListState
from issuance.views import lists as views_lists
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User

ClientOf = Callable[[User], Client]


def test_lists_are_turned_page_by_page(
    harbor: Merchant, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(views_lists, "PAGE", 2)
    campaign, browser = published_campaign(harbor), client_of(ana)
    made = [make_list(campaign, name=f"List {letter}", waiting=1) for letter in "abc"]
    url = reverse("issuance:list_index", args=["harbor-grill"])
    with django_assert_num_queries(6):
        first = browser.get(url).content.decode()
    assert "List c" in first
    assert "List a" not in first
    assert f"?before={made[1].pk}" in first
    second = browser.get(f"{url}?before={made[1].pk}").content.decode()
    assert "List a" in second
    assert "List b" not in second


def test_a_campaigns_lists_are_a_piece_for_its_page_and_a_page_without_javascript(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    campaign, browser = published_campaign(harbor), client_of(ana)
    make_list(campaign, waiting=1, name="Mine")
    make_list(published_campaign(harbor, name="Other"), waiting=1, name="Not mine")
    url = reverse("issuance:campaign_lists", args=["harbor-grill", campaign.pk])
    piece = browser.get(url, headers={"HX-Request": "true"}).content.decode()
    whole = browser.get(url).content.decode()
    assert "<html" not in piece
    assert "<html" in whole
    for html in (piece, whole):
        assert "Mine" in html
        assert "Not mine" not in html
    assert "Bring guests" in whole
    assert "Bring guests" not in piece, "the campaign's page has its own"


def test_the_lists_of_a_campaign_cost_the_same_however_many_they_are(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    campaign, browser = published_campaign(harbor), client_of(ana)
    url = reverse("issuance:campaign_lists", args=["harbor-grill", campaign.pk])
    browser.get(url)
    for _ in range(2):
        for _ in range(5):
            make_list(campaign, waiting=1)
        with django_assert_num_queries(5):
            browser.get(url, headers={"HX-Request": "true"})


def test_lists_are_found_by_words_of_both_names_and_by_state(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    summer, browser = published_campaign(harbor, name="Summer coffee"), client_of(ana)
    make_list(summer, ListState.FINISHED, name="June guests", rewarded=1)
    make_list(summer, waiting=1, name="Members")
    make_list(published_campaign(harbor, name="Winter"), ListState.ISSUING, waiting=1, name="Guests of December")

    def found(**query: str) -> list[str]:
        html = browser.get(reverse("issuance:list_index", args=["harbor-grill"]), query).content.decode()
        return [name for name in ("June guests", "Members", "Guests of December") if f"<b>{name}</b></a>" in html]

    assert found(q="guests") == ["June guests", "Guests of December"]
    assert found(q="summer guests") == ["June guests"]
    assert found(state="open") == ["Members"]
    assert found(state="running") == ["Guests of December"]
    assert found(q="guests", state="finished") == ["June guests"]
    assert found(q="nobody") == []
