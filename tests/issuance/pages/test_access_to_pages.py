"""Who may open which page of a list: strangers find nothing, members only what their role allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from issuance.models import GuestList
from issuance.models.states import ListState
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User

OF_A_LIST = {
    "list_detail": "get",
    "list_progress": "get",
    "list_review": "get",
    "guests": "get",
    "lineage": "get",
    "jobs": "get",
    "reveal": "post",
    "list_retry": "post",
    "list_correct": "post",
    "bad_rows": "get",
    "report": "get",
    "list_launch": "post",
    "list_job_cutting": "post",
    "list_stop": "post",
    "list_discard": "post",
    "list_issue_now": "post",
    "list_continue": "post",
}
OF_A_CAMPAIGN = {"list_new": "get", "campaign_lists": "get"}
ClientOf = Callable[[User], Client]


@pytest.fixture
def june(harbor: Merchant) -> GuestList:
    return make_list(published_campaign(harbor), waiting=3, control=1, invalid=2)


def ask(browser: Client, name: str, handle: str, pk: int) -> int:
    method = {**OF_A_LIST, **OF_A_CAMPAIGN}[name]
    headers = {"HX-Request": "true"}
    return int(getattr(browser, method)(reverse(f"issuance:{name}", args=[handle, pk]), headers=headers).status_code)


@pytest.mark.parametrize("name", OF_A_LIST)
def test_a_stranger_finds_no_list_under_its_own_address(
    name: str, june: GuestList, cleo: User, client_of: ClientOf
) -> None:
    assert ask(client_of(cleo), name, "harbor-grill", june.pk) == 404


@pytest.mark.parametrize("name", OF_A_LIST)
def test_a_stranger_finds_no_list_by_way_of_her_own_merchant(
    name: str, june: GuestList, cleo: User, client_of: ClientOf
) -> None:
    assert ask(client_of(cleo), name, "sunny-side-coffee", june.pk) == 404


@pytest.mark.parametrize("name", OF_A_CAMPAIGN)
def test_a_stranger_finds_no_campaign(name: str, june: GuestList, cleo: User, client_of: ClientOf) -> None:
    browser = client_of(cleo)
    assert ask(browser, name, "harbor-grill", june.campaign_id) == 404
    assert ask(browser, name, "sunny-side-coffee", june.campaign_id) == 404


@pytest.mark.parametrize(
    "name",
    [
        "list_launch",
        "list_job_cutting",
        "list_retry",
        "list_correct",
        "reveal",
        "list_stop",
        "list_discard",
        "list_issue_now",
        "list_continue",
        "bad_rows",
    ],
)
def test_a_viewer_may_not_change_or_take_away(name: str, june: GuestList, ben: User, client_of: ClientOf) -> None:
    assert ask(client_of(ben), name, "harbor-grill", june.pk) == 403
    june.refresh_from_db()
    assert june.state == ListState.CHECKED


@pytest.mark.parametrize("name", ["list_launch", "list_stop", "list_issue_now", "list_continue", "list_retry"])
def test_a_builder_may_not_issue(name: str, june: GuestList, bea: User, client_of: ClientOf) -> None:
    assert ask(client_of(bea), name, "harbor-grill", june.pk) == 403


def test_a_viewer_may_not_bring_guests(june: GuestList, ben: User, client_of: ClientOf) -> None:
    assert ask(client_of(ben), "list_new", "harbor-grill", june.campaign_id) == 403


@pytest.mark.parametrize("name", ["list_detail", "list_progress", "list_review", "guests", "lineage", "jobs", "report"])
def test_a_viewer_may_look(name: str, june: GuestList, ben: User, client_of: ClientOf) -> None:
    assert ask(client_of(ben), name, "harbor-grill", june.pk) == 200


@pytest.mark.parametrize("name", ["list_launch", "list_stop", "list_discard"])
def test_following_a_link_changes_nothing(name: str, june: GuestList, ana: User, client_of: ClientOf) -> None:
    assert client_of(ana).get(reverse(f"issuance:{name}", args=["harbor-grill", june.pk])).status_code == 405


def test_nobody_gets_in_without_signing_in(june: GuestList, client: Client) -> None:
    answer = client.get(reverse("issuance:list_detail", args=["harbor-grill", june.pk]))
    assert answer.status_code == 302
    assert "account/login" in answer["Location"]
