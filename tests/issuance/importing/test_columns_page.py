"""The choice of columns: asked when a file leaves it open, answered once, and open to second thoughts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.checking.repairs import recipe_for, repair_rows
from issuance.importing.new_list import create_list
from issuance.launching.launch import launch_list
from issuance.models import Guest, GuestList, Repair
from tests.issuance.browsing import address, page
from tests.issuance.factories import brought, read
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
TWO_EMAILS = "Email A,Email B,Phone\n" + "".join(
    f"a{n}@example.com,b{n}@example.com,(202) 555-01{n:02}\n" for n in range(10)
)
SURE = "Name,Email,Backup Email\nAnn,ann@example.com,other@example.com\nBob,bob at example.com,bob@example.org\n"


@pytest.fixture
def unsure(campaign: Campaign, bea: User) -> GuestList:
    """A list that Bea has brought."""
    made = read(brought(campaign, TWO_EMAILS, by=bea))
    assert made.state == "mapping"
    return made


def values(made: GuestList) -> list[str]:
    return list(Guest.objects.of_list(made).values_list("value", flat=True))


def test_the_page_shows_samples_and_what_share_of_each_column_passes(
    unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    html = page(client_of(bea), unsure)
    for words in ("Email A", "Email B", "a0@example.com", "b1@example.com", "100%", "Read the list by these columns"):
        assert words in html
    assert html.count(" checked>") == 2


def test_nobody_is_asked_who_may_not_answer(unsure: GuestList, ben: User, client_of: ClientOf) -> None:
    html = page(client_of(ben), unsure)
    assert "Somebody has to choose its columns." in html
    assert "a0@example.com" not in html


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"header_row": 1}, "Choose the column with the email addresses"),
        ({"email": 99, "header_row": 1}, "The file has no such column."),
        ({"email": "x", "header_row": 1}, "whole number"),
        ({"email": 0, "header_row": 21}, "one of the first 20 rows"),
        ({"sheet": "Nowhere", "other_sheet": 1}, "The file has no sheet of that name."),
    ],
)
def test_an_answer_that_makes_no_sense_says_why(
    data: dict[str, Any], words: str, unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address("list_columns", unsure), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert GuestList.objects.get(pk=unsure.pk).state == "mapping"


def test_the_list_is_read_by_the_columns_that_were_chosen(unsure: GuestList, bea: User, client_of: ClientOf) -> None:
    answer = client_of(bea).post(address("list_columns", unsure), {"email": 1, "phone": "", "header_row": 1})
    assert answer["Location"] == address("list_detail", unsure)
    made = read(unsure)
    assert made.state == "checked"
    assert values(made) == [f"b{n}@example.com" for n in range(10)]


def test_a_second_answer_changes_nothing(unsure: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    browser.post(address("list_columns", unsure), {"email": 1, "header_row": 1})
    browser.post(address("list_columns", unsure), {"email": 0, "header_row": 1})
    assert values(read(unsure))[0] == "b0@example.com"


def test_a_checked_list_can_be_read_by_other_columns_and_nothing_of_before_is_left(
    campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    made, browser = read(brought(campaign, SURE)), client_of(bea)
    assert made.state == "checked"
    recipe = recipe_for(made, "at")
    assert recipe is not None
    assert repair_rows(guest_list=made, recipe=recipe, actor=bea)
    assert "what was repaired here is lost" in page(browser, made)
    browser.post(address("list_reread", made))
    made = read(made)
    assert (made.state, made.rows_count, Repair.objects.count(), values(made)) == ("mapping", 0, 0, [])
    assert "Backup Email" in page(browser, made)
    browser.post(address("list_columns", made), {"email": 2, "header_row": 1})
    made = read(made)
    assert values(made) == ["other@example.com", "bob@example.org"]
    assert made.ledger["rows"] == 2


def test_a_review_that_was_open_before_can_not_launch_what_is_read_anew(
    campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    guest_list = read(brought(campaign, SURE))
    token_of_open_review = guest_list.confirm_token
    client_of(bea).post(address("list_reread", guest_list))
    client_of(bea).post(address("list_columns", read(guest_list)), {"email": 2, "header_row": 1})
    assert not launch_list(guest_list=read(guest_list), token=token_of_open_review, actor=bea)


def test_a_launched_or_pasted_list_is_not_read_anew(campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    launched = read(brought(campaign, SURE))
    assert launch_list(guest_list=launched, token=launched.confirm_token, actor=bea)
    answer = browser.post(address("list_reread", launched), follow=True)
    assert "read differently any more" in answer.content.decode()
    pasted = read(create_list(campaign=campaign, name="Pasted", content="ann@example.com bob@example.com", actor=None))
    assert "Choose other columns" not in page(browser, pasted)
    browser.post(address("list_reread", pasted))
    assert GuestList.objects.get(pk=pasted.pk).rows_count == 2
