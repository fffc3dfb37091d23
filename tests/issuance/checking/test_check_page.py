"""The check page: five buckets, repairs with their undo, rows edited by hand and rows that come back in a file."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.models import Campaign
from issuance.guests import grid
from issuance.launching.launch import launch_list
from issuance.models import Guest, GuestList, Repair, RowError
from tests.cast import draft_campaign
from tests.issuance.browsing import ClientOf, address, as_csv, downloaded, page, post, rows_in
from tests.issuance.factories import make_list, published, published_campaign, read_file
from tests.world import World
from thanxportal.accounts.models import Merchant, User

GOOD = "".join(f"Guest {n},guest{n}@example.com,(202) 555-01{n:02}\n" for n in range(10))
BAD = f"""Name,Email,Mobile
{GOOD}Bob,bob at example.com,
Cy,GUEST3@example.com,
Dee,<dee@example.com.>,
Eve,eve@gmial.com,
Fay,,07400 123456
=Gus,'+1 wrong,
Hal,"hal@example.com, hal@example.org",
"""


@pytest.fixture
def june(campaign: Campaign, bea: User) -> GuestList:
    """A list that Bea has brought."""
    return read_file(campaign, BAD, by=bea)


def bad_rows(guest_list: GuestList) -> list[int]:
    return list(RowError.objects.of_list(guest_list).filter(kind="invalid").values_list("row", flat=True))


# Buckets


def test_the_page_opens_where_somebody_is_needed(june: GuestList, bea: User, client_of: ClientOf) -> None:
    html = page(client_of(bea), june)
    assert rows_in(html) == bad_rows(june) == [12, 16, 17, 18]
    assert "Continue with 13 of 17" not in html
    assert "Continue with 12 of 17" in html


@pytest.mark.parametrize(
    ("bucket", "rows", "words"),
    [
        ("ready", [*range(2, 12), 14, 15], ["Arm A", "guest0@example.com"]),
        ("fixed", [14], ["&lt;dee@example.com.&gt;", "dee@example.com"]),
        ("duplicate", [13], ["GUEST3@example.com", "row 5"]),
        ("already_rewarded", [], ["Nobody was rewarded lately"]),
    ],
)
def test_each_bucket_opens_exactly_its_rows(
    bucket: str, rows: list[int], words: list[str], june: GuestList, bea: User, client_of: ClientOf
) -> None:
    html = page(client_of(bea), june, f"?show={bucket}")
    assert rows_in(html) == rows
    for word in words:
        assert word in html


def test_a_list_without_bad_rows_opens_at_its_ready_guests(campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    guest_list = read_file(campaign, f"Name,Email,Mobile\n{GOOD}")
    browser = client_of(bea)
    assert "10 guests ready" in page(browser, guest_list)
    assert "Nothing needs repair" in page(browser, guest_list, "?show=invalid")


@pytest.mark.parametrize(
    "query", ["?show=nonsense", "?show=invalid&after=x&edit=9999999999", "?show=ready&edit=12", "?cause=x"]
)
def test_an_address_that_makes_no_sense_still_shows_the_list(
    query: str, june: GuestList, bea: User, client_of: ClientOf
) -> None:
    assert "Check your guests" in page(client_of(bea), june, query)


def test_bad_rows_are_shown_by_cause(june: GuestList, bea: User, client_of: ClientOf) -> None:
    html = page(client_of(bea), june, "?show=invalid&cause=email_several")
    assert rows_in(html) == [18]


def test_pages_of_a_bucket_follow_one_another_without_gap(
    june: GuestList, bea: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "PAGE", 2)
    browser = client_of(bea)
    first = page(browser, june)
    assert rows_in(first) == [12, 16]
    assert "show=invalid&amp;after=16" in first
    assert rows_in(page(browser, june, "?show=invalid&after=16")) == [17, 18]
    assert rows_in(page(browser, june, "?show=invalid&edit=18")) == [18], "The row that is edited is always there."


def test_what_stands_in_cells_is_text_and_never_markup(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    evil = "<script>alert(1)</script>"
    guest_list = read_file(campaign, f"{evil},Email\n{GOOD}{evil},{evil}\n".replace(",(202) 555", ",x"), name=evil)
    for bucket in ("invalid", "ready", "fixed", "duplicate"):
        html = page(client_of(ana), guest_list, f"?show={bucket}")
        assert evil not in html


@pytest.mark.parametrize(
    ("query", "queries"), [("?show=invalid", 10), ("?show=ready", 9), ("?show=fixed", 10), ("?show=duplicate", 9)]
)
def test_a_bucket_costs_the_same_however_long_it_is(
    query: str, queries: int, june: GuestList, bea: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(bea)
    page(browser, june, query)
    with django_assert_num_queries(queries):
        page(browser, june, query)


def test_a_list_that_was_never_counted_is_counted_once(campaign: Campaign, bea: User, client_of: ClientOf) -> None:
    guest_list = make_list(published_campaign(campaign.merchant, name="Other"), waiting=3, invalid=1)
    page(client_of(bea), guest_list, "?show=ready")
    guest_list.refresh_from_db()
    assert sum(count for key, count in guest_list.cached_counts.items() if key.startswith("arm:")) == 3


# Repairs at one click


def test_every_repair_is_offered_with_what_it_would_do(june: GuestList, bea: User, client_of: ClientOf) -> None:
    html = page(client_of(bea), june)
    for words in (
        "1 address spells out the @ sign.",
        "<bdi>bob at example.com</bdi> becomes <bdi>bob@example.com</bdi>",
        "1 phone number isn’t a number of the United States.",
        '<option value="GB" selected>',
        "1 cell holds more than one guest.",
        "1 address ends in gmial.com.",
    ):
        assert words in html


def test_who_may_only_look_is_offered_no_repair(june: GuestList, ben: User, client_of: ClientOf) -> None:
    html = page(client_of(ben), june)
    assert 'name="key"' not in html
    assert "edit=12" not in html
    assert "repaired-rows" not in html


@pytest.mark.parametrize(
    ("data", "row", "value"),
    [
        ({"key": "at"}, 12, "bob@example.com"),
        ({"key": "country", "choice": "GB"}, 16, "+447400123456"),
        ({"key": "several", "choice": "last"}, 18, "hal@example.org"),
        ({"key": "domain", "choice": "gmial.com"}, 15, "eve@gmail.com"),
    ],
)
def test_a_click_repairs_and_another_undoes(
    data: dict[str, str], row: int, value: str, june: GuestList, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    html = post(browser, "list_repair", june, **data)
    assert Guest.objects.get(guest_list=june, row=row).value == value
    repair = Repair.objects.get()
    assert repair.sentence in html
    assert f'name="repair" value="{repair.pk}"' in html
    post(browser, "repair_undo", june, repair=repair.pk)
    repair.refresh_from_db()
    assert repair.undone_by == bea
    assert not Guest.objects.filter(guest_list=june, value=value).exists()


@pytest.mark.parametrize(
    "data", [{}, {"key": "nonsense"}, {"key": "country"}, {"key": "domain", "choice": "example.com"}, {"key": "signs"}]
)
def test_a_repair_that_helps_nobody_says_so(
    data: dict[str, str], june: GuestList, bea: User, client_of: ClientOf
) -> None:
    assert "No row could be repaired this way." in post(client_of(bea), "list_repair", june, **data)
    assert not Repair.objects.exists()


def test_a_repair_of_another_list_is_not_found(
    june: GuestList, campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    post(browser, "list_repair", june, key="at")
    other = read_file(campaign, BAD, name="Other")
    answer = browser.post(address("repair_undo", other), {"repair": Repair.objects.get().pk})
    assert answer.status_code == 404


def test_what_another_repair_built_on_is_undone_after_it(june: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    post(browser, "row_edit", june, edit=17, cell1="gus@gmial.com")
    first = Repair.objects.get()
    post(browser, "list_repair", june, key="domain", choice="gmial.com")
    assert "first: it changed some of the same rows" in post(browser, "repair_undo", june, repair=first.pk)


# One row by hand


def test_a_row_is_edited_in_a_small_form_and_the_next_one_opens(
    june: GuestList, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    assert 'value="bob at example.com"' in page(browser, june, "?show=invalid&edit=12")
    answer = browser.post(address("row_edit", june), {"edit": 12, "show": "invalid", "cell1": "bob@example.org"})
    assert answer["Location"].endswith("?show=invalid&edit=16#row-16")
    guest = Guest.objects.get(guest_list=june, row=12)
    assert (guest.value, guest.fixed) == ("bob@example.org", False)


def test_the_last_row_closes_the_form(june: GuestList, bea: User, client_of: ClientOf) -> None:
    answer = client_of(bea).post(address("row_edit", june), {"edit": 18, "cell1": "hal@example.org"})
    assert "edit=" not in answer["Location"]


def test_a_row_in_which_no_guest_can_be_read_stays_open_and_is_not_saved(
    june: GuestList, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address("row_edit", june), {"edit": 12, "cell1": "<b>still wrong</b>"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="&lt;b&gt;still wrong&lt;/b&gt;"' in html
    assert RowError.objects.get(guest_list=june, row=12).cells[1] == "bob at example.com"


def test_a_row_that_turns_out_to_repeat_a_guest_goes_to_the_duplicates(
    june: GuestList, bea: User, client_of: ClientOf
) -> None:
    post(client_of(bea), "row_edit", june, edit=12, cell1="guest4@example.com")
    assert RowError.objects.get(guest_list=june, row=12).kind == "duplicate"


@pytest.mark.parametrize("row", ["2", "999", "x", ""])
def test_a_row_that_is_no_bad_row_is_left_alone(row: str, june: GuestList, bea: User, client_of: ClientOf) -> None:
    assert "Nothing was changed" in post(client_of(bea), "row_edit", june, edit=row, cell1="a@example.org")
    assert not Repair.objects.exists()


# Rows that come back in a file


def snapshot(guest_list: GuestList) -> dict[str, Any]:
    guest_list = GuestList.objects.get(pk=guest_list.pk)
    guests = Guest.objects.filter(guest_list=guest_list).order_by("row")
    values = ("row", "type", "value", "other", "fixed", "cells", "variant__name", "outcome")
    errors = RowError.objects.of_list(guest_list).values_list("row", "kind", "code", "column", "cells")
    return {"guests": list(guests.values_list(*values)), "errors": list(errors), "ledger": guest_list.ledger}


def test_bad_rows_repaired_by_a_script_and_brought_back_give_the_list_as_if_it_had_been_right_from_the_start(
    june: GuestList, campaign: Campaign, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    header, *rows = downloaded(browser, june)
    repaired = {"12": "bob@example.com", "16": "guest8@example.com", "17": "gus@example.com", "18": "dee@example.com"}
    for row in rows:
        row[3] = repaired[row[1]]
    html = post(browser, "rows_upload", june, rows=as_csv([header, *reversed(rows)]))
    assert "Took repaired rows from a file: 4 rows" in html
    right = BAD.replace("bob at example.com", "bob@example.com").replace("'+1 wrong", "gus@example.com")
    right = right.replace('"hal@example.com, hal@example.org"', "dee@example.com").replace(
        "Fay,,07400 123456", "Fay,guest8@example.com,07400 123456"
    )
    assert snapshot(june) == snapshot(read_file(campaign, right, name="Right"))
    post(browser, "repair_undo", june, repair=Repair.objects.get().pk)
    assert snapshot(june) == snapshot(read_file(campaign, BAD, name="As it was"))


def test_cells_that_were_made_harmless_come_back_as_they_were(june: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    header, *rows = downloaded(browser, june)
    assert rows[2][2:4] == ["'=Gus", "''+1 wrong"]
    html = post(browser, "rows_upload", june, rows=as_csv([header, *rows]))
    assert "Nothing in this file differs" in html


def test_rows_that_are_not_of_this_list_are_named_and_left_alone(
    june: GuestList, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    header, first, *_ = downloaded(browser, june)
    first[3] = "bob@example.com"
    stranger = ["", "999", "Zoe", "zoe@example.com", ""]
    html = post(browser, "rows_upload", june, rows=as_csv([header, first, first, stranger]))
    assert "Row 999 is no invalid row of this list now." in html
    assert "Row 12 is there twice" in html
    assert not Guest.objects.filter(guest_list=june, value="zoe@example.com").exists()
    assert Guest.objects.get(guest_list=june, row=12).value == "bob@example.com"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["Name", "Email"], ["Ann", "ann@example.com"]], "These aren’t the invalid rows of this list."),
        ([["reason", "row (list 00000000)", "Email"], ["", "12", "ann@example.com"]], "invalid rows of another list"),
    ],
)
def test_another_file_is_refused_with_what_to_do(
    rows: list[list[str]], words: str, june: GuestList, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address("rows_upload", june), {"rows": as_csv(rows)})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Repair.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (b"%PDF-1.7 nothing", "a PDF document"),
        (b"\x00\x01\x02" * 300, "a program’s own format"),
    ],
)
def test_a_file_that_can_not_be_read_gets_its_sentence(
    content: bytes, sentence: str, june: GuestList, bea: User, client_of: ClientOf
) -> None:
    answer = client_of(bea).post(address("rows_upload", june), {"rows": SimpleUploadedFile("x.csv", content)})
    assert answer.status_code == 422
    assert sentence in unescape(answer.content.decode())


def test_a_row_without_its_number_stops_the_whole_file(june: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    header, first, *_ = downloaded(browser, june)
    first[1], first[3] = "twelve", "bob@example.com"
    answer = browser.post(address("rows_upload", june), {"rows": as_csv([header, first])})
    assert "Line 2 has no row number." in answer.content.decode()
    assert not Repair.objects.exists()


# Guests who were rewarded before


@pytest.fixture
def two_arms(harbor: Merchant) -> Campaign:
    """Without Control, so that whoever it is issued to has its reward."""
    return published(draft_campaign(harbor, weights=(50, 50)))


@pytest.fixture
def july(one_arm: Campaign, two_arms: Campaign, launched: Any, world: Any) -> GuestList:
    """A list in which one guest has a reward of this campaign, and two of another one."""
    launched(one_arm, "ann@example.com bob@example.com")
    launched(two_arms, "cy@example.com")
    world.drive()
    rows = "".join(f"{name},{name}@example.com\n" for name in ("ann", "bob", "cy", "dee"))
    return read_file(two_arms, f"Name,Email\n{rows}", name="July guests")


def test_guests_rewarded_before_are_shown_with_campaign_and_date_and_left_out(
    july: GuestList, sid: User, client_of: ClientOf
) -> None:
    html = page(client_of(sid), july, "?show=already_rewarded")
    assert rows_in(html) == [2, 3, 4]
    assert "“Coffee for everybody”" in html
    assert "Jun 1, 2026" in html
    assert "Reward 2 again" in html
    assert "Continue with 1 of 4" in html


def seen_of(browser: Client, made: GuestList, campaign: int) -> dict[str, Any]:
    """What the form of a campaign's guests carries as seen."""
    answer: Any = browser.get(address("list_detail", made) + "?show=already_rewarded")
    shown = {earlier.campaign.pk: seen for earlier, _, seen in answer.context["earlier_rewards"]}
    return {"campaign": campaign, "seen": shown[campaign]}


