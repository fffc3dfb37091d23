"""On a phone no page of many rows is endless: two short lines a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, Variant
from issuance.launching.retries import retry_refused
from issuance.models import GuestList
from issuance.models.states import ListState, Outcome
from tests.cast import draft_campaign
from tests.issuance.factories import make_list, read_file
from thanxportal.accounts.models import User

LONGEST = 4_000  # pixels
WRONG = ("bob at example.com", "eve@gmial.com", "n/a", "dee@@example.com", "gus.example.com")


def brought(campaign: Campaign, by: User, rows: list[str]) -> GuestList:
    text = "First name,Last name,Email,Mobile\n" + "\n".join(rows)
    return read_file(campaign, text, by=by)


def length(page: Page, address: str) -> int:
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    return int(page.evaluate("document.documentElement.scrollHeight"))


def test_fifty_guests_fit_whatever_became_of_them(campaign: Campaign, ana: User, page_of: Callable[..., Page]) -> None:
    page = page_of(ana, width=390)
    rows = [f"Maria Guadalupe,Lopez Okafor,a.rather.long.address.{number}@example.com," for number in range(60)]
    made = brought(campaign, ana, rows)
    assert length(page, f"/m/harbor-grill/lists/{made.pk}/guests/") <= LONGEST
    made.guests.update(outcome=Outcome.REFUSED, reason="INVALID_EMAIL")
    assert length(page, f"/m/harbor-grill/lists/{made.pk}/guests/") <= LONGEST


def test_fifty_guests_who_are_checked_fit_and_so_do_those_of_a_retry(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana, width=390)
    rows = [f"Maria Guadalupe,Lopez Okafor,a.rather.long.address.{number}@example.com," for number in range(60)]
    made = brought(campaign, ana, rows)
    for bucket in ("ready", "fixed", "duplicate"):
        assert length(page, f"/m/harbor-grill/lists/{made.pk}/?show={bucket}") <= LONGEST
    refused = make_list(campaign, ListState.FINISHED, refused=20)
    child = retry_refused(guest_list=refused, reasons=[], actor=ana)
    assert length(page, f"/m/harbor-grill/lists/{child.pk}/") <= LONGEST


def test_the_builder_fits_and_its_summary_is_a_click_away(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    page, draft = page_of(ana, width=390), draft_campaign(campaign.merchant, name="Next")
    Variant.objects.create(
        campaign=draft, position=3, name="Arm D", weight=1, reward_template=campaign.merchant.reward_templates.first()
    )
    assert length(page, f"/m/harbor-grill/campaigns/{draft.pk}/edit/") <= LONGEST
    page.get_by_label("How many guests do you expect?").scroll_into_view_if_needed()
    expect(page.locator("#summary")).to_be_hidden()
    page.locator("summary", has_text="Summary").click()
    expect(page.get_by_text("What guests see")).to_be_in_viewport()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(page.locator("#summary")).to_be_hidden()


def test_twenty_bad_rows_fit(campaign: Campaign, ana: User, page_of: Callable[..., Page]) -> None:
    rows = [f"Maria Guadalupe,Lopez Okafor,{number}{WRONG[number % 5]}," for number in range(20)]
    rows += [f"Ben,Okafor,guest{number}@example.com," for number in range(80)]
    made = brought(campaign, ana, rows)
    assert made.row_errors.count() >= 16
    assert length(page_of(ana, width=390), f"/m/harbor-grill/lists/{made.pk}/?show=invalid") <= LONGEST


@pytest.mark.parametrize("address", ["lists/", ""])
def test_thirty_lists_fit(campaign: Campaign, ana: User, page_of: Callable[..., Page], address: str) -> None:
    for number in range(30):
        make_list(campaign, ListState.FINISHED, name=f"Guests of week {number}", rewarded=2, refused=1)
    assert length(page_of(ana, width=390), f"/m/harbor-grill/{address}") <= LONGEST
