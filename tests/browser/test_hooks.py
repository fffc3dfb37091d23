"""The pages of hooks: accessible in both themes and sizes; fields are chosen by clicks, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.models import EventBatch, Hook, HookEvent
from tests.browser.looks import assert_fit_for_everybody, assert_shown_fit
from tests.issuance.hooks.tools import MAPPING, Tool
from thanxportal.accounts.models import User

ANSWER = {
    "event_id": "01J8ZK4T",
    "form_response": {
        "token": "a3f9",
        "submitted_at": "2026-06-01T12:00:00Z",
        "hidden": {"email": "ann@example.com", "location": "The Old Harbor Grill, Oyster Bar & Lighthouse Tavern"},
        "answers": [{"number": 2}, {"field": "why", "text": "Cold soup, and nobody came for an hour"}],
        "definition": {"fields": [{"title": f"A question that is as long as questions are, {at}"} for at in range(6)]},
    },
}


@pytest.fixture
def tool(one_arm: Campaign, ana: User) -> Tool:
    """With one event of each kind that a page tells of."""
    tool = Tool(one_arm, ana)
    tool.reads(MAPPING, ("/score", "at_most", "2"), ("/location", "is_not", "Pier 9"))
    for number, more in enumerate(({"score": 5}, {"score": "?"}, {"score": 2}, {"score": 1, "guest": {}})):
        tool.send({"id": number, "location": "Pier 4", "guest": {"email": f"guest{number}@example.com"}} | more)
    tool.change(refused_count=3, refused_why="The signature is missing or wrong.", refused_at="2026-06-01T12:00Z")
    tool.send(ANSWER)
    return tool


def address(name: str, row: Hook | HookEvent | None = None) -> str:
    return reverse(f"issuance:{name}", args=["harbor-grill", *([row.pk] if row else [])])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(
    tool: Tool, ana: User, ben: User, page_of: Callable[..., Page], width: int, scheme: str
) -> None:
    last = HookEvent.objects.latest("pk")
    for person in (ana, ben):
        page = page_of(person, width=width, scheme=scheme)
        for name, row in (("hooks", None), ("hook", tool.hook), ("hook_event", last), ("home", None)):
            assert_fit_for_everybody(page, address(name, row))
    page = page_of(ana, width=width, scheme=scheme)
    for name, row in (("hook_new", None), ("hook_rules", tool.hook), ("integrations", None)):
        assert_fit_for_everybody(page, address(name, row))
    assert page.locator(".table").first.evaluate("table => table.scrollWidth <= table.clientWidth")
    page.goto(address("hook_rules", tool.hook))
    page.get_by_role("button", name="Try what you pasted").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    assert_shown_fit(page)


def test_the_name_of_an_event_stays_on_one_line(tool: Tool, ana: User, page_of: Callable[..., Page]) -> None:
    HookEvent.objects.update(note="A reason that is as long as reasons are. " * 6)
    page = page_of(ana, width=1280)
    page.goto(address("hook", tool.hook))
    assert page.locator("td.lead a").first.evaluate("link => link.getClientRects()[0].height") < 30


@pytest.mark.parametrize("javascript", [True, False])
def test_a_manager_makes_a_hook_and_chooses_its_fields_by_clicks(
    one_arm: Campaign, ana: User, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of(ana, javascript=javascript)
    page.goto(address("hooks"))
    page.get_by_role("link", name="New hook").click()
    page.get_by_label("Which tool sends").fill("Survey hook")
    page.get_by_role("button", name="Make the hook").click()
    secret = page.locator(".notice code").inner_text().rpartition("/")[2]
    assert Client().post(f"/hooks/in/{secret}", ANSWER, content_type="application/json").status_code == 202
    page.get_by_role("link", name="Choose the fields").click()
    expect(page.get_by_role("radio", name="Email is in form_response › hidden › email")).to_be_checked()
    assert "ann@" not in page.content()
    for label in ("Reason is in form_response › answers › why › text", "External id is in form_response › token"):
        page.get_by_role("radio", name=label).check(force=True)
    first = page.get_by_role("group", name="Condition 1")
    first.get_by_label("Field").select_option(label="form_response › answers › 1 › number, by its place in the list")
    first.get_by_label("Comparison").select_option(label="is at most")
    first.get_by_label("Value").fill("2")
    page.get_by_role("button", name="Save what it reads").click()
    expect(page.get_by_text("form_response › answers › 1 › number is at most 2")).to_be_visible()
    page.get_by_role("button", name="Try 1 event again").click()
    expect(page.get_by_text("Waits to be gathered")).to_be_visible()
    (guest,) = EventBatch.objects.get().guests
    assert guest[5] == ["ann@example.com", "", "Cold soup, and nobody came for an hour", "a3f9"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_pasted_sample_is_tried_and_an_event_that_waits_is_let_through(
    tool: Tool, ana: User, page_of: Callable[..., Page], javascript: bool
) -> None:
    page = page_of(ana, javascript=javascript)
    page.goto(address("hook_rules", tool.hook))
    page.get_by_label("What the tool would send").fill("score=9&location=x&email=ann@example.com")
    page.get_by_role("button", name="Try what you pasted").click()
    expect(page.get_by_text("Nobody would be rewarded.")).to_be_visible()
    page.goto(address("home"))
    page.get_by_role("link", name="Look and decide").click()
    page.get_by_role("link", name=f"at event {HookEvent.objects.latest('pk').pk}").click()
    page.get_by_role("radio", name="Email is in form_response › hidden › email").check(force=True)
    page.get_by_role("button", name="Reward this guest").click()
    expect(page.get_by_text("Its guest goes the way of every guest")).to_be_visible()
    assert HookEvent.objects.latest("pk").state == "passed"
