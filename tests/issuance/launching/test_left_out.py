"""Whoever decides sees whom somebody rewards again and why, who is left out and why, and opens exactly those rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.checking.reward_again import include_rewarded
from issuance.launching.launch import launch_list
from issuance.models import GuestList, Repair
from tests import cast
from tests.issuance.browsing import ClientOf, page, post, rows_in
from tests.issuance.factories import make_list, published, published_campaign, read_file
from tests.world import World
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture
def july(one_arm: Campaign, harbor: Merchant, launched: Launch, world: World) -> GuestList:
    """Ann and Bob were rewarded by another campaign before; Eve comes twice, and one row is nobody."""
    launched(one_arm, "ann@example.com bob@example.com")
    world.drive()
    campaign = published(cast.draft_campaign(harbor, weights=(100,), name="July"))
    rows = "Email\nann@example.com\nbob@example.com\neve@example.com\neve@example.com\nnobody\n"
    return read_file(campaign, rows, name="July guests")


def linked_rows(browser: Client, html: str, outcome: str) -> list[int]:
    """The rows behind the link to the guests with this outcome."""
    (url,) = re.findall(rf'href="([^"]*outcome={outcome}[^"]*)">See the rows', html)
    answer: Any = browser.get(unescape(url))
    return rows_in(answer.content.decode())


def words(html: str) -> str:
    return " ".join(unescape(html).split())


def test_the_review_names_who_is_left_out_and_why_and_leads_to_the_rows(
    july: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    html = page(browser, july, name="list_review")
    assert "2 guests are left out: “Coffee for everybody” rewarded them on Jun 1." in words(html)
    assert "1 row is left out: the same guest stands in an earlier row." in words(html)
    assert linked_rows(browser, html, "already_rewarded") == [2, 3]
    assert linked_rows(browser, html, "duplicate") == [5]
    assert linked_rows(browser, html, "invalid") == [6]


def test_guests_included_again_are_a_warning_with_who_included_them_and_why(
    july: GuestList, one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    include_rewarded(guest_list=july, campaign=one_arm, actor=sid, reason="Their coupon didn’t work")
    browser = client_of(sid)
    html = page(browser, july, name="list_review")
    assert (
        "2 of 3 guests were rewarded by “Coffee for everybody” on Jun 1 and get another reward. "
        "Sid included them, because “Their coupon didn’t work”." in words(html)
    )
    assert linked_rows(browser, html, "included") == [2, 3]


def test_guests_of_the_same_campaign_included_again_are_named_as_well(
    one_arm: Campaign, launched: Launch, world: World, sid: User, client_of: ClientOf
) -> None:
    launched(one_arm, "ann@example.com")
    world.drive()
    again = read_file(one_arm, "Email\nann@example.com\nnew@example.com\n")
    include_rewarded(guest_list=again, campaign=one_arm, actor=sid, reason="A promise")
    html = words(page(client_of(sid), again, name="list_review"))
    assert "1 of 2 guests were rewarded by “Coffee for everybody” on Jun 1 and get another reward." in html
    assert "Sid included them, because “A promise”." in html


def test_hidden_rows_that_are_left_out_are_told(harbor: Merchant, sid: User, client_of: ClientOf) -> None:
    made = make_list(published_campaign(harbor), waiting=5)
    GuestList.objects.filter(pk=made.pk).update(file_info={"hidden_rows": 40}, mapping={"hidden": "leave_out"})
    assert "40 rows are hidden in the sheet: left out" in page(client_of(sid), made, name="list_review")
    GuestList.objects.filter(pk=made.pk).update(mapping={"hidden": "include"})
    assert "hidden in the sheet" not in page(client_of(sid), made, name="list_review")


@pytest.fixture
def asked(july: GuestList, harbor: Merchant, sid: User) -> GuestList:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=0)
    july.merchant.refresh_from_db()
    assert launch_list(guest_list=july, token=july.confirm_token, actor=sid, hold=True)
    july.refresh_from_db()
    assert july.state == "awaiting_approval"
    return july


def test_the_approver_opens_every_row_masked(asked: GuestList, abe: User, client_of: ClientOf) -> None:
    browser = client_of(abe)
    html = page(browser, asked, name="list_approval")
    assert linked_rows(browser, html, "already_rewarded") == [2, 3]
    assert "See all 5 rows" in words(html)
    rows = page(browser, asked, name="guests")
    assert rows_in(rows) == [2, 3, 4, 5, 6]
    assert "ann@example.com" not in rows


def test_the_second_round_says_why_it_was_sent_back_and_what_changed_since(
    asked: GuestList, one_arm: Campaign, sid: User, abe: User, client_of: ClientOf, world: World
) -> None:
    post(client_of(abe), "list_send_back", asked, reason="Who is in row 6?")
    asked.refresh_from_db()
    world.advance(60)
    include_rewarded(guest_list=asked, campaign=one_arm, actor=sid, reason="A promise")
    Repair.objects.create(guest_list=asked, kind="edit", sentence="Row 6 was repaired", count=1, made_by=sid)
    asked.refresh_from_db()
    assert launch_list(guest_list=asked, token=asked.confirm_token, actor=sid, hold=True)
    html = words(page(client_of(abe), asked, name="list_approval"))
    assert "Abe sent this list back before: “Who is in row 6?”" in html
    assert "Guests of Arm A was “1 (" in html
    assert "Guests already rewarded and left out is gone; it was: 2." in html
    assert "Row 6 was repaired (Sid)" in html


def test_a_second_round_without_a_change_says_so(asked: GuestList, sid: User, abe: User, client_of: ClientOf) -> None:
    post(client_of(abe), "list_send_back", asked, reason="Wait until Monday")
    asked.refresh_from_db()
    assert launch_list(guest_list=asked, token=asked.confirm_token, actor=sid, hold=True)
    assert "Nothing of what you decide on has changed" in words(page(client_of(abe), asked, name="list_approval"))
