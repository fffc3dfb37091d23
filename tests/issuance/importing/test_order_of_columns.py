"""Several columns of emails or phones: a person says which is looked at first, and which help where it is empty."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.importing.mapping import choose_columns
from issuance.models import ColumnMapping, Guest, GuestList, RowError
from tests.issuance.browsing import address, page, post
from tests.issuance.factories import brought, read
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
THREE = "Email A,Email B,Email C,Name\n" + "".join(
    f"{'' if n % 3 else f'a{n}@example.com'},{'' if n % 3 == 2 else f'b{n}@example.com'},c{n}@example.com,Ann\n"
    for n in range(9)
)


@pytest.fixture
def unsure(campaign: Campaign) -> GuestList:
    made = read(brought(campaign, THREE))
    assert made.state == "mapping"
    return made


def values(made: GuestList) -> list[str]:
    return list(Guest.objects.of_list(made).order_by("row").values_list("value", flat=True))


def letters(made: GuestList) -> str:
    return "".join(value[0] for value in values(made))


def test_the_page_says_which_columns_are_taken_and_why_and_offers_their_order(
    unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    html = page(client_of(bea), unsure)
    first = unsure.file_info["names"][unsure.file_info["email"]]
    assert f"Emails from “{first}”: its name may say so, and 100% of its first cells are emails." in html
    assert re.findall(r'<select name="(\w+)"', html) == ["email_2", "email_3"]
    assert html.count("Where the email address is empty, take it from") == 1
    assert "Where the phone number is empty" not in html


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"email": 0}, "a??a??a??"),
        ({"email": 0, "email_2": 1}, "ab?ab?ab?"),
        ({"email": 0, "email_2": 1, "email_3": 2}, "abcabcabc"),
        ({"email": 0, "email_2": 2, "email_3": 1}, "accaccacc"),
        ({"email": 0, "email_3": 2}, "accaccacc"),
        ({"email": 1, "email_2": 1, "email_3": 0}, "bb?bb?bb?"),
        ({"email": 2, "email_2": 0, "email_3": 1}, "ccccccccc"),
    ],
)
def test_each_row_is_read_from_the_first_column_that_holds_anything(
    order: dict[str, int], expected: str, unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    client_of(bea).post(address("list_columns", unsure), {"header_row": 1, **order})
    made = read(unsure)
    assert letters(made) == expected.replace("?", "")
    assert (made.state, made.invalid_count) == ("checked", expected.count("?"))
    helped = [letter != expected[0] for letter in expected if letter != "?"]
    assert list(Guest.objects.of_list(made).order_by("row").values_list("fixed", flat=True)) == helped


def test_the_check_page_names_the_columns_in_their_order(unsure: GuestList, bea: User, client_of: ClientOf) -> None:
    post(client_of(bea), "list_columns", unsure, header_row=1, email=2, email_2=0, email_3=1)
    html = page(client_of(bea), read(unsure))
    assert "Email C, else Email A, else Email B" in html
    assert "Where “Email C” is empty, “Email A”, then “Email B” is taken." in html


def test_the_order_is_remembered_for_the_same_header_and_merchant(unsure: GuestList, ana: User) -> None:
    assert choose_columns(guest_list=unsure, actor=ana, email=0, more_emails=[2, 1])
    assert ColumnMapping.objects.get().mapping["more_emails"] == [2, 1]
    again = read(brought(unsure.campaign, THREE.replace("@example.com", "@example.org")))
    assert (again.state, letters(again)) == ("checked", "accaccacc")
    assert again.file_info["warnings"] == ["Where “Email A” is empty, “Email C”, then “Email B” is taken."]


def test_a_list_that_is_read_anew_shows_the_order_that_was_chosen(
    unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    browser.post(address("list_columns", unsure), {"header_row": 1, "email": 0, "email_2": 2})
    browser.post(address("list_reread", read(unsure)))
    html = page(browser, read(unsure))
    second = html.partition('name="email_2"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\w*)" selected', second) == ["2"]


def test_without_a_first_column_no_other_is_looked_at(campaign: Campaign, ana: User) -> None:
    made = read(brought(campaign, "Mail A,Mail B,Phone\nann@example.com,b@example.com,\n,c@example.com,2025550123\n"))
    assert made.state == "mapping"
    assert choose_columns(guest_list=made, actor=ana, phone=2, more_emails=[1])
    assert values(read(made)) == ["+12025550123"]


@pytest.mark.parametrize("column", ["9", "x", "-1", "3"])
def test_a_column_that_is_not_offered_is_refused_in_words(
    column: str, unsure: GuestList, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address("list_columns", unsure), {"header_row": 1, "email": 0, "email_2": column})
    assert answer.status_code == 422
    assert "The file has no such column." in answer.content.decode()


def test_a_bad_row_is_repaired_in_any_of_its_columns(unsure: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    browser.post(address("list_columns", unsure), {"header_row": 1, "email": 0, "email_2": 1})
    bad = RowError.objects.of_list(read(unsure)).order_by("row")[0]
    assert bad.code == "no_identifier"
    post(browser, "row_edit", unsure, edit=bad.row, cell0="", cell1="new@example.com")
    assert "new@example.com" in values(read(unsure))


def test_a_further_phone_is_read_in_the_country_that_stands_beside_it(campaign: Campaign, ana: User) -> None:
    rows = "".join(f"GB,{'020 7946 0018' if n else ''},207 946 001{n}\n" for n in range(4))
    made = read(brought(campaign, f"Country,Mobile,Home phone\n{rows}"))
    if made.state == "mapping":
        assert choose_columns(guest_list=made, actor=ana, phone=1, more_phones=[2])
    assert values(read(made))[0] == "+442079460010"
