"""A passkey is made, named, asked for at the entrance and removed: with a device that Chromium pretends to have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import GuestList
from tests.browser.looks import assert_fit_for_everybody
from tests.cast import PASSWORD
from tests.issuance.factories import checked
from tests.signing_in import with_password
from thanxportal.accounts.models import User

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device(page_of: Callable[..., Page], ana: User) -> Page:
    """Ana's browser, with a device that makes passkeys; she is not signed in."""
    page = page_of(with_password(ana))
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return page


def sign_in(page: Page) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def add_passkey(page: Page, name: str) -> None:
    page.goto(reverse("mfa_add_webauthn"))
    if page.get_by_role("button", name="Confirm").is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create the passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()


def test_a_passkey_is_added_named_used_at_the_entrance_and_removed(device: Page, settings: Any) -> None:
    sign_in(device)
    add_passkey(device, "Work laptop")
    device.goto(reverse("mfa_index"))
    device.get_by_role("link", name="Rename Work laptop").click()
    device.get_by_label("Name").fill("Old laptop")
    device.get_by_role("button", name="Save the name").click()
    expect(device.get_by_text("Old laptop").first).to_be_visible()
    device.context.clear_cookies()
    sign_in(device)
    expect(device.get_by_role("heading", name="One more step")).to_be_visible()
    device.get_by_role("button", name="Use a passkey").click()
    expect(device.get_by_role("heading", name="Harbor Grill")).to_be_visible()
    device.goto(reverse("accounts:sessions"))
    expect(device.get_by_role("row", name="This one").get_by_text("Passed", exact=True)).to_be_visible()
    device.goto(reverse("mfa_index"))
    device.get_by_role("link", name="Remove Old laptop").click()
    device.get_by_role("button", name="Use a passkey").click()
    device.get_by_role("button", name="Remove the passkey").click()
    expect(device.get_by_text("Passkey removed.")).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_launch_is_confirmed_by_a_passkey_and_goes_on_where_it_was(
    device: Page, campaign: Campaign, settings: Any
) -> None:
    made = checked(campaign, "email\na@example.com\n")
    sign_in(device)
    add_passkey(device, "Work laptop")
    settings.SECOND_FACTOR = True
    device.goto(reverse("issuance:list_review", args=[campaign.merchant.handle, made.pk]))
    launch = device.get_by_role("button", name="Issue 1 reward")
    launch.click()
    device.get_by_role("button", name="Use a passkey").click()
    assert GuestList.objects.get(pk=made.pk).state == "checked"
    launch.click()
    expect(device.get_by_role("heading", name="June guests")).to_be_visible()
    assert GuestList.objects.get(pk=made.pk).state == "held"


def test_an_answer_that_was_changed_on_its_way_proves_nothing(device: Page) -> None:
    sign_in(device)
    add_passkey(device, "Work laptop")
    device.goto(f"{reverse('mfa_reauthenticate_webauthn')}?next=/profile/")
    device.evaluate("""async () => {
        const options = JSON.parse(document.getElementById("passkey-options").textContent).request_options;
        const answer = await webauthnJSON.get(options);
        answer.response.signature = answer.response.signature.slice(0, -6) + "AAAAAA";
        const form = document.querySelector("form[data-passkey]");
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
    }""")
    expect(device.get_by_text("Your device’s answer can’t be read.")).to_be_visible()
    device.get_by_role("button", name="Use a passkey").click()
    device.wait_for_url("**/profile/")


def test_who_cancels_is_told_and_tries_again(device: Page) -> None:
    sign_in(device)
    add_passkey(device, "Work laptop")
    device.context.clear_cookies()
    sign_in(device)
    device.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError'))")
    device.reload()
    device.get_by_role("button", name="Use a passkey").click()
    expect(device.get_by_text("None of your passkeys answered.")).to_be_visible()
    expect(device.get_by_role("button", name="Use a passkey")).to_be_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(device: Page, width: int, scheme: Any) -> None:
    sign_in(device)
    add_passkey(device, "Work laptop")
    device.set_viewport_size({"width": width, "height": 900})
    device.emulate_media(color_scheme=scheme)
    key = Authenticator.objects.get(type="webauthn").pk
    for name in ("mfa_index", "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "accounts:sessions"):
        assert_fit_for_everybody(device, reverse(name))
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert_fit_for_everybody(device, reverse(name, args=[key]))
