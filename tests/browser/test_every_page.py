"""Every address that shows a page: accessible in both themes and at both sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.privacy.erasing import order_erasure
from tests.browser.looks import assert_fit_for_everybody
from tests.issuance.factories import make_list
from tests.routes import ROUTES
from thanxportal.accounts.models import User

NOT_OURS = ("admin:", "account_logout", "accounts:start")
LEAST = 30  # pages


@pytest.fixture
def finished(campaign: Campaign, ana: User) -> GuestList:
    """A list with guests of every fate, and somebody who asked to be erased."""
    order_erasure(merchant=campaign.merchant, value="zoe@example.com", actor=ana)
    counts = {"rewarded": 6, "refused": 2, "control": 1, "invalid": 2, "duplicate": 1}
    return make_list(campaign, ListState.FINISHED, by=ana, **counts)


def pages_of(page: Page, made: GuestList) -> Iterator[str]:
    """The addresses that answer with a whole page to who manages the merchant."""
    campaign = made.campaign
    template, erasure = campaign.merchant.reward_templates.first(), campaign.merchant.erasures.first()
    of = {"template": template, "erasure": erasure, "certificate": erasure}
    for route in ROUTES:
        if route.name.startswith(NOT_OURS) or not {"handle", "pk"}.issuperset(route.parameters):
            continue
        shown = next((row for word, row in of.items() if word in route.name), campaign if route.of_campaign else made)
        address = route.url(handle=campaign.merchant.handle, pk=shown.pk)
        answer = page.request.get(address, max_redirects=0)
        if answer.status == 200 and "<!doctype html>" in answer.text()[:100]:
            yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_any_page(
    finished: GuestList, ana: User, page_of: Callable[..., Page], width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    addresses = [*pages_of(page, finished)]
    for address in addresses:
        assert_fit_for_everybody(page, address)
    assert len(addresses) >= LEAST, addresses
