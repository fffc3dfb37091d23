"""A search of a list reads texts of its guests, and finds the same as if it read every guest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.guests.search import matching_guests
from issuance.importing import batches
from issuance.importing.mapping import ask_for_columns
from issuance.models import Guest, GuestList, SearchText, drop_search_texts, rows_that_may_hold, search_texts
from tests.issuance.factories import read_file

pytestmark = pytest.mark.django_db
FILE = "Email,Phone\n" + "".join(
    f"guest{number}@example.com,{f'202-555-01{number}' if number % 4 == 0 else ''}\n" for number in range(10, 60)
)


@pytest.fixture
def june(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> GuestList:
    """A list of 50 guests in texts of 8 rows."""
    monkeypatch.setattr(batches, "BATCH", 8)
    guest_list = read_file(campaign, FILE)
    assert guest_list.search_texts.count() == 7
    return guest_list


def found(guest_list: GuestList, text: str, *, unmasked: bool = True) -> list[int]:
    matching = matching_guests(Guest.objects.of_list(guest_list), guest_list, text, unmasked=unmasked)
    return list(matching.values_list("row", flat=True))


SEARCHES = ["guest17@example.com", "guest3", "EXAMPLE.com", "(202) 555-0120", "5550140", "0140", "nobody", "9@ex"]


@pytest.mark.parametrize("most", [10_000, 20, 0])
@pytest.mark.parametrize("unmasked", [True, False])
def test_texts_change_no_search(most: int, unmasked: bool, june: GuestList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_texts, "MOST_APART", most)
    by_texts = [found(june, text, unmasked=unmasked) for text in SEARCHES]
    june.search_texts.filter(first_row__gt=20).first().delete()  # type: ignore[union-attr]
    with_a_gap = [found(june, text, unmasked=unmasked) for text in SEARCHES]
    june.search_texts.all().delete()
    one_by_one = [found(june, text, unmasked=unmasked) for text in SEARCHES]
    assert by_texts == with_a_gap == one_by_one
    assert one_by_one[0] == [9]


def test_without_a_hit_no_guest_is_looked_at(june: GuestList) -> None:
    assert not june.guests.filter(rows_that_may_hold(june, ["nobody"])).exists()
    near = june.guests.filter(rows_that_may_hold(june, ["guest17@", "elsewhere"]))
    assert 0 < near.count() <= batches.BATCH


def test_a_text_is_dropped_with_any_row_of_it(june: GuestList) -> None:
    rows = [(text.first_row, text.last_row) for text in june.search_texts.order_by("first_row")]
    (first, _), (_, last) = rows[1], rows[4]
    drop_search_texts(june, [last, first])
    left = [(text.first_row, text.last_row) for text in june.search_texts.order_by("first_row")]
    assert left == [rows[0], *rows[2:4], *rows[5:]]
    drop_search_texts(june, [])
    assert june.search_texts.count() == len(left)


def test_other_lists_have_texts_of_their_own(june: GuestList, campaign: Campaign) -> None:
    july = read_file(campaign, "else@example.org\n", name="July")
    drop_search_texts(june, range(100))
    assert not june.search_texts.exists()
    assert found(july, "else") == [1]
    assert not july.guests.filter(rows_that_may_hold(july, ["guest"])).exists()


def test_a_list_that_is_read_again_begins_without_texts(june: GuestList) -> None:
    assert ask_for_columns(guest_list=june, actor=None)
    assert not SearchText.objects.exists()


def test_a_search_costs_the_same_however_long_the_list_is(
    june: GuestList, ana: Any, client_of: Callable[[Any], Any], django_assert_max_num_queries: Any
) -> None:
    browser = client_of(ana)
    browser.get("/m/harbor-grill/")
    with django_assert_max_num_queries(24) as asked:
        browser.post(f"/m/harbor-grill/lists/{june.pk}/guests/", {"q": "nobody"})
    assert len([each for each in asked.captured_queries if "issuance_searchtext" in each["sql"]]) == 1
