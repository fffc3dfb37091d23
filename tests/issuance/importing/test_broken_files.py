"""A file that breaks off in the middle: the rows before that place are used if somebody says so, and nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.importing import import_list
from issuance.importing.broken_files import rows_before_break, use_rows_before_break
from issuance.importing.mapping import ask_for_columns
from issuance.launching.review import checks_of
from issuance.models import GuestList
from tests.data.make import xlsx, xlsx_row
from tests.issuance.browsing import address
from tests.issuance.factories import brought, read
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db
BROKEN = b'Email\nann@example.com\nno\nann@example.com\nbob@example.com\n"cid@example.com\ndan@example.com\n'


@pytest.fixture
def broken(campaign: Campaign) -> GuestList:
    return read(brought(campaign, BROKEN))


def test_the_rows_before_the_break_become_a_checked_list_that_says_what_is_missing(
    broken: GuestList, ana: User
) -> None:
    assert (broken.state, rows_before_break(broken)) == ("unreadable", 4)
    assert use_rows_before_break(guest_list=broken, actor=ana)
    read(broken)
    assert (broken.state, broken.rows_count, broken.ready_count) == ("checked", 4, 2)
    assert (broken.invalid_count, broken.duplicate_count, broken.ended_at, broken.problem) == (1, 1, None, "")
    (warning,) = broken.file_info["warnings"]
    assert warning.startswith("Only the 4 rows before line 6 are used. The rest was not read: A quote")
    assert "The file from line 6 on is left out: it couldn’t be read." in [
        check.sentence for check in checks_of(broken, [])
    ]


def test_two_people_who_continue_at_once_start_one_reading(broken: GuestList, ana: User) -> None:
    same = GuestList.objects.get(pk=broken.pk)
    assert use_rows_before_break(guest_list=broken, actor=ana)
    assert not use_rows_before_break(guest_list=same, actor=ana)
    assert not use_rows_before_break(guest_list=read(broken), actor=ana)


def test_read_anew_by_other_columns_the_file_breaks_off_again(broken: GuestList, ana: User) -> None:
    use_rows_before_break(guest_list=broken, actor=ana)
    assert ask_for_columns(guest_list=read(broken), actor=ana)
    assert read(broken).state == "mapping"
    assert broken.file_info["warnings"] == []
    broken.mapping = {"email": 0, "phone": None, "header_row": 1}
    broken.state = "reading"
    broken.save()
    assert (read(broken).state, rows_before_break(broken)) == ("unreadable", 4)


@pytest.mark.parametrize("content", [b'Email\n"ann@example.com\n', b"%PDF-1.7", b""])
def test_without_a_row_there_is_nothing_to_continue_with(
    campaign: Campaign, ana: User, client_of: ClientOf, content: bytes
) -> None:
    made = read(brought(campaign, content))
    assert (made.state, rows_before_break(made)) == ("unreadable", 0)
    html = client_of(ana).get(address("list_detail", made)).content.decode()
    assert "nothing of this file was used" in html
    assert address("list_use_rows", made) not in html


def test_one_row_too_many_is_left_out_by_the_same_button(campaign: Campaign, settings: Any, ana: User) -> None:
    settings.MAX_LIST_ROWS = 2
    made = read(brought(campaign, b"Email\na@example.com\nb@example.com\nc@example.com\n"))
    assert use_rows_before_break(guest_list=made, actor=ana)
    assert (read(made).state, made.ready_count) == ("checked", 2)
    assert made.file_info["warnings"][0].startswith("Only the 2 rows before row 4 are used.")


def test_a_sheet_that_is_damaged_further_down_goes_on_with_the_rows_before(campaign: Campaign, ana: User) -> None:
    rows = "".join(xlsx_row(number, f"g{number}@example.com") for number in range(1, 501))
    content = xlsx(rows + '<row r="501"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')
    made = read(brought(campaign, content, filename="june.xlsx"))
    assert (made.state, made.file_info["broken"]) == ("unreadable", "row 501")
    assert use_rows_before_break(guest_list=made, actor=ana)
    assert (read(made).state, made.ready_count) == ("checked", 500)


def test_a_file_on_which_workers_died_offers_no_rows_as_nobody_knows_how_far_it_was_read(broken: GuestList) -> None:
    GuestList.objects.filter(pk=broken.pk).update(
        state="reading", ended_at=None, crash_count=import_list.MOST_CRASHES, file_info={}
    )
    read(broken)
    assert (broken.state, broken.rows_count, rows_before_break(broken)) == ("unreadable", 4, 0)


def test_the_page_offers_the_rows_and_leads_to_the_check_page(
    broken: GuestList, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    html = browser.get(address("list_detail", broken)).content.decode()
    assert "This file breaks off." in html
    assert "Continue with the 4 rows before line 6" in html
    for _ in "two clicks":
        assert browser.post(address("list_use_rows", broken))["Location"] == address("list_detail", broken)
    read(broken)
    html = browser.get(address("list_detail", broken)).content.decode()
    assert "Only the 4 rows before line 6 are used." in html
    assert "nothing to continue with" not in html
    assert "Continue with 2 of 4" in html


def test_whoever_may_only_look_reads_what_happened_but_decides_nothing(
    broken: GuestList, ben: User, client_of: ClientOf
) -> None:
    browser = client_of(ben)
    html = browser.get(address("list_detail", broken)).content.decode()
    assert "The 4 rows before line 6 were read." in html
    assert address("list_use_rows", broken) not in html
    assert browser.post(address("list_use_rows", broken)).status_code == 403
    assert GuestList.objects.get(pk=broken.pk).state == "unreadable"
