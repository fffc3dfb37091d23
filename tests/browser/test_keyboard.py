"""The whole path without a mouse: from a new campaign to rewarded guests by Tab, Enter, Space and typing alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign, CampaignState
from issuance.models import GuestList
from thanxportal.accounts.models import Merchant, User

MOST_TABS = 80  # from anywhere on a page to any control of it


def reach(page: Page, control: Locator) -> None:
    """Presses Tab until the control has the focus, as somebody would who has nothing else."""
    expect(control).to_be_visible()
    for _ in range(MOST_TABS):
        if control.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{control} can't be reached by {MOST_TABS} tabs.")


def press(page: Page, role: str, name: str) -> None:
    reach(page, page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    reach(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_campaign_is_built_and_its_guests_rewarded_by_keyboard_alone(
    harbor: Merchant, ana: User, page_of: Callable[..., Page], work: Callable[[], None], width: int
) -> None:
    page = page_of(ana, width=width)
    page.goto(f"/m/{harbor.handle}/campaigns/")
    press(page, "link", "New campaign")
    write(page, "Name", "Win-back June")
    press(page, "button", "Now, for 30 days")
    expect(page.get_by_label("Ends")).not_to_have_value("")
    press(page, "button", "Choose a reward")
    press(page, "button", "Free")
    expect(page.get_by_role("button", name="Change")).to_be_visible()
    press(page, "button", "Review and publish")
    press(page, "button", "Publish the campaign")
    expect(page.get_by_text("Thanx is creating the campaign").first).to_be_visible()
    work()
    assert Campaign.objects.get().state == CampaignState.PUBLISHED

    press(page, "link", "Bring guests")
    write(page, "Or paste guests (optional)", "ann@example.com, bob@example.com")
    press(page, "button", "Read the list")
    expect(page.get_by_role("heading", name="Win-back June").or_(page.get_by_text("Reading")).first).to_be_visible()
    work()
    press(page, "link", "Continue with 2 of 2")
    press(page, "button", "Issue 2 rewards")
    guest_list = GuestList.objects.get()
    for _ in range(60):
        work()
        guest_list.refresh_from_db()
        if guest_list.state == "finished":
            break
        page.wait_for_timeout(250)
    assert guest_list.closed
    expect(page.get_by_text("All 2 rows are accounted for.")).to_be_visible()
