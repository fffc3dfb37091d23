"""On a phone no page of many rows is endless: two short lines a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState, Outcome
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
