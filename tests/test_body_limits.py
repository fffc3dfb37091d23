"""Bodies are refused before they are read: whatever the address, and before anybody looks into a form."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import User
from thanxportal.body_limits import LET_IN, SMALL_BODY, USUAL_BODY

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PUBLIC = [
    "/account/login/",
    "/account/password/reset/",
    "/invitation/x/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/webhooks/thanx",
]
FORM = "multipart/form-data; boundary=b"


class Unread(io.RawIOBase):
    """A body that nobody may look at."""

    def readinto(self, buffer: Any) -> int:
        raise AssertionError("The body was read.")


def post(browser: Client, url: str, length: int, **environment: Any) -> Any:
    environment = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(length), "CONTENT_TYPE": FORM} | environment
    return browser.generic("POST", url, **environment)


def test_nobody_unknown_sends_much_to_any_address(addresses: Callable[[str], list[str]], campaign: Campaign) -> None:
    for url in [*addresses(campaign.merchant.handle), *PUBLIC, "/", "/admin/"]:
        answer = post(Client(), url, 300_000_000)
        assert answer.status_code == 413, url
        assert "nothing of it was read" in answer.content.decode()


def test_people_who_are_signed_in_send_no_files_where_none_are_taken(
    addresses: Callable[[str], list[str]], campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    takes_files = ("/lists/new/", "/repaired-rows/", "/harbor-grill/exports/")
    for url in addresses(campaign.merchant.handle):
        if not url.endswith(takes_files):
            assert post(client_of(ana), url, USUAL_BODY + 1).status_code == 413, url


@pytest.fixture
def uploads(campaign: Campaign) -> list[str]:
    guest_list = make_list(campaign, ListState.CHECKED, rewarded=0, invalid=1)
    handle = campaign.merchant.handle
    return [
        reverse("issuance:list_new", args=[handle, campaign.pk]),
        reverse("issuance:rows_upload", args=[handle, guest_list.pk]),
        reverse("issuance:exports", args=[handle]),
    ]


def test_a_file_from_somebody_without_the_right_is_not_even_read(
    uploads: list[str], ben: User, cleo: User, client_of: ClientOf
) -> None:
    for url in uploads:
        assert post(client_of(ben), url, 1_000_000).status_code == 403
        assert post(client_of(cleo), url, 1_000_000).status_code == 404


def test_a_file_larger_than_any_list_is_refused_with_what_to_do(
    uploads: list[str], bea: User, client_of: ClientOf, settings: Any
) -> None:
    for url in uploads:
        answer = post(client_of(bea), url, settings.MOST_BODY + 1)
        assert answer.status_code == 413
        assert "Split a large list into several lists." in answer.content.decode()


def test_the_server_lets_in_only_whom_the_portal_lets_in(
    uploads: list[str], bea: User, ben: User, client_of: ClientOf, settings: Any
) -> None:
    let_in: list[tuple[int, bool]] = []

    def ask(most: int, *, stranger: bool) -> None:
        let_in.append((most, stranger))

    assert post(client_of(ben), uploads[0], 1_000_000, **{LET_IN: ask}).status_code == 403
    assert let_in == []
    assert post(client_of(bea), uploads[0], 1_000_000, **{LET_IN: ask}).status_code == 204
    assert post(Client(), "/webhooks/thanx", 1_000_000, **{LET_IN: ask}).status_code == 204
    assert post(Client(), "/account/login/", 0, **{LET_IN: ask}).status_code == 204, "in chunks, of any length"
    assert let_in == [(settings.MOST_BODY, False), (5 * 1024 * 1024 + 1, True), (SMALL_BODY, True)]


@pytest.mark.parametrize("length", ["-1", "x", "", "9" * 30])
def test_a_length_that_is_none_counts_as_none(length: str) -> None:
    answer = Client().generic("POST", "/account/login/", CONTENT_LENGTH=length)
    assert answer.status_code in (200, 403)
    assert not GuestList.objects.exists()
