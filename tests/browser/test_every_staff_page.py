"""Every page of the admin: accessible in both themes, on a desk and on a phone, and within the content policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from campaigns.models import Campaign
from issuance.models import note_event
from issuance.models.states import ListState
from tests.admin.rows import MODELS, make_everything, url
from tests.browser.looks import assert_shown_fit
from tests.issuance.factories import make_list
from thanxportal.accounts.models import User

LOOKS = [("light", 1280), ("dark", 390)]
LEAST = 70  # pages
ACTS = {  # that ask before they do anything
    "issuancejob": ("return_to_work",),
    "guestlist": ("return_to_work",),
    "sendingpause": ("resume",),
    "thanxstatement": ("confirm",),
}


@pytest.fixture
def everything(campaign: Campaign, ana: User) -> None:
    made = make_list(campaign, ListState.FINISHED, by=ana, rewarded=6, refused=2, control=1, invalid=2, duplicate=1)
    note_event(made, ListState.FINISHED, actor=ana)
    make_everything(made, ana)


def pages_of_admin(page: Page) -> Iterator[str]:
    """The addresses that answer with a page, for each kind of row: all of them, one, its history, and a new one."""
    yield from (reverse("admin:index"), reverse("admin:issuance_gate"))
    for model in MODELS:
        row = model._default_manager.first()  # type: ignore[attr-defined]
        assert row, model
        yield url(model, "changelist")
        yield from (url(model, one, row.pk) for one in ("change", "history"))
        if page.request.get(url(model, "add")).status == 200:
            yield url(model, "add")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_on_any_page_of_staff(
    sam: User, page_of: Callable[..., Page], width: int, scheme: str, complaints: list[str]
) -> None:
    page = page_of(sam, width=width, scheme=scheme)
    addresses = [*pages_of_admin(page)]
    for address in addresses:
        page.goto(address)
        assert complaints == [], address
        assert_shown_fit(page)
        complaints.clear()  # axe reads what stylesheets import by a style of its own.
    assert len(addresses) >= LEAST, addresses


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_where_staff_are_asked_before_they_act(
    sam: User, page_of: Callable[..., Page], width: int, scheme: str, complaints: list[str]
) -> None:
    page = page_of(sam, width=width, scheme=scheme)
    for model in MODELS:
        for act in ACTS.get(model._meta.model_name or "", ()):
            page.goto(url(model, "changelist"))
            page.locator("input.action-select").first.check()
            page.locator("select[name=action]").select_option(act)
            page.get_by_role("button", name="Go").click()
            page.wait_for_load_state()
            assert complaints == [], act
            assert_shown_fit(page)
            complaints.clear()  # As above.
