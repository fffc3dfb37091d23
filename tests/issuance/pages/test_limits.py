"""What costs much is limited per person and per team, in all processes together; what was typed is never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from tests import cast
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.limits import while_sent
from thanxportal.accounts.models import Merchant, Role, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def open_campaign(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


@pytest.fixture
def june(open_campaign: Campaign) -> GuestList:
    return make_list(open_campaign, ListState.FINISHED, rewarded=4, invalid=1)


def paste(browser: Client, campaign: Campaign, text: str = "guest1@example.com", **more: str) -> Any:
    url = reverse("issuance:list_new", args=["harbor-grill", campaign.pk])
    return browser.post(url, {"name": "June", "pasted": text} | more)


def upload(browser: Client, campaign: Campaign, rows: int = 1) -> Any:
    file = SimpleUploadedFile("june.csv", b"email\n" + b"guest1@example.com\n" * rows)
    return browser.post(
        reverse("issuance:list_new", args=["harbor-grill", campaign.pk]), {"name": "June", "file": file}
    )


def refused(answer: Any) -> str:
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    html: str = answer.content.decode()
    assert "Try again" in html
    return html


def test_too_many_pastes_keep_the_text_for_another_try(
    open_campaign: Campaign, bea: User, client_of: ClientOf, settings: Any
) -> None:
    settings.LIMITS = settings.LIMITS | {"pastes": [2, 9, 60]}
    browser = client_of(bea)
    assert [paste(browser, open_campaign).status_code for _ in range(2)] == [302, 302]
    html = refused(paste(browser, open_campaign, "first@example.com\nsecond@example.com <b>"))
    assert "first@example.com\r\nsecond@example.com &lt;b&gt;" in html.replace("\n", "\r\n").replace("\r\r", "\r")
    assert GuestList.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 10_000], ids=["small", "large"])
def test_too_many_files_are_refused_whatever_their_size(
    rows: int, open_campaign: Campaign, bea: User, client_of: ClientOf, settings: Any
) -> None:
    settings.LIMITS = settings.LIMITS | {"uploads": [2, 9, 60]}
    browser = client_of(bea)
    assert [upload(browser, open_campaign, rows).status_code for _ in range(2)] == [302, 302]
    refused(upload(browser, open_campaign, rows))
    assert GuestList.objects.count() == 2


def test_a_team_has_a_limit_of_its_own_and_other_teams_have_theirs(
    open_campaign: Campaign, bea: User, sunny: Merchant, cleo: User, client_of: ClientOf, settings: Any
) -> None:
    settings.LIMITS = settings.LIMITS | {"pastes": [9, 2, 60]}
    colleague = cast.person("bob@example.com", open_campaign.merchant, Role.BUILDER)
    paste(client_of(bea), open_campaign)
    paste(client_of(colleague), open_campaign)
    refused(paste(client_of(colleague), open_campaign))
    theirs = published_campaign(sunny)
    url = reverse("issuance:list_new", args=[sunny.handle, theirs.pk])
    assert client_of(cleo).post(url, {"name": "June", "pasted": "a@example.com"}).status_code == 302


def test_strangers_take_no_place_of_a_team(
    open_campaign: Campaign, bea: User, cleo: User, client_of: ClientOf, settings: Any
) -> None:
    settings.LIMITS = settings.LIMITS | {"pastes": [9, 1, 60]}
    assert paste(client_of(cleo), open_campaign).status_code == 404
    assert paste(client_of(bea), open_campaign).status_code == 302


def test_a_search_waits_for_a_place_and_gives_it_back(june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser, url = client_of(ana), reverse("issuance:guests", args=["harbor-grill", june.pk])
    for _ in range(5):
        assert browser.post(url, {"q": "guest"}).status_code == 200
    for number in range(2):
        cache.add(f"searches:person:{ana.pk}:{number}", True, 60)
    assert 'value="guest"' in refused(browser.post(url, {"q": "guest"}))
    assert browser.get(url).status_code == 200, "the page itself stays usable"


def test_a_search_that_fails_gives_its_place_back(
    june: GuestList, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, url = client_of(ana), reverse("issuance:guests", args=["harbor-grill", june.pk])
    browser.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("issuance.views.guests.guest_page", lambda *args: 1 / 0)
        assert [browser.post(url, {"q": "guest"}).status_code for _ in range(3)] == [500, 500, 500]
    assert browser.post(url, {"q": "guest"}).status_code == 200


@pytest.mark.parametrize("name", ["report", "bad_rows"])
def test_a_download_keeps_its_place_until_it_ends(name: str, june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser, url = client_of(ana), reverse(f"issuance:{name}", args=["harbor-grill", june.pk])
    first, second = browser.get(url), browser.get(url)
    refused(browser.get(url))
    assert b"".join(first.streaming_content)
    assert browser.get(url).status_code == 200
    refused(browser.get(url))
    assert b"".join(second.streaming_content)


def test_a_download_that_breaks_off_gives_its_place_back() -> None:
    cache.set("downloads:person:1:0", True)
    pieces = while_sent(iter("ab"), ["downloads:person:1:0"])
    assert next(pieces) == "a"
    pieces.close()
    assert cache.get("downloads:person:1:0") is None


def test_looks_at_pasted_text_are_limited_too(open_campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    for _ in range(5):
        assert paste(browser, open_campaign, look="1").status_code == 200
    for number in range(2):
        cache.add(f"looks:person:{bea.pk}:{number}", True, 60)
    assert "guest1@example.com" in refused(paste(browser, open_campaign, look="1"))
