"""The grid of rows: each term of the ledger opens exactly its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.guests import grid as guests
from issuance.guests.ledger_terms import ledger_terms
from issuance.models import Guest, GuestList, RowError
from issuance.models.states import ListState
from issuance.views import guests as views_guests
from tests.issuance.browsing import rows_in
from tests.issuance.factories import make_list, published_campaign, read_file
from thanxportal.accounts.models import Activity, Merchant, User

ClientOf = Callable[[User], Client]
COUNTS = {
    "waiting": 4, "control": 3, "rewarded": 6, "refused": 2, "unknown": 1, "already_rewarded": 2, "revoked": 1,
    "invalid": 3, "duplicate": 2,
}  # fmt: skip


@pytest.fixture
def june(harbor: Merchant) -> GuestList:
    return make_list(published_campaign(harbor), ListState.ISSUING, **COUNTS)


def page(browser: Client, guest_list: GuestList, query: str = "") -> str:
    answer = browser.get(reverse("issuance:guests", args=["harbor-grill", guest_list.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_term_of_the_ledger_opens_exactly_its_rows(june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    for term in ledger_terms(june):
        html = browser.get(term.url).content.decode()
        assert len(rows_in(html)) == term.value, term.key


def test_choosing_a_term_keeps_what_else_was_chosen(june: GuestList, ana: User, client_of: ClientOf) -> None:
    arm = june.campaign.variants.all()[0].pk
    html = page(client_of(ana), june, f"?outcome=refused&arm={arm}&job=1&cause=USER_EMAIL_INVALID")
    kept = f"cause=USER_EMAIL_INVALID&amp;arm={arm}&amp;job=1"
    assert f"?{kept}&amp;outcome=rewarded" in html
    assert f'?{kept}"' in html
    assert "?cause=USER_EMAIL_INVALID&amp;outcome=invalid" in html


@pytest.mark.parametrize(
    ("outcome", "offered", "hidden"),
    [
        ("refused", ["USER_EMAIL_INVALID"], ["email_no_at"]),
        ("invalid", ["email_no_at"], ["USER_EMAIL_INVALID"]),
        ("", ["email_no_at", "USER_EMAIL_INVALID"], []),
        ("rewarded", [], ["email_no_at", "USER_EMAIL_INVALID"]),
    ],
)
def test_only_reasons_that_find_somebody_are_offered(
    outcome: str, offered: list[str], hidden: list[str], june: GuestList, ana: User, client_of: ClientOf
) -> None:
    html = page(client_of(ana), june, f"?outcome={outcome}")
    assert all(f'<option value="{code}"' in html for code in offered)
    assert not any(f'<option value="{code}"' in html for code in hidden)


def test_a_reason_that_rows_of_this_outcome_cannot_have_is_left_out(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    assert len(rows_in(page(client_of(ana), june, "?outcome=rewarded&cause=email_no_at"))) == 6


def test_the_terms_add_up_to_the_rows_of_the_file(june: GuestList) -> None:
    rows, *rest = ledger_terms(june)
    assert rows.value == sum(term.value for term in rest) == 24
    assert [term.operator for term in rest] == ["=", *["+"] * 8]


def test_terms_that_are_seldom_needed_appear_only_with_somebody_in_them(harbor: Merchant) -> None:
    calm = make_list(published_campaign(harbor), waiting=1)
    keys = [term.key for term in ledger_terms(calm)]
    assert keys == ["rows", "rewarded", "control", "waiting", "refused", "invalid", "duplicate"]
    assert ledger_terms(calm)[3].label == "ready"


@pytest.mark.parametrize(
    "query", ["?outcome=nonsense", "?after=x&before=-1", "?arm=99999999999999999999", "?job=abc", "?after=²"]
)
def test_an_address_that_makes_no_sense_shows_all_rows(
    query: str, june: GuestList, ana: User, client_of: ClientOf
) -> None:
    assert len(rows_in(page(client_of(ana), june, query))) == 24


def test_an_arm_of_another_campaign_has_nobody_here(
    june: GuestList, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    other = published_campaign(harbor, name="Other").variants.all()[0]
    assert "No rows here" in page(client_of(ana), june, f"?arm={other.pk}")


def test_arm_and_job_narrow_the_rows(june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    control = june.campaign.variants.get(name="Control")
    assert len(rows_in(page(browser, june, f"?arm={control.pk}"))) == 3
    assert len(rows_in(page(browser, june, "?job=2"))) == 4
    assert rows_in(page(browser, june, "?job=7")) == []
    assert len(rows_in(page(browser, june, "?outcome=ready"))) == 7


def test_fixed_guests_are_found(june: GuestList, ana: User, client_of: ClientOf) -> None:
    Guest.objects.filter(guest_list=june, row__in=(3, 4)).update(fixed=True)
    assert rows_in(page(client_of(ana), june, "?outcome=fixed")) == [3, 4]


@pytest.mark.parametrize("who", ["ben", "bea", "sid"])
def test_guests_are_masked_for_whoever_is_no_manager(
    who: str, june: GuestList, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    html = page(client_of(request.getfixturevalue(who)), june)
    assert "guest2@" not in html
    assert "broken" not in html
    assert "g•••@example.com" in html


def reveal(browser: Client, guest_list: GuestList, query: str = "", **data: object) -> Any:
    return browser.post(reverse("issuance:reveal", args=["harbor-grill", guest_list.pk]) + query, data)


def said() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("sentence", flat=True))


def test_a_manager_sees_a_guest_in_full_by_asking_and_the_log_says_which(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    assert "guest2@" not in page(browser, june)
    assert said() == []
    html = reveal(browser, june, "?outcome=waiting", row=3).content.decode()
    assert "guest3@example.com" in html
    assert "guest2@" not in html
    assert rows_in(html) == [2, 3, 4, 5]
    assert said() == ["Looked at row 3 of “June guests” unmasked."]
    assert Activity.objects.get().actor == ana


def test_a_manager_sees_a_whole_page_in_full_by_asking(june: GuestList, ana: User, client_of: ClientOf) -> None:
    html = reveal(client_of(ana), june, "?outcome=waiting").content.decode()
    assert all(f"guest{row}@example.com" in html for row in (2, 3, 4, 5))
    assert said() == ["Looked at 4 rows from 2 to 5 of “June guests” unmasked."]


def test_a_row_that_is_not_on_the_page_is_neither_shown_nor_logged(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    assert reveal(client_of(ana), june, "?outcome=waiting", row=20).status_code == 200
    assert said() == []


def test_a_reload_of_what_was_shown_masks_it_again(june: GuestList, ana: User, client_of: ClientOf) -> None:
    address = reverse("issuance:reveal", args=["harbor-grill", june.pk])
    answer = client_of(ana).get(f"{address}?outcome=waiting")
    assert answer["Location"] == reverse("issuance:guests", args=["harbor-grill", june.pk]) + "?outcome=waiting"


@pytest.mark.parametrize("who", ["ben", "bea", "sid"])
def test_nobody_else_may_ask(who: str, june: GuestList, client_of: ClientOf, request: pytest.FixtureRequest) -> None:
    browser = client_of(request.getfixturevalue(who))
    assert reveal(browser, june, row=3).status_code == 403
    assert "in full" not in page(browser, june)


def test_refusals_and_bad_rows_are_filtered_by_reason(june: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    assert len(rows_in(page(browser, june, "?cause=USER_EMAIL_INVALID"))) == 2
    assert len(rows_in(page(browser, june, "?cause=email_no_at"))) == 3


def test_the_guests_of_a_job_are_turned_page_by_page_in_its_order(
    june: GuestList, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "PAGE", 3)
    browser = client_of(ana)
    first = rows_in(page(browser, june, "?job=1"))
    second = rows_in(page(browser, june, f"?job=1&after={first[-1]}"))
    assert len(first) == len(second) == 3
    assert rows_in(page(browser, june, f"?job=1&before={second[0]}")) == first


def test_with_very_many_jobs_the_number_is_typed(
    june: GuestList, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_guests, "MOST_JOBS", 2)
    html = page(client_of(ana), june, "?job=2")
    assert '<input class="short" type="number" min="1" id="job" name="job" value="2"' in html


def test_reasons_are_said_in_words(june: GuestList, ana: User, client_of: ClientOf) -> None:
    html = page(client_of(ana), june, "?outcome=refused")
    assert "Thanx doesn’t accept this email address." in html
    assert ">USER_EMAIL_INVALID" not in html
    assert "it has no @ sign" in page(client_of(ana), june, "?outcome=invalid")


def test_what_stands_in_the_file_is_text_and_never_markup(june: GuestList, ana: User, client_of: ClientOf) -> None:
    evil = "<script>alert(1)</script>"
    Guest.objects.filter(guest_list=june, row=2).update(value=evil)
    RowError.objects.filter(guest_list=june, kind="invalid").update(cells=[evil], column=evil)
    GuestList.objects.filter(pk=june.pk).update(name=evil)
    for query in ("", "?outcome=invalid"):
        html = page(client_of(ana), june, query)
        assert evil not in html
        assert "&lt;script&gt;" in html


def test_a_repeated_guest_is_shown_by_the_identifier_and_not_by_the_first_cell(
    june: GuestList, ana: User, client_of: ClientOf
) -> None:
    GuestList.objects.filter(pk=june.pk).update(file_info={"names": ["Visit", "Phone"], "email": None, "phone": 1})
    RowError.objects.filter(guest_list=june, kind="duplicate").update(column="", cells=["June 3", "(202) 555-0142"])
    html = reveal(client_of(ana), june, "?outcome=duplicate").content.decode()
    assert "(202) 555-0142" in html
    assert "June 3" not in html


def test_guests_have_names_where_the_file_has_them_masked_until_they_are_revealed(
    campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    rows = "First name,Last name,Email\nMaria,Lopez,maria@example.com\nBen,,not an address\n"
    made = read_file(campaign, rows)
    masked, shown = page(client_of(ana), made), reveal(client_of(ana), made).content.decode()
    assert "M•••" in masked
    assert "Maria" not in masked
    assert "Lopez" not in masked
    assert ">Maria Lopez<" in shown
    assert ">Ben<" in shown


def test_pages_follow_one_another_without_gap_or_repetition(
    june: GuestList, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "PAGE", 10)
    browser = client_of(ana)
    first, second, third = page(browser, june), page(browser, june, "?after=11"), page(browser, june, "?after=21")
    assert rows_in(first) + rows_in(second) + rows_in(third) == list(range(2, 26))
    assert "Previous rows" not in first
    assert "Next rows" not in third
    back = page(browser, june, "?before=22")
    assert rows_in(back) == rows_in(second)


def test_a_turned_page_keeps_its_filter(
    june: GuestList, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "PAGE", 2)
    assert "?outcome=waiting&amp;after=3" in page(client_of(ana), june, "?outcome=waiting")


def test_the_grid_costs_the_same_whatever_it_shows(
    june: GuestList, ana: User, client_of: ClientOf, django_assert_num_queries: Callable[..., object]
) -> None:
    browser = client_of(ana)
    page(browser, june)
    with django_assert_num_queries(10):  # type: ignore[attr-defined]
        page(browser, june)
