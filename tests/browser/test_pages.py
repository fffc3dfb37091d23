"""Every page of a merchant, as people meet it: accessible, in both themes, at both sizes, light to load."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Response, expect

from campaigns.drafts import duplicate_campaign
from campaigns.models import Campaign, CampaignAtThanx, Location
from issuance.launching.retries import send_unsent
from issuance.models import GuestList
from issuance.models.states import ListState
from tests.browser.looks import assert_fit_for_everybody
from tests.cast import draft_campaign
from tests.issuance.factories import checked, make_list
from thanxportal.accounts.models import Merchant, User

GUESTS = "\n".join(["email", *(f"guest{number}@example.com" for number in range(60)), "guest1@example.com", "nobody"])


@pytest.fixture
def addresses(campaign: Campaign) -> list[str]:
    """Each page of the main path, of a list that waits for its review."""
    made = checked(campaign, GUESTS)
    handle, template = campaign.merchant.handle, campaign.merchant.reward_templates.first()
    assert template is not None
    at_thanx = {"merchant": campaign.merchant, "seen_at": timezone.now(), "time_zone": "America/Chicago"}
    Location.objects.create(thanx_id="loc1", name="Downtown", street="1 Main St", **at_thanx)
    arms = [{"name": "A", "reward_template_id": template.thanx_id}, {"name": "Control", "reward_template_id": None}]
    elsewhere = {"name": "Made by hand", "arms": arms, "seen_at": timezone.now()}
    CampaignAtThanx.objects.create(merchant=campaign.merchant, thanx_id="camp_1", **elsewhere)
    CampaignAtThanx.objects.create(merchant=campaign.merchant, thanx_id=campaign.thanx_id, **elsewhere)
    about: dict[str, list[Any]] = {
        "issuance:home": [],
        "issuance:list_index": [],
        "accounts:activity": [],
        "campaigns:location_list": [],
        "campaigns:template_list": [],
        "campaigns:template_detail": [template.pk],
        "campaigns:campaign_list": [],
        "campaigns:campaign_new": [],
        "campaigns:campaign_detail": [campaign.pk],
        "issuance:list_new": [campaign.pk],
        "issuance:list_detail": [made.pk],
        "issuance:list_review": [made.pk],
        "issuance:guests": [made.pk],
    }
    return [reverse(name, args=[handle, *rest]) for name, rest in about.items()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    addresses: list[str], page_of: Callable[..., Page], ana: User, width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    for address in addresses:
        assert_fit_for_everybody(page, address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_lists_in_every_state_and_a_complete_draft(
    campaign: Campaign, page_of: Callable[..., Page], ana: User, width: int, scheme: str
) -> None:
    now = timezone.now()
    stopped = make_list(campaign, ListState.STOPPED, name="Stopped", rewarded=3, refused=2, waiting=4)
    held = make_list(campaign, ListState.HELD, name="Held", waiting=4, held_until=now + timedelta(minutes=2))
    issuing = make_list(campaign, ListState.ISSUING, name="Issuing", rewarded=3, refused=2, waiting=4, unknown=1)
    safety = make_list(
        campaign, ListState.ISSUING, name="Safety", refused=4, waiting=9, canary_size=4, safety_stop_at=now
    )
    unreadable = make_list(campaign, ListState.UNREADABLE, name="Broken", problem="It is empty.")
    unsent = send_unsent(guest_list=stopped, actor=ana)
    draft = draft_campaign(campaign.merchant, name="Complete draft")
    page = page_of(ana, width=width, scheme=scheme)
    for made in (stopped, held, issuing, safety, unreadable, unsent):
        assert_fit_for_everybody(page, reverse("issuance:list_detail", args=[campaign.merchant.handle, made.pk]))
    assert_fit_for_everybody(page, reverse("campaigns:campaign_detail", args=[campaign.merchant.handle, draft.pk]))
    page.get_by_text("Delete this draft").click()
    expect(page.get_by_role("button", name="Yes, delete “Complete draft”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Delete this draft")).to_be_focused()
    assert_fit_for_everybody(page, reverse("issuance:home", args=[campaign.merchant.handle]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_where_somebody_signs_in_or_goes_wrong(
    harbor: Merchant, ben: User, page_of: Callable[..., Page], complaints: list[str], width: int, scheme: str
) -> None:
    page = page_of(ben, width=width, scheme=scheme)
    page.route("**/broken/", lambda route: route.fulfill(status=500, body=render_to_string("500.html")))
    for address in (f"/m/{harbor.handle}/settings/", "/nowhere/", "/broken/"):
        assert_fit_for_everybody(page, address)
    assert [text.partition("status of ")[2][:3] for text in complaints] == ["403", "404", "500"]
    complaints.clear()
    page.context.clear_cookies()
    for address in ("/account/login/", "/account/password/reset/"):
        assert_fit_for_everybody(page, address)


LONG = "The Old Harbor Grill, Oyster Bar & Lighthouse Tavern at Fisherman’s Wharf 🦞 مطعم"
UNBROKEN = "Pneumonoultramicroscopicsilicovolcanoconiosis" * 3


@pytest.mark.parametrize("width", [1280, 390])
def test_long_odd_and_unbroken_names_fit(
    addresses: list[str], campaign: Campaign, page_of: Callable[..., Page], ana: User, width: int
) -> None:
    Merchant.objects.filter(pk=campaign.merchant_id).update(name=LONG)
    Campaign.objects.filter(pk=campaign.pk).update(name=UNBROKEN[:120], objective=LONG * 3)
    GuestList.objects.update(name=UNBROKEN)
    campaign.variants.filter(position=0).update(name=UNBROKEN[:80])
    campaign.merchant.reward_templates.update(name=f"<b>{UNBROKEN}</b> قهوة مجانية", description=LONG * 4)
    draft = duplicate_campaign(campaign=Campaign.objects.with_variants().get(pk=campaign.pk), actor=None)
    edit = reverse("campaigns:campaign_edit", args=[campaign.merchant.handle, draft.pk])
    page = page_of(ana, width=width)
    for address in [*addresses, f"{edit}?pick=0"]:
        page.goto(address)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{address} is {overflow} px too wide"
    if width == 390:
        page.locator("details.menu > summary").click()
        menu = page.locator(".menu-body")
        assert menu.evaluate("body => body.scrollWidth - body.clientWidth") <= 0


def test_the_style_guide_is_as_accessible_as_what_is_built_from_it(
    page_of: Callable[..., Page], ana: User, settings: Any
) -> None:
    settings.DEBUG = True
    for scheme, width in (("light", 1280), ("dark", 390)):
        page = page_of(ana, width=width, scheme=scheme)
        page.goto("/_styleguide/")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0


def test_the_first_load_of_every_page_is_light(addresses: list[str], page_of: Callable[..., Page], ana: User) -> None:
    """Under 100 KB over the wire, htmx included: pages as they are, files packed as WhiteNoise serves them."""
    for address in addresses:
        page = page_of(ana)
        sizes: list[int] = []
        page.on("response", lambda response, sizes=sizes: sizes.append(_wire_size(response)))
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert sum(sizes) < 100_000, f"{address} weighs {sum(sizes)} bytes"
        assert len(sizes) < 15
        assert page.evaluate("document.querySelectorAll('*').length") < 1_500, address


def _wire_size(response: Response) -> int:
    if not response.ok:
        return 0
    body = response.body()
    return len(gzip.compress(body)) if "/static/" in response.url else len(body)


def test_a_poll_answer_is_small(addresses: list[str], page_of: Callable[..., Page], ana: User) -> None:
    made = GuestList.objects.get()
    address = reverse("issuance:list_progress", args=[made.merchant.handle, made.pk])
    response = page_of(ana).request.get(address, headers={"HX-Request": "true"})
    assert response.ok
    assert 500 < len(response.body()) < 10_000
