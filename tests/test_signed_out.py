"""A session that is over leads to sign in with the whole page, and from there back to where somebody was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.cast import PASSWORD
from tests.issuance.factories import checked
from tests.signing_in import with_password
from thanxportal.accounts.models import Merchant, User
from thanxportal.accounts.typed import TYPED
from thanxportal.whole_pages import page_above

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HOST, HOME = "http://testserver", "/m/harbor-grill/"
LOGIN = "/account/login/"


def sign_in(browser: Client, person: User, answer: Any) -> Any:
    """Follows an answer to sign in, does so, and returns the page to which that leads."""
    address = answer.headers.get("HX-Redirect") or answer["Location"]
    assert address.startswith(LOGIN)
    form = {"login": with_password(person).email, "password": PASSWORD, **next_in(address)}
    return browser.post(address, form, follow=True)


def next_in(address: str) -> dict[str, str]:
    return {"next": parse_qs(urlsplit(address).query)["next"][0]}


@pytest.mark.parametrize("address", [f"{HOME}dock/", f"{HOME}running/", f"{HOME}rewards/age/", f"{HOME}rewards/?q=tea"])
@pytest.mark.parametrize("page", ["", "?after=3"])
def test_no_piece_of_a_page_is_ever_the_form_to_sign_in(address: str, page: str, harbor: Merchant) -> None:
    asked_on = f"{HOST}{HOME}campaigns/{page}"
    answer = Client().get(address, headers={"HX-Request": "true", "HX-Current-URL": asked_on})
    assert answer.status_code == 200
    assert next_in(answer["HX-Redirect"]) == {"next": f"{HOME}campaigns/{page}"}
    assert answer.content == b""


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example.com/m/", f"{HOST}//evil.example.com/", "javascript:alert(1)", "", "//evil.com"]
)
def test_nobody_is_led_elsewhere_by_what_a_request_says_of_its_page(elsewhere: str, harbor: Merchant) -> None:
    answer = Client().get(f"{HOME}dock/", headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert next_in(answer["HX-Redirect"]) == {"next": f"{HOME}dock/"}
    answer = Client().post(f"{HOME}team/", headers={"Referer": elsewhere})
    assert next_in(answer["Location"]) == {"next": f"{HOME}team/"}


def test_a_form_sent_too_late_comes_back_with_what_was_typed(ana: User, campaign: Campaign) -> None:
    june, browser = checked(campaign, "\n".join(f"g{n}@example.com" for n in range(20))), Client()
    review = reverse("issuance:list_review", args=["harbor-grill", june.pk])
    GuestList.objects.filter(pk=june.pk).update(waiting_count=1_500, rows_count=1_500, control_count=0)
    answer = browser.post(
        f"{review}launch/", {"seen": "what was seen", "count": "15oo"}, headers={"Referer": HOST + review}
    )
    assert "What you typed comes back" in browser.get(answer["Location"]).content.decode()
    page = sign_in(browser, ana, answer)
    assert page.request["PATH_INFO"] == review
    assert 'value="15oo"' in page.content.decode()
    assert TYPED not in browser.cookies or not browser.cookies[TYPED].value, "it comes back once"
    assert 'value="15oo"' not in browser.get(review).content.decode()


def test_signing_out_leaves_no_form_for_the_next_person(sid: User, ana: User, campaign: Campaign) -> None:
    browser, guests = Client(), f"{HOME}guest/"
    browser.post(guests, {"guest": "zoe@example.com"})
    assert browser.cookies[TYPED].value
    browser.force_login(sid)
    browser.post("/account/logout/")
    browser.force_login(ana)
    assert "zoe@example.com" not in browser.get(guests).content.decode()


def test_a_form_that_came_back_with_its_errors_leads_to_its_page_as_well(ana: User, campaign: Campaign) -> None:
    """Its page is at the address of the act, which can't be opened."""
    june, browser = checked(campaign, "\n".join(f"g{n}@example.com" for n in range(20))), Client()
    review = reverse("issuance:list_review", args=["harbor-grill", june.pk])
    act = f"{review}launch/"
    answer = browser.post(act, {"seen": "what was seen"}, headers={"Referer": HOST + act})
    assert sign_in(browser, ana, answer).request["PATH_INFO"] == review


