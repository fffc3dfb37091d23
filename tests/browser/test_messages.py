"""The pages of messages to a merchant's systems: accessible in both themes and sizes, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.looks import assert_fit_for_everybody, assert_shown_fit
from tests.outgoing.receivers import Receiver
from thanxportal.accounts.models import Merchant, User
from thanxportal.outgoing import delivering
from thanxportal.outgoing.endpoints import add_endpoint
from thanxportal.outgoing.messages import send_test
from thanxportal.outgoing.models import Endpoint, MessageType

LONG = f"https://hooks.{'long-names.' * 6}example.com/portal/{'of-the-till/' * 12}?key=0123456789"


@pytest.fixture
def endpoint(harbor: Merchant, ana: User, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """One with a long address and messages in every state, beside one that is off."""
    off, _ = add_endpoint(merchant=harbor, actor=ana, address="https://old.example.com/", types=["batch.finished"])
    made, _ = add_endpoint(merchant=harbor, actor=ana, address=LONG, types=MessageType.values)
    for receiver in (Receiver(), Receiver([500]), Receiver([410])):
        monkeypatch.setattr(delivering, "network", lambda receiver=receiver: receiver.network)
        one = off if receiver.answers == [410] else made
        send_test(one, ana)
        delivering.serve(one.pk)
    made.messages.create(type="guest.refused", body='{"data": "' + "x" * 900 + '"}', tries=18)
    return made


def url(name: str, *arguments: int) -> str:
    return reverse(f"issuance:{name}", args=["harbor-grill", *arguments])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    harbor: Merchant, page_of: Callable[..., Page], ana: User, width: int, scheme: str, request: pytest.FixtureRequest
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    assert_fit_for_everybody(page, url("endpoints"))
    endpoint = request.getfixturevalue("endpoint")
    off = Endpoint.objects.exclude(pk=endpoint.pk).get()
    refused = endpoint.messages.get(type="guest.refused")
    tried = endpoint.messages.order_by("pk")[1]
    for address in (
        url("endpoints"),
        url("endpoint", endpoint.pk),
        url("endpoint", off.pk),
        url("message", refused.pk),
        url("message", tried.pk),
        url("integrations"),
        url("home"),
    ):
        assert_fit_for_everybody(page, address)


def test_addresses_have_room_and_a_button_keeps_away_from_the_last_field(
    endpoint: Endpoint, page_of: Callable[..., Page], ana: User
) -> None:
    page = page_of(ana, width=1280)
    page.goto(url("endpoints"))
    assert page.locator("td.wide").first.evaluate("cell => cell.offsetWidth") > 200
    assert page.locator(".table").first.evaluate("table => table.scrollWidth <= table.clientWidth")
    page.goto(url("integrations"))
    field, button = page.get_by_label("Only from these addresses"), page.get_by_role("button", name="Make the token")
    above, below = field.bounding_box(), button.bounding_box()
    assert above
    assert below
    assert below["y"] - above["y"] - above["height"] > 10


@pytest.mark.parametrize("javascript", [True, False])
def test_a_manager_adds_an_address_and_tries_it(
    harbor: Merchant, page_of: Callable[..., Page], ana: User, javascript: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver()
    monkeypatch.setattr(delivering, "network", lambda: receiver.network)
    page, look = page_of(ana, javascript=javascript), assert_shown_fit if javascript else expect
    page.goto(url("integrations"))
    page.get_by_role("link", name="See who is told what").click()
    page.get_by_label("Address of your system").fill("https://10.0.0.1/")
    page.get_by_label("A batch that a program asked for has ended").check()
    page.get_by_role("button", name="Add the address").click()
    expect(page.get_by_text("This address is in a private network")).to_be_visible()
    look(page)
    page.get_by_label("Address of your system").fill("https://hooks.example.com/portal")
    page.get_by_role("button", name="Add the address").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    look(page)
    page.get_by_role("link", name="https://hooks.example.com/portal").click()
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_text("A test message is sent within seconds")).to_be_visible()
    delivering.serve(Endpoint.objects.get().pk)
    page.reload()
    expect(page.get_by_text("Delivered")).to_be_visible()
    page.get_by_role("link", name="test").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_text("For 24 hours messages are signed with the earlier one as well")).to_be_visible()
