"""The page of exports: accessible in both themes and at both sizes, with what was wrong, and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import ExportFile, Purchase
from issuance.worker.due_work import load_due_exports
from tests.browser.looks import assert_fit_for_everybody
from tests.issuance.exports.bringing import ANN, COFFEE, LUNCH, MEMBERSHIPS, OF_GUESTS, PURCHASES, lines, load
from tests.issuance.factories import checked
from thanxportal.accounts.models import Merchant, User

BAD = COFFEE.replace("p1", "p4").replace("5.00", "five").replace("4.50", "")
LONG = f"purchases_{'of_everybody_' * 8}2026-07-03.csv"


@pytest.fixture
def loaded(one_arm: Campaign, harbor: Merchant) -> None:
    """Exports in every state: loaded, with rows that can't be read, refused and waiting."""
    load(harbor, lines(PURCHASES, LUNCH), "purchases_2026-07-01.csv")
    checked(one_arm, OF_GUESTS)
    load(harbor, lines(MEMBERSHIPS, ANN), "memberships.csv")
    load(harbor, lines(PURCHASES, COFFEE, BAD, BAD[:9]), LONG)
    load(harbor, lines(PURCHASES, COFFEE.replace("p1", '"p1')), "purchases.csv")


def address() -> str:
    return reverse("issuance:exports", args=["harbor-grill"])


def file_of(name: str, *rows: str) -> Any:
    return {"name": name, "mimeType": "text/csv", "buffer": lines(*rows).encode()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    harbor: Merchant, one_arm: Campaign, page_of: Callable[..., Page], ana: User, width: int, scheme: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    page = page_of(ana, width=width, scheme=scheme)
    assert_fit_for_everybody(page, address())
    request.getfixturevalue("loaded")
    assert_fit_for_everybody(page, address())
    assert page.locator(".table").evaluate("table => table.scrollWidth <= table.clientWidth")
    page.get_by_text("2 rows can’t be read").click()
    expect(page.get_by_text("Line 3: “authorization_amount” isn’t an amount.")).to_be_visible()
    assert_fit_for_everybody(page, page.url)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_wrong_file_is_told_beside_its_field_and_the_right_one_is_loaded(
    loaded: None, page_of: Callable[..., Page], ana: User, javascript: bool
) -> None:
    page = page_of(ana, javascript=javascript)
    page.goto(address())
    choose = page.get_by_label("Drop an export here, or choose one")
    choose.set_input_files(file_of("tables.csv", "name,table"))
    page.get_by_role("button", name="Load the export").click()
    problem = page.get_by_text("“tables.csv” isn’t an export of Thanx")
    expect(problem).to_be_visible()
    described = choose.get_attribute("aria-describedby") or ""
    assert any(page.locator(f"#{id}").get_by_text("isn’t an export").count() for id in described.split())
    assert choose.get_attribute("aria-invalid") == "true"
    assert ExportFile.objects.count() == 4
    choose.set_input_files(file_of("purchases_2026-07-05.csv", PURCHASES, COFFEE.replace("p1", "p3")))
    page.get_by_role("button", name="Load the export").click()
    expect(page.get_by_text("“purchases_2026-07-05.csv” is being loaded.")).to_be_visible()
    load_due_exports()
    page.reload()
    expect(page.get_by_role("row", name="purchases_2026-07-05.csv")).to_contain_text("Loaded")
    assert Purchase.objects.filter(purchase_id="p3").exists()


def test_it_is_found_and_used_by_keyboard_alone(harbor: Merchant, page_of: Callable[..., Page], ana: User) -> None:
    page = page_of(ana)
    page.goto(reverse("accounts:settings", args=["harbor-grill"]))
    page.get_by_role("link", name="Load exports").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Exports of Thanx", level=1)).to_be_visible()
    page.get_by_label("Drop an export here, or choose one").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Load the export")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Drop an export here, or choose one")).to_be_focused()
