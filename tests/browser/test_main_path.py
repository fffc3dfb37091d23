"""From a guest list to rewarded guests, in a browser: with JavaScript, without it, and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import GuestList
from thanxportal.accounts.models import User

ROWS = "Name,Email\n" + "".join(f"Guest {n},guest{n}@example.com\n" for n in range(40))
FILE = ROWS + "Again,GUEST3@example.com\nBroken,nobody.example.com\n"


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (True, 390), (False, 1280)])
def test_a_marketer_brings_guests_checks_them_and_issues(
    campaign: Campaign,
    ana: User,
    page_of: Callable[..., Page],
    work: Callable[[], None],
    tmp_path: Path,
    javascript: bool,
    width: int,
) -> None:
    file = tmp_path / "june.csv"
    file.write_text(FILE)
    page = page_of(ana, width=width, javascript=javascript)
    page.goto(f"/m/{campaign.merchant.handle}/campaigns/{campaign.pk}/")
    page.get_by_role("link", name="Bring guests").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Read the list").click()
    expect(page.locator("summary", has_text="Cancel")).to_be_visible()
    work()
    page.reload()
    expect(page.get_by_text("nobody.example.com")).to_be_visible()
    page.get_by_role("link", name="Continue with 40 of 42").click()
    guest_list = GuestList.objects.get()
    expect(page.locator(".sentence")).to_contain_text("Harbor Grill")
    page.get_by_role("button", name=f"Issue {guest_list.waiting_count} rewards").click()
    for _ in range(30):
        work()
        guest_list.refresh_from_db()
        if guest_list.state == "finished":
            break
        page.wait_for_timeout(300)
    assert guest_list.closed
    if not javascript:
        page.reload()
    expect(page.get_by_text("Finished").first).to_be_visible()
    expect(page.locator(".ledger")).to_contain_text(str(guest_list.rewarded_count))
    assert guest_list.rows_count == 42


def test_an_empty_form_says_what_is_missing_and_where(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto(f"/m/{campaign.merchant.handle}/campaigns/{campaign.pk}/lists/new/")
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_text("There is nothing to read yet")).to_be_visible()
