"""The pages on which staff find out what is wrong: accessible, in both themes, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import GuestList, Rehearsal
from tests.browser.looks import assert_fit_for_everybody
from thanxportal.accounts.models import User
from thanxportal.partner.models import ApiRequest


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_where_staff_begin(
    campaign: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    work: Callable[[], None],
    page_of: Callable[..., Page],
    sam: User,
    width: int,
    scheme: str,
) -> None:
    launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(20)))
    work()
    page = page_of(sam, width=width, scheme=scheme)
    assert_fit_for_everybody(page, reverse("admin:index"))
    page.get_by_label("Find").fill("guest1@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_text("g•••@example.com")).to_be_visible()
    assert "guest1" not in page.url
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_on_the_way_to_certification(
    one_arm: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    work: Callable[[], None],
    page_of: Callable[..., Page],
    sam: User,
    width: int,
    scheme: str,
) -> None:
    Rehearsal.objects.create(environment="simulation", started_by=sam, started_at=one_arm.created_at)
    launched(one_arm, "ann@example.com")
    work()
    page = page_of(sam, width=width, scheme=scheme)
    assert_fit_for_everybody(page, reverse("admin:issuance_onboarding"))
    ApiRequest.objects.create(method="GET", path="/partner/scopes", status=503, code="InDoubt", duration_ms=9)
    for name in ("failures", "training", "certification"):
        assert_fit_for_everybody(page, reverse(f"admin:issuance_{name}"))
    for summary in page.locator(".rule summary").all():
        summary.click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
