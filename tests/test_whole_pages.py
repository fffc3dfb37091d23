"""Back and Forward lead to whole pages, whatever htmx had asked for; without JavaScript, pages look again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models.states import ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HOME = "/m/harbor-grill/"
BACK = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
REFRESH = '<noscript><meta http-equiv="refresh" content="5"></noscript>'


def test_history_never_gets_a_piece_of_a_page(
    addresses: Callable[[str], list[str]], ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    for address in addresses("harbor-grill"):
        answer = browser.get(address, headers=BACK, follow=True)
        html = b"".join(answer).decode()
        whole = html.startswith("<!doctype html>") or "attachment" in answer.headers.get("Content-Disposition", "")
        assert answer.status_code == 404 or whole, address


def test_no_browser_takes_a_kept_piece_for_the_page(
    addresses: Callable[[str], list[str]], ana: User, client_of: ClientOf
) -> None:
    for address in addresses("harbor-grill"):
        answer = client_of(ana).get(address)
        assert {"HX-Request", "HX-History-Restore-Request"} <= set(answer["Vary"].split(", ")), address
        assert "no-store" in answer["Cache-Control"], address


@pytest.mark.parametrize("piece", ["dock/", "running/", "rewards/age/", "rewards/choices/"])
def test_the_address_of_a_piece_leads_to_its_page(piece: str, harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    answer = client_of(ana).get(HOME + piece)
    assert (answer.status_code, answer["Location"]) == (302, f"{HOME}rewards/" if "rewards" in piece else HOME)


@pytest.mark.parametrize("state", [ListState.UPLOADED, ListState.REPAIRING, ListState.HELD, ListState.ISSUING])
def test_a_list_on_its_way_looks_again_without_javascript(
    state: ListState, campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = make_list(campaign, state, waiting=2)
    address = reverse("issuance:list_detail", args=["harbor-grill", made.pk])
    html = client_of(ana).get(address).content.decode()
    assert REFRESH in html
    assert f'<a href="{address}">Look again</a>' in html


def test_a_campaign_being_published_looks_again_without_javascript(
    campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    browser, address = client_of(ana), reverse("campaigns:campaign_detail", args=["harbor-grill", campaign.pk])
    assert "http-equiv" not in browser.get(address).content.decode()
    Campaign.objects.filter(pk=campaign.pk).update(state="publishing")
    html = browser.get(address).content.decode()
    assert REFRESH in html
    assert "Look again</a>" in html


@pytest.mark.parametrize("state", [ListState.CHECKED, ListState.FINISHED, ListState.STOPPED])
def test_a_page_on_which_nothing_happens_by_itself_stays_as_it_is(
    state: ListState, campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = make_list(campaign, state, **{"rewarded" if state.ended else "waiting": 2})
    html = client_of(ana).get(reverse("issuance:list_detail", args=["harbor-grill", made.pk])).content.decode()
    assert "http-equiv" not in html