@pytest.mark.parametrize(("which", "others"), [("one_arm", 1), ("two_arms", 2)])
def test_they_are_included_for_a_reason_and_left_out_again(
    which: str, others: int, july: GuestList, sid: User, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    browser, named = client_of(sid), request.getfixturevalue(which).pk
    data = seen_of(browser, july, named) | {"show": "already_rewarded"}
    html = post(browser, "list_include", july, reason="Their first one was never redeemable", **data)
    july.refresh_from_db()
    assert july.already_rewarded_count == others
    assert "another reward." in html
    assert "Leave them out" in html
    ready = page(browser, july, "?show=ready")
    assert f"{july.ready_count} guests ready" in ready
    post(browser, "list_include", july, **seen_of(browser, july, named), skip=1)
    july.refresh_from_db()
    assert july.already_rewarded_count == 3
    assert sum(count for key, count in july.cached_counts.items() if key.startswith("arm:")) == july.ready_count == 1


def test_a_reason_is_needed(july: GuestList, one_arm: Campaign, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    form = seen_of(browser, july, one_arm.pk) | {"reason": " ", "show": "already_rewarded"}
    answer = browser.post(address("list_include", july), form)
    assert answer.status_code == 422
    assert "Say why they get another reward" in answer.content.decode()
    july.refresh_from_db()
    assert july.already_rewarded_count == 3


def test_who_was_rewarded_since_the_page_was_opened_is_named_before_anybody_is_included(
    july: GuestList, two_arms: Campaign, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    form = seen_of(browser, july, two_arms.pk) | {"reason": "A promise", "show": "already_rewarded"}
    ready = july.guests.get(outcome="waiting")
    other = read_file(two_arms, f"Email\n{ready.value}\n", name="Meanwhile")
    assert launch_list(guest_list=other, token=other.confirm_token, actor=None)
    world.drive()
    answer = browser.post(address("list_include", july), form)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "who are left out was “1” and is “2” now." in unescape(html)
    assert 'value="A promise"' in html
    july.refresh_from_db()
    assert (july.waiting_count, july.already_rewarded_count) == (0, 4)


def test_whoever_may_not_issue_may_not_include(
    july: GuestList, one_arm: Campaign, bea: User, client_of: ClientOf
) -> None:
    browser = client_of(bea)
    assert "may include them, with a reason" in page(browser, july, "?show=already_rewarded")
    assert browser.post(address("list_include", july), {"campaign": one_arm.pk, "reason": "x"}).status_code == 403


def test_guests_of_a_campaign_that_rewarded_none_of_them_are_not_found(
    july: GuestList, sid: User, client_of: ClientOf
) -> None:
    assert client_of(sid).post(address("list_include", july), {"campaign": "999", "reason": "x"}).status_code == 404


def test_a_row_repaired_into_a_guest_who_was_rewarded_before_is_left_out_as_well(
    july: GuestList, two_arms: Campaign, one_arm: Campaign, sid: User, client_of: ClientOf
) -> None:
    rows = "Name,Email\nNew,new@example.com\nBob,bob at example.com\nAnn,ann@example.com\n"
    guest_list, browser = read_file(two_arms, rows, name="Third"), client_of(sid)
    post(browser, "list_include", guest_list, **seen_of(browser, guest_list, one_arm.pk), reason="A promise")
    post(browser, "list_repair", guest_list, key="at")
    outcomes = dict(Guest.objects.of_list(guest_list).values_list("value", "outcome"))
    assert outcomes["bob@example.com"] == "already_rewarded"
    assert outcomes["ann@example.com"] == "waiting", "Somebody has decided that one."
