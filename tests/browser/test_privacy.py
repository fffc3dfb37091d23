"""A manager answers a guest: looks up, gives a copy, erases; with JavaScript, without it, on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.launching.launch import launch_list
from issuance.models import GuestList
from issuance.privacy.removal import remove_personal_data
from tests.browser.looks import assert_fit_for_everybody
from tests.issuance.factories import checked
from thanxportal.accounts.models import User

WAYS = [(True, 1280, "light"), (True, 390, "dark"), (False, 1280, "dark"), (False, 390, "light")]
GUEST = "guest1@example.com"


@pytest.fixture
def finished(campaign: Campaign, work: Callable[[], None]) -> GuestList:
    content = "\n".join(["email", *(f"guest{number}@example.com" for number in range(8))])
    made = checked(campaign, content)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=None)
    while not made.status.ended:
        work()
        made.refresh_from_db()
    return made


def assert_looks_fit(page: Page, *, javascript: bool) -> None:
    """As it is after a form was posted; axe needs JavaScript."""
    if not javascript:
        return
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(("javascript", "width", "scheme"), WAYS)
def test_a_guest_is_looked_up_exported_and_erased(
    finished: GuestList, ana: User, page_of: Callable[..., Page], javascript: bool, width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, javascript=javascript, scheme=scheme)
    handle = finished.merchant.handle
    page.goto(reverse("accounts:settings", args=[handle]))
    page.get_by_role("link", name="Guests’ privacy").click()
    assert_looks_fit(page, javascript=javascript)
    for act in ("Show as a page to print", "Erase this guest"):
        page.get_by_label("Email or phone of the guest").fill(GUEST)
        page.get_by_role("button", name="Look the guest up").click()
        expect(page.get_by_role("heading", name=GUEST)).to_be_visible()
        assert_looks_fit(page, javascript=javascript)
        page.get_by_role("button", name=act).click()
        if act.startswith("Show"):
            expect(page.get_by_role("heading", name="Rows of lists")).to_be_visible()
            assert_looks_fit(page, javascript=javascript)
            page.goto(reverse("issuance:privacy", args=[handle]))
    expect(page.get_by_text("Not everything is removed yet.")).to_be_visible()
    assert GUEST not in page.url
    remove_personal_data()
    page.reload()
    assert_looks_fit(page, javascript=javascript)
    expect(page.get_by_text("Rows of guests")).to_be_visible()
    page.goto(reverse("issuance:privacy", args=[handle]))
    assert_looks_fit(page, javascript=javascript)
    expect(page.get_by_text("Done")).to_be_visible()


@pytest.mark.parametrize(("javascript", "width", "scheme"), WAYS[:2])
def test_a_list_says_that_its_guests_are_gone(
    finished: GuestList, ana: User, page_of: Callable[..., Page], javascript: bool, width: int, scheme: str
) -> None:
    GuestList.objects.filter(pk=finished.pk).update(ended_at="2020-01-01T00:00:00Z")
    remove_personal_data()
    page = page_of(ana, width=width, javascript=javascript, scheme=scheme)
    for name in ("list_detail", "guests"):
        assert_fit_for_everybody(page, reverse(f"issuance:{name}", args=[finished.merchant.handle, finished.pk]))
        expect(page.get_by_text("under the 90-day rule")).to_be_visible()
