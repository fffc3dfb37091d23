"""The page of a list whose file is being read, or can't be."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models.states import ListState
from tests.issuance.browsing import page, poll
from tests.issuance.factories import make_list
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]


def test_reading_shows_rows_and_bytes(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.READING, waiting=4, bytes_total=2_000_000, bytes_read=500_000)
    html = poll(client_of(ana), made)
    assert "4 rows read" in html
    assert 'aria-valuenow="500000" aria-valuemax="2000000"' in html


def test_an_unreadable_file_says_why_and_how_to_go_on(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.UNREADABLE, problem="This is a picture, not a list.")
    html = page(client_of(ana), made)
    assert "This is a picture, not a list." in html
    assert reverse("issuance:list_new", args=["harbor-grill", campaign_here.pk]) in html
