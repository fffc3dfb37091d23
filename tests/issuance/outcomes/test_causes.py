"""Why guests got nothing: each row that isn't rewarded has one cause, and each cause leads to just its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList, RowError
from issuance.models.states import ListState
from issuance.outcomes.causes import causes_of
from tests.issuance.factories import make_list
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
EVERYTHING = {
    "waiting": 4, "control": 3, "rewarded": 6, "refused": 3, "unknown": 1, "already_rewarded": 2, "revoked": 1,
    "invalid": 5, "duplicate": 2,
}  # fmt: skip


@pytest.fixture
def made(campaign_here: Campaign, ana: User) -> GuestList:
    """A stopped list with rows of every kind, refused and invalid ones for two causes each."""
    made = make_list(campaign_here, ListState.STOPPED, by=ana, **EVERYTHING)
    made.guests.filter(pk=made.guests.filter(outcome="refused")[0].pk).update(reason="USER_OPTED_OUT")
    RowError.objects.filter(pk=made.row_errors.filter(kind="invalid")[0].pk).update(code="phone_too_short")
    return made


def shown(browser: Client, url: str) -> int:
    """How many rows a page of guests has."""
    page = " ".join(browser.get(url).content.decode().split())
    return len(re.findall(r'data-label="Row in file"', page))


def test_the_causes_add_up_to_the_rows_of_the_file(made: GuestList) -> None:
    causes = causes_of(made)
    assert sum(cause.rows for cause in causes) == made.rows_count - made.rewarded_count == 21
    assert [cause.rows for cause in causes] == [4, 4, 3, 2, 2, 2, 1, 1, 1, 1]


def test_each_cause_leads_to_just_its_rows(made: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    for cause in causes_of(made):
        assert shown(browser, cause.url) == cause.rows, cause


def test_the_page_of_the_list_says_them(made: GuestList, ana: User, client_of: ClientOf) -> None:
    browser: Any = client_of(ana)
    page = " ".join(
        browser.get(reverse("issuance:list_detail", args=["harbor-grill", made.pk])).content.decode().split()
    )
    assert "Who got nothing, and why" in page
    assert "Not sent, as the list was stopped before its end" in page
    assert "Refused: This guest doesn’t want rewards from you." in page
    assert "Together with 6 rewarded, these are all 27 rows of the list." in page


def test_rows_that_were_removed_still_count(made: GuestList) -> None:
    made.row_errors.filter(kind="invalid").delete()
    assert ("Invalid", 5) in [cause[:2] for cause in causes_of(made)]


def test_a_list_of_which_all_are_rewarded_says_nothing(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.FINISHED, by=ana, rewarded=6)
    page = client_of(ana).get(reverse("issuance:list_detail", args=["harbor-grill", made.pk])).content.decode()
    assert "Who got nothing" not in page
