"""Rows that a lost quote put into one become rows again: nobody is lost, nobody is made up, and undo leaves nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from issuance.checking.cell_repairs import rows_that_ran_together
from issuance.checking.repairs import recipe_for, repair_rows, undo_repair
from issuance.models import Guest, GuestList, Repair, RowError
from tests.issuance.browsing import ClientOf, page, post
from tests.issuance.checking.contents import fresh, state_of
from tests.issuance.factories import read_file
from thanxportal.accounts.models import User

TOGETHER = """Name,Email,City
Ann,ann@example.com,Rome
"Bob,bob@example.com,Oslo
Cy,cy@example.com,Bern
Dee,dee at example.com,Wien
Eve,ann@example.com,Graz",,
Fay,fay@example.com,Linz
"""


@pytest.fixture
def june(campaign: Campaign) -> GuestList:
    made = read_file(campaign, TOGETHER.replace('Graz",,', 'Graz"'))
    assert RowError.objects.of_list(made).get(kind="invalid").code == "rows_run_together"
    return made


def read_as_rows(guest_list: GuestList, actor: User) -> Repair | None:
    recipe = recipe_for(guest_list, "lines")
    assert recipe is not None
    return repair_rows(guest_list=fresh(guest_list), recipe=recipe, actor=actor)


def test_each_line_becomes_a_row_good_or_bad(june: GuestList, bea: User) -> None:
    repair = read_as_rows(june, bea)
    assert repair is not None
    assert repair.sentence == "Read rows that ran together: 4 rows"
    guests = Guest.objects.of_list(june).order_by("row").values_list("row", "of_row", "value")
    assert list(guests) == [
        (2, None, "ann@example.com"),
        (3, None, "bob@example.com"),
        (4, None, "fay@example.com"),
        (5, 3, "cy@example.com"),
    ]
    left = RowError.objects.of_list(june).order_by("row").values_list("row", "of_row", "kind", "code")
    assert list(left) == [(6, 3, "invalid", "email_no_at"), (7, 3, "duplicate", "duplicate")]
    ledger = fresh(june).ledger
    assert ledger.pop("rows") == sum(ledger.values()) == 6


def test_undo_puts_the_one_row_back(june: GuestList, bea: User) -> None:
    before = state_of(june)
    repair = read_as_rows(june, bea)
    assert repair is not None
    assert undo_repair(repair=repair, actor=bea)
    assert state_of(june) == before


def test_the_page_offers_it_with_the_number_of_rows(june: GuestList, bea: User, client_of: ClientOf) -> None:
    html = page(client_of(bea), june)
    assert "1 row has swallowed others: a quote was lost." in html
    assert "Read as 4 rows" in html
    assert "Read rows that ran together: 4 rows" in post(client_of(bea), "list_repair", june, key="lines")
    assert Guest.objects.of_list(june).filter(value="cy@example.com").exists()


@given(
    st.integers(1, 5),
    st.lists(st.lists(st.text("abc@.é1 ", min_size=1), min_size=2, max_size=6), min_size=2, max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_lines_are_rows_only_if_each_has_every_column(
    width: int, rows: list[list[str]], delimiter: str, line_end: str
) -> None:
    filled = [row for row in rows if delimiter.join(row).strip()]
    text = line_end.join(delimiter.join(row) for row in rows)
    made = rows_that_ran_together(delimiter, width)(text.split(delimiter))
    assert made == (filled if len(filled) > 1 and all(len(row) == width for row in filled) else [])


def test_a_line_that_is_no_whole_row_leaves_the_row_to_a_person(campaign: Campaign, bea: User) -> None:
    made = read_file(
        campaign, 'Name,Email,City\n"Bob,bob@example.com,Oslo\nCy,cy@example.com",Bern,\nFay,f@example.com,Linz\n'
    )
    assert RowError.objects.of_list(made).get().code == "rows_run_together"
    assert read_as_rows(made, bea) is None
