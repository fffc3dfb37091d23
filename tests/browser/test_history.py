"""Sessions that end, Back and Forward, double clicks, and pages without JavaScript, as a browser plays them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserType, Page, expect

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.browser.looks import assert_fit_for_everybody
from tests.cast import PASSWORD
from tests.issuance.factories import make_list
from tests.signing_in import with_password
from thanxportal.accounts.models import Merchant, User

BACK_CACHE = "--disable-back-forward-cache"


@pytest.fixture(params=[True, False], ids=["with bfcache", "without bfcache"])
def remembering(request: Any, browser_type: BrowserType, live_server: Any, client_of: Any) -> Iterator[Any]:
    """Opens pages in a Chromium that keeps whole pages for Back and Forward, and in one that doesn't."""
    kept_apart = [BACK_CACHE] if request.param else None
    browser = browser_type.launch(executable_path=CHROMIUM, args=FLAGS, ignore_default_args=kept_apart)

    def open_page(user: User) -> Page:
        context = browser.new_context(base_url=live_server.url)
        cookie = client_of(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield open_page
    browser.close()


def sign_in(page: Page, person: User) -> None:
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def is_whole(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    expect(page.get_by_role("navigation").first).to_be_visible()
    expect(page.locator("main")).to_have_count(1)


def test_a_page_that_polls_leads_to_sign_in_as_a_whole_and_back(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    made = make_list(campaign, ListState.ISSUING, waiting=4, rewarded=2)
    address = reverse("issuance:list_detail", args=["harbor-grill", made.pk])
    page = page_of(with_password(ana))
    page.goto(address)
    is_whole(page, "June guests")
    Session.objects.all().delete()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator(".dock")).to_have_count(0)
    sign_in(page, ana)
    is_whole(page, "June guests")
    assert page.url.endswith(address)


def test_no_poll_takes_away_a_page_in_which_somebody_types(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    make_list(campaign, ListState.ISSUING, waiting=4, rewarded=2)
    page = page_of(with_password(ana))
    page.goto(reverse("issuance:list_new", args=["harbor-grill", campaign.pk]))
    page.get_by_label("Name of this list").fill("Late guests")
    Session.objects.all().delete()
    expect(page.get_by_text("You were signed out. Send or copy what you typed")).to_be_visible()
    expect(page.get_by_label("Name of this list")).to_have_value("Late guests")


@pytest.mark.parametrize("javascript", [True, False])
def test_guests_pasted_in_a_session_that_is_over_are_still_there_after_signing_in(
    campaign: Campaign, ana: User, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of(with_password(ana), javascript=javascript)
    page.goto(reverse("issuance:list_new", args=["harbor-grill", campaign.pk]))
    page.get_by_label("Name of this list").fill("Late guests")
    page.get_by_label("Or paste guests").fill("late@example.com")
    Session.objects.all().delete()
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_text("What you typed comes back")).to_be_visible()
    sign_in(page, ana)
    expect(page.get_by_label("Name of this list")).to_have_value("Late guests")
    expect(page.get_by_label("Or paste guests")).to_have_value("late@example.com")


def test_back_and_forward_show_whole_pages_after_a_search(
    harbor: Merchant, ana: User, remembering: Callable[[User], Page]
) -> None:
    page = remembering(ana)
    page.goto("/m/harbor-grill/rewards/")
    page.get_by_role("searchbox").fill("zzz")
    page.wait_for_url("**/rewards/?*q=zzz*")
    expect(page.get_by_text("No reward").first).to_be_visible()
    page.get_by_role("link", name="Campaigns").first.click()
    is_whole(page, "Campaigns")
    page.go_back()
    is_whole(page, "Rewards")
    expect(page.get_by_text("No reward").first).to_be_visible()
    page.go_back()
    is_whole(page, "Rewards")
    expect(page.locator(".reward-card, .reward").first).to_be_visible()
    page.go_forward()
    expect(page.get_by_text("No reward").first).to_be_visible()
    is_whole(page, "Rewards")


def test_back_and_forward_show_whole_pages_after_a_bucket_of_the_check(
    campaign: Campaign, ana: User, remembering: Callable[[User], Page]
) -> None:
    made = make_list(campaign, waiting=3, invalid=2)
    page = remembering(ana)
    page.goto(reverse("issuance:list_detail", args=["harbor-grill", made.pk]))
    page.locator("#tab-ready").click()
    expect(page.locator("#tab-ready[aria-current]")).to_be_visible()
    page.get_by_role("link", name="Continue with 3 of 5").click()
    is_whole(page, "Review")
    page.go_back()
    is_whole(page, "Check your guests")
    page.go_back()
    is_whole(page, "Check your guests")
    page.go_forward()
    is_whole(page, "Check your guests")


def test_no_guest_comes_back_after_signing_out(
    campaign: Campaign, ana: User, remembering: Callable[[User], Page]
) -> None:
    made = make_list(campaign, by=ana, waiting=3)
    page = remembering(with_password(ana))
    page.goto(reverse("issuance:guests", args=["harbor-grill", made.pk]))
    guests = page.get_by_role("button", name="Show row 2 in full")
    expect(guests).to_be_visible()
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign")).to_be_visible()
    expect(guests).to_have_count(0)


def test_pages_look_again_without_javascript(
    campaign: Campaign, ana: User, page_of: Callable[..., Page], work: Callable[[], None]
) -> None:
    made = make_list(campaign, ListState.ISSUING, waiting=4, rewarded=2)
    page = page_of(ana, javascript=False)
    page.goto(reverse("issuance:list_detail", args=["harbor-grill", made.pk]))
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    GuestList.objects.filter(pk=made.pk).update(name="July guests")
    expect(page.get_by_role("heading", name="July guests")).to_be_visible()


def test_what_was_wrong_with_a_file_is_gone_once_another_is_chosen(
    campaign: Campaign, ana: User, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto(reverse("issuance:list_new", args=["harbor-grill", campaign.pk]))
    page.get_by_role("button", name="Read the list").click()
    expect(page.get_by_text("There is nothing to read yet.")).to_be_visible()
    guests = {"name": "june.csv", "mimeType": "text/csv", "buffer": b"Email\nann@example.com\n"}
    page.get_by_label("Drop a file here").set_input_files(guests)  # type: ignore[arg-type]
    expect(page.get_by_text("There is nothing to read yet.")).to_have_count(0)
    expect(page.locator(".dropzone.wrong")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_is_scheduled_and_stopped(
    campaign: Campaign, ana: User, page_of: Callable[..., Page], javascript: bool
) -> None:
    made = make_list(campaign, waiting=3)
    page = page_of(ana, javascript=javascript)
    page.goto(reverse("issuance:list_review", args=["harbor-grill", made.pk]))
    page.get_by_text("Or start later").click()
    page.get_by_label("Start on").fill(f"{timezone.now() + timedelta(days=2):%Y-%m-%dT10:00}")
    page.get_by_role("button", name="Schedule 3 rewards").click()
    expect(page.get_by_text("Scheduled for")).to_be_visible()
    if javascript:
        assert_fit_for_everybody(page, page.url)
    page.get_by_role("button", name="Stop before anything is sent").click()
    expect(page.get_by_text("Stopped before anything was sent.").first).to_be_visible()