@pytest.mark.parametrize("piece", [True, False])
def test_guests_and_drafts_that_were_typed_come_back(piece: bool, ana: User, campaign: Campaign) -> None:
    """By htmx, as drafts save themselves, or not."""
    pasted, draft = f"{HOME}campaigns/{campaign.pk}/lists/new/", f"{HOME}campaigns/new/"
    for address, field, text in ((pasted, "pasted", "late@example.com"), (draft, "name", "Late summer")):
        browser = Client()
        htmx = {"HX-Request": "true", "HX-Current-URL": HOST + address}
        answer = browser.post(address, {field: text}, headers=htmx if piece else {"Referer": HOST + address})
        page = sign_in(browser, ana, answer)
        assert page.request["PATH_INFO"] == address
        assert text in page.content.decode()
        assert "Saved" not in page.content.decode().partition('id="saved"')[2][:200]


@pytest.mark.parametrize("act", ["rewards/refresh/", "lists/7/guests/", "team/7/role/"])
def test_nothing_is_kept_that_no_page_would_give_back(act: str, ana: User) -> None:
    answer = Client().post(HOME + act, {"q": "zoe@example.com", "role": "viewer"})
    assert answer["Location"].startswith(LOGIN)
    assert TYPED not in answer.cookies


def test_a_draft_with_a_problem_comes_back_as_a_page_like_any_other(ana: User, harbor: Merchant) -> None:
    """As it answers a GET: browsers and proxies take 422 for the answer to a form."""
    browser, draft = Client(), f"{HOME}campaigns/new/"
    page = sign_in(browser, ana, browser.post(draft, {"name": "x" * 500}, headers={"Referer": HOST + draft}))
    assert (page.status_code, page.request["PATH_INFO"]) == (200, draft)
    assert "x" * 500 in page.content.decode()


def test_no_password_and_nothing_large_is_kept(ana: User) -> None:
    for fields in ({"password": "hunter2", "code": "123456"}, {"pasted": "".join(map(chr, range(33, 9_000)))}):
        answer = Client().post(f"{HOME}settings/", fields)
        assert answer.status_code == 302
        assert TYPED not in answer.cookies


def test_a_large_file_sent_too_late_leads_to_sign_in_before_it_is_read(ana: User, campaign: Campaign) -> None:
    """Nobody is told that the file is too large, which it isn't for who is signed in."""
    answer = Client().post(
        f"{HOME}campaigns/{campaign.pk}/lists/new/", {"pasted": "x" * 100_000}, content_type="text/plain"
    )
    assert (answer.status_code, answer["Location"].startswith(LOGIN)) == (302, True)


@pytest.mark.parametrize(
    ("act", "page"),
    [
        ("lists/{list}/review/launch/", "lists/{list}/review/"),
        ("lists/{list}/stop/", "lists/{list}/"),
        ("campaigns/{campaign}/publish/", "campaigns/{campaign}/"),
        ("team/invitations/7/withdraw/", "team/"),
        ("team/changes/7/confirm/", "team/"),
        ("rewards/refresh/", "rewards/"),
    ],
)
def test_the_address_of_an_act_leads_to_its_page(
    act: str, page: str, ana: User, campaign: Campaign, client_of: ClientOf
) -> None:
    made = {"list": checked(campaign, "g1@example.com\ng2@example.com").pk, "campaign": campaign.pk}
    answer = client_of(ana).get(HOME + act.format(**made))
    assert (answer.status_code, answer["Location"]) == (302, HOME + page.format(**made))


def test_each_address_has_a_page_above_it(addresses: Callable[[str], list[str]]) -> None:
    for address in addresses("harbor-grill"):
        assert address.startswith(page_above(address))
    assert page_above("/nothing/here") == "/"


def test_machines_still_learn_which_methods_there_are() -> None:
    assert Client().get("/webhooks/thanx").status_code == 405
