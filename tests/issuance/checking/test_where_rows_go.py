"""The bar over the buckets: every row of the file in exactly one part, the largest loss first."""

from __future__ import annotations

import re
from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.checking.summary import where_rows_go
from issuance.models import GuestList
from tests.issuance.browsing import ClientOf, address, page, rows_in
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User


@pytest.fixture
def published(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


@pytest.mark.parametrize(
    ("counts", "order"),
    [
        ({"waiting": 5, "control": 2, "invalid": 1, "duplicate": 3}, "duplicate 3, invalid 1, ready 7"),
        ({"waiting": 1, "already_rewarded": 9, "invalid": 2}, "already_rewarded 9, invalid 2, ready 1"),
        ({"invalid": 4}, "invalid 4"),
        ({"waiting": 4}, "ready 4"),
        ({"waiting": 1, "invalid": 1, "duplicate": 1, "already_rewarded": 1},
         "invalid 1, duplicate 1, already_rewarded 1, ready 1"),
    ],
)  # fmt: skip
def test_the_largest_loss_comes_first_and_who_is_ready_last(
    counts: dict[str, int], order: str, published: Campaign
) -> None:
    parts = where_rows_go(make_list(published, **counts))
    assert ", ".join(f"{part.key} {part.rows}" for part in parts) == order


@pytest.mark.parametrize("counts", [(999_999, 1, 0, 0), (1, 1, 1, 1_000_000), (0, 0, 3, 0), (7, 333, 3, 175)])
def test_its_parts_are_all_rows_and_fill_the_bar(counts: tuple[int, int, int, int]) -> None:
    terms = ("waiting_count", "invalid_count", "duplicate_count", "already_rewarded_count")
    made = GuestList(pk=1, rows_count=sum(counts), **dict(zip(terms, counts, strict=True)))
    made.merchant = Merchant(handle="harbor")
    parts = where_rows_go(made)
    assert sum(part.rows for part in parts) == made.rows_count
    assert sum(part.width for part in parts) == pytest.approx(100, abs=0.01)
    assert min(part.width for part in parts) > 1
    assert [part.start for part in parts[1:]] == pytest.approx([part.start + part.width for part in parts[:-1]])


def test_few_rows_are_never_none_and_nearly_all_never_all() -> None:
    made = GuestList(pk=1, rows_count=1_000, waiting_count=999, invalid_count=1)
    made.merchant = Merchant(handle="harbor")
    assert [part.percent for part in where_rows_go(made)] == ["under 1%", "over 99%"]


def test_each_part_is_named_with_its_count_and_opens_its_rows(
    published: Campaign, bea: User, client_of: ClientOf
) -> None:
    made = make_list(published, waiting=3, invalid=1, duplicate=2)
    browser = client_of(bea)
    html = page(browser, made)
    bar = html.partition('class="rows-go"')[2].partition("</section>")[0]
    assert "Where your 6 rows go" in bar
    links = re.findall(r'href="([^"]+)".*?<b>(\d+)</b>\s*<span>(.*?)</span>', bar, re.DOTALL)
    assert [(label, int(count)) for _, count, label in links] == [("Duplicate", 2), ("Needs you", 1), ("Ready", 3)]
    for url, count, _ in links:
        assert url.startswith(address("list_detail", made))
        assert len(rows_in(browser.get(url).content.decode())) == int(count)
    assert "style=" not in bar


def test_the_bar_asks_the_database_nothing(published: Campaign, django_assert_num_queries: Any) -> None:
    made = make_list(published, waiting=3, invalid=1, duplicate=2)
    with django_assert_num_queries(0):
        where_rows_go(made)


def test_a_file_without_rows_has_no_bar(published: Campaign, bea: User, client_of: ClientOf) -> None:
    assert "rows-go" not in page(client_of(bea), make_list(published))
