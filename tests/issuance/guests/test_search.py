"""Finding a guest of a list: any part of an email, any way to write a phone, and no way around the mask."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from issuance.models import Guest, GuestList, RowError
from issuance.models.states import ListState
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User

ClientOf = Callable[[User], Client]
GUESTS = {2: "maria.lopez@example.com", 3: "+12025550142", 4: "ann@mail.example.org", 5: "+442079460123"}


@pytest.fixture
def june(harbor: Merchant) -> GuestList:
    guest_list = make_list(published_campaign(harbor), ListState.FINISHED, rewarded=4, invalid=1, duplicate=1)
    for row, value in GUESTS.items():
        kind = "email" if "@" in value else "phone"
        Guest.objects.filter(guest_list=guest_list, row=row).update(value=value, type=kind)
    Guest.objects.filter(guest_list=guest_list, row=2).update(other="+12025550177")
    RowError.objects.filter(guest_list=guest_list, kind="invalid").update(cells=["Jörg.Example.com", "x"])
    return guest_list


def search(browser: Client, guest_list: GuestList, text: str, **filters: str) -> Any:
    url = reverse("issuance:guests", args=["harbor-grill", guest_list.pk])
    return browser.post(url, {"q": text} | filters, follow=True)


def found(browser: Client, guest_list: GuestList, text: str, **filters: str) -> list[int]:
    answer = search(browser, guest_list, text, **filters)
    assert answer.status_code == 200
    return rows_in(answer.content.decode())


def rows_in(html: str) -> list[int]:
    return [int(row) for row in re.findall(r'<td data-label="Row in file">(\d+)</td>', html)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("maria", [2]),
        ("LOPEZ@Exam", [2]),
        ("  example.org ", [4]),
        ("(202) 555-0142", [3]),
        ("202.555.0142", [3]),
        ("+1 202 555 0142", [3]),
        ("202–555–0142", [3]),
        ("202\u2011555\u20110142", [3]),
        ("tel:+12025550142", [3]),
        ("call 202 555 0142", [3]),
        ("555 0142", [3]),
        ("555–0142", [3]),
        ("0142", [3]),
        ("202-555-0177", [2]),
        ("020 7946 0123", [5]),
        ("+44 (0)20 7946 0123", [5]),
        ("jörg", [6]),
        ("nobody here", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'; --", []),
    ],
)
def test_a_manager_finds_guests_by_any_part(
    text: str, rows: list[int], june: GuestList, ana: User, client_of: ClientOf
) -> None:
    assert found(client_of(ana), june, text) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Maria.Lopez@example.com", [2]),
        ("(202) 555-0142", [3]),
        ("tel:+1202–555–0142", [3]),
        ("@example.com", [2]),
        ("mail.example.org", [4]),
        ("0142", [3]),
        ("maria", []),
        ("maria.lopez", []),
        ("m", []),
        ("xample.com", []),
        ("50142", []),
        ("555 0142", []),
        ("jörg", []),
    ],
)
def test_a_mask_is_not_spelled_out_by_searching_letter_by_letter(
    text: str, rows: list[int], june: GuestList, sid: User, client_of: ClientOf
) -> None:
    assert found(client_of(sid), june, text) == rows


def test_a_search_goes_with_the_other_filters(june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    assert found(browser, june, "example", outcome="rewarded") == [2, 4]
    assert found(browser, june, "example", outcome="refused") == []
    assert found(browser, june, "example", job="1") == [2, 4]


def test_an_empty_search_shows_everybody(june: GuestList, ana: User, client_of: ClientOf) -> None:
    assert len(found(client_of(ana), june, "   ")) == 6


def test_guests_of_other_lists_are_never_found(june: GuestList, ana: User, client_of: ClientOf) -> None:
    other = make_list(june.campaign, ListState.FINISHED, rewarded=1)
    Guest.objects.filter(guest_list=other).update(value="only.here@example.com")
    assert found(client_of(ana), june, "only.here") == []


def test_a_very_long_search_is_cut_and_answers(june: GuestList, ana: User, client_of: ClientOf) -> None:
    assert found(client_of(ana), june, "x" * 5_000) == []


def test_no_address_carries_what_is_searched_for(june: GuestList, ana: User, client_of: ClientOf) -> None:
    long = make_list(june.campaign, ListState.FINISHED, rewarded=60)
    Guest.objects.filter(guest_list=long).update(other="+12025550177")
    browser = client_of(ana)
    answer = search(browser, long, "5550177")
    assert "5550177" not in answer.request["PATH_INFO"] + answer.request["QUERY_STRING"]
    html = answer.content.decode()
    addresses = re.findall(r'(?:href|action|formaction|hx-post)="([^"]*)"', html)
    assert addresses
    assert not [address for address in addresses if "5550177" in address]
    later = re.search(r'formaction="([^"]*)">Next rows', html)
    assert later is not None
    assert len(rows_in(html)) == 50
    assert len(rows_in(browser.post(later[1], {"q": "5550177"}).content.decode())) == 10
    shown = re.search(r'hx-post="([^"]*)"', html)
    assert shown is not None
    assert len(rows_in(browser.post(shown[1], {"q": "nobody", "row": "2"}).content.decode())) == 0


def test_an_address_that_carries_a_search_is_not_obeyed(june: GuestList, ana: User, client_of: ClientOf) -> None:
    url = reverse("issuance:guests", args=["harbor-grill", june.pk])
    assert len(rows_in(client_of(ana).get(f"{url}?q=maria").content.decode())) == 6
