"""The read-out as people meet it: locked, then read; accessible, in both themes, at both sizes, without JavaScript, on
one page of paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import ReadOut
from tests.browser.looks import assert_fit_for_everybody
from tests.issuance.factories import published_campaign
from tests.issuance.readout.feeds import WINDOW, exported, issued, read_out_now
from thanxportal.accounts.models import Merchant, User


@pytest.fixture
def told(harbor: Merchant) -> Campaign:
    """A campaign of last month, whose read-out is due."""
    campaign = published_campaign(harbor)
    exported(issued(campaign, 1_000, at=timezone.now() - WINDOW), lift=0.2)
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    assert read_out_now() == 1
    return campaign


def address(campaign: Campaign) -> str:
    return reverse("issuance:read_out", args=["harbor-grill", campaign.pk])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    told: Campaign, page_of: Callable[..., Page], ana: User, width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    assert_fit_for_everybody(page, address(told))
    expect(page.get_by_text("more visits per 100 guests than no reward")).to_have_count(2)
    assert_fit_for_everybody(page, reverse("issuance:campaign_lists", args=["harbor-grill", told.pk]))
    assert_fit_for_everybody(page, reverse("issuance:read_outs", args=["harbor-grill"]))
    waiting = published_campaign(told.merchant, name="Summer")
    issued(waiting, 100, at=timezone.now(), first=2_000)
    assert_fit_for_everybody(page, address(waiting))


def test_a_manager_opens_it_early_and_enters_costs_without_javascript(
    harbor: Merchant, page_of: Callable[..., Page], ana: User
) -> None:
    campaign = published_campaign(harbor)
    exported(issued(campaign, 400, at=timezone.now() - WINDOW), lift=0.2)
    page = page_of(ana, javascript=False)
    page.goto(address(campaign))
    page.get_by_label("Why do you open it before its date?").fill("The board meets tomorrow.")
    page.get_by_role("button", name="Open the read-out early").click()
    expect(page.get_by_label("Why do you open it before its date?")).to_have_count(0)
    read_out_now()
    page.reload()
    expect(page.get_by_text("Opened before its date.")).to_be_visible()
    page.get_by_text("Enter what a reward costs you").click()
    page.get_by_label("What one redeemed “Arm A” costs you, in dollars").fill("3.10")
    page.get_by_role("button", name="Keep these costs").click()
    expect(page.get_by_role("heading", name="Cost and gain")).to_be_visible()
    assert ReadOut.objects.get().costs == {str(campaign.variants.all()[0].pk): 310}


def test_on_paper_there_are_no_buttons_and_no_menu(told: Campaign, page_of: Callable[..., Page], ana: User) -> None:
    page = page_of(ana)
    page.goto(address(told))
    page.emulate_media(media="print")
    expect(page.get_by_text("Download the numbers")).to_be_hidden()
    expect(page.get_by_text("Enter what a reward costs you")).to_be_hidden()
    expect(page.get_by_text("Control: 100 guests.")).to_be_visible()
    assert re.findall(rb"/Type /Page\b", page.pdf(format="Letter")) == [b"/Type /Page"]
