"""A list whose phones seem to be of another country waits for a person, who says so with one click."""

from __future__ import annotations

import re

import pytest

from campaigns.models import Campaign
from issuance.importing.mapping import NoSuchColumns, choose_columns
from issuance.models import ColumnMapping, Guest, GuestList
from tests.issuance.browsing import ClientOf, address, page
from tests.issuance.factories import brought, read
from thanxportal.accounts.models import User

BRITISH = "Name,Phone\n" + "".join(f"Ann,07911 12345{n}\n" for n in range(6))
AMERICAN = "Name,Phone\n" + "".join(f"Ann,(202) 555-010{n}\n" for n in range(6))


@pytest.fixture
def british(campaign: Campaign) -> GuestList:
    made = read(brought(campaign, BRITISH))
    assert (made.state, made.rows_count) == ("mapping", 0)
    return made


def first_value(made: GuestList) -> str:
    return Guest.objects.of_list(made).order_by("row")[0].value


def selected_country(html: str) -> list[str]:
    return re.findall(r'value="(\w+)" selected', html.partition('name="country"')[2].partition("</select>")[0])


def test_the_page_asks_with_the_likely_country_chosen_and_its_columns_counted_there(
    british: GuestList, bea: User, client_of: ClientOf
) -> None:
    html = page(client_of(bea), british)
    assert "“Phone” looks like phone numbers of the United Kingdom" in html
    assert "Less than half" not in html
    assert selected_country(html) == ["GB"]
    assert "100% of its first cells are phones" in html


def test_one_click_reads_the_list_as_numbers_of_that_country(
    british: GuestList, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    browser.post(address("list_columns", british), {"phone": 1, "header_row": 1, "country": "GB"})
    made = read(british)
    assert (made.state, made.invalid_count, first_value(made)) == ("checked", 0, "+447911123450")
    assert "numbers of the United Kingdom" in page(browser, made)
    assert made.country == "GB"


def test_somebody_may_insist_on_the_own_country(british: GuestList, bea: User, client_of: ClientOf) -> None:
    client_of(bea).post(address("list_columns", british), {"phone": 1, "header_row": 1, "country": "US"})
    made = read(british)
    assert (made.state, made.invalid_count, made.country) == ("checked", 6, "US")


def test_the_country_is_remembered_for_the_header_but_never_against_what_a_file_holds(
    british: GuestList, ana: User
) -> None:
    assert choose_columns(guest_list=british, actor=ana, phone=1, country="GB")
    assert ColumnMapping.objects.get().mapping["country"] == "GB"
    again = read(brought(british.campaign, BRITISH.replace("07911 12345", "07400 65432")))
    assert (again.state, first_value(again)) == ("checked", "+447400654320")
    american = read(brought(british.campaign, AMERICAN))
    assert (american.state, american.file_info["country"], american.file_info["phone"]) == ("mapping", "US", 1)


def test_remembered_columns_are_no_answer_about_the_country(campaign: Campaign, ana: User) -> None:
    first = read(brought(campaign, "Phone A,Phone B\n(202) 555-0101,(202) 555-0102\n"))
    assert choose_columns(guest_list=first, actor=ana, phone=1)
    second = read(brought(campaign, "Phone A,Phone B\n" + "".join(f",07911 12345{n}\n" for n in range(6))))
    assert (second.state, second.file_info["phone"], second.file_info["country"]) == ("mapping", 1, "GB")


def test_the_merchants_country_is_not_pinned(british: GuestList, ana: User) -> None:
    assert choose_columns(guest_list=british, actor=ana, phone=1, country="US")
    assert "country" not in ColumnMapping.objects.get().mapping


def test_a_country_that_there_is_not_is_refused(british: GuestList, ana: User, bea: User, client_of: ClientOf) -> None:
    with pytest.raises(NoSuchColumns, match="no such country"):
        choose_columns(guest_list=british, actor=ana, phone=1, country="Atlantis")
    data = {"phone": 1, "header_row": 1, "country": "ZZ"}
    answer = client_of(bea).post(address("list_columns", british), data)
    assert (answer.status_code, "There is no such country." in answer.content.decode()) == (422, True)


def test_a_list_of_emails_alone_is_not_asked_for_a_country(campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    made = read(brought(campaign, "Ours,Theirs\nann@example.com,bob@example.com\n"))
    assert made.state == "mapping"
    assert 'name="country"' not in page(client_of(bea), made)
