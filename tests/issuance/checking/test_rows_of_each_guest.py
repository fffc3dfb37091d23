"""Each guest of a cell gets a row: every number adds up, the row of the file stays known, and undo leaves nothing."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from issuance.checking import background_repairs
from issuance.checking.repairs import recipe_for, repair_domain, repair_rows, undo_repair
from issuance.guests.sight import Sight
from issuance.importing.mapping import ask_for_columns
from issuance.models import Guest, GuestList, Repair, RowError
from issuance.outcomes.reports import report
from issuance.worker import due_work
from tests.issuance.browsing import ClientOf, as_csv, downloaded, page, post
from tests.issuance.checking.contents import fresh, state_of
from tests.issuance.factories import read_file
from thanxportal.accounts.models import User

MORE = "".join(f"Guest {n},guest{n}@example.com,(202) 555-01{n:02}\n" for n in range(20, 26))
SEVERAL = f"""Name,Email,Mobile
Ana,ana@example.com,
Hal,hal@example.com; hal@example.org,
Ida,,202-555-0101 / 202-555-0102 or 202-555-0103
Joe,joe@example.com; ana@example.com; joe@example,
Kim,,202-555-0103
{MORE}"""


@pytest.fixture
def june(campaign: Campaign, bea: User) -> GuestList:
    """A list that Bea has brought."""
    return read_file(campaign, SEVERAL, by=bea)


def give_rows(guest_list: GuestList, actor: User, row: int | None = None) -> Repair | None:
    recipe = recipe_for(guest_list, "each")
    assert recipe is not None
    return repair_rows(guest_list=fresh(guest_list), recipe=recipe, actor=actor, row=row)


def rows_of(guest_list: GuestList) -> list[tuple[int, int | None, str]]:
    """(number, row of the file it was made of, guest or what became of it) of every row."""
    guests = Guest.objects.of_list(guest_list).values_list("row", "of_row", "value")
    return sorted([*guests, *RowError.objects.of_list(guest_list).values_list("row", "of_row", "kind")])


def test_a_cell_with_only_one_good_guest_makes_no_rows(campaign: Campaign, bea: User) -> None:
    guest_list = read_file(campaign, "Email\nann@example.com\nbob@example.com; bob@example\n")
    assert guest_list.invalid_count == 1
    assert give_rows(guest_list, bea) is None
    assert fresh(guest_list).rows_count == 2


def test_each_guest_gets_a_row_and_bad_pieces_and_repeated_guests_keep_their_place(june: GuestList, bea: User) -> None:
    repair = give_rows(june, bea)
    assert repair is not None
    assert repair.sentence == "Gave each guest of a cell a row: 8 rows"
    assert rows_of(june) == [
        (2, None, "ana@example.com"),
        (3, None, "hal@example.com"),
        (4, None, "+12025550101"),
        (5, None, "joe@example.com"),
        (6, None, "+12025550103"),
        *((row, None, f"guest{row + 13}@example.com") for row in range(7, 13)),
        (13, 3, "hal@example.org"),
        (14, 4, "+12025550102"),
        (15, 4, "duplicate"),
        (16, 5, "duplicate"),
        (17, 5, "invalid"),
    ]
    after = fresh(june)
    assert (after.rows_count, after.added_count, after.duplicate_count, after.invalid_count) == (16, 5, 2, 1)
    assert state_of(june)["ledger"]["rows"] == 16


def test_undo_leaves_nothing_of_the_rows_that_were_made(june: GuestList, bea: User) -> None:
    before = state_of(june)
    repair = give_rows(june, bea)
    assert repair is not None
    assert undo_repair(repair=Repair.objects.get(), actor=bea)
    assert state_of(june) == before
    assert fresh(june).added_count == 0


def test_rows_made_after_an_undo_take_the_same_numbers_and_are_undone_as_well(june: GuestList, bea: User) -> None:
    before = state_of(june)
    for _ in range(2):
        assert give_rows(june, bea, row=3)
        assert rows_of(june)[-1] == (13, 3, "hal@example.org")
        repair = Repair.objects.order_by("pk").last()
        assert repair is not None
        assert undo_repair(repair=repair, actor=bea)
    assert state_of(june) == before


def test_what_a_later_repair_did_to_a_made_row_is_undone_first(campaign: Campaign, bea: User) -> None:
    guest_list = read_file(campaign, "Email\nann@example.com\neve@example.com\nbob@example.com; bob@gmial.com\n")
    before, first = state_of(guest_list), give_rows(guest_list, bea)
    later = repair_domain(guest_list=fresh(guest_list), written="gmial.com", meant="gmail.com", actor=bea)
    assert first is not None
    assert later is not None
    assert rows_of(guest_list)[-1] == (5, 4, "bob@gmail.com")
    assert Repair.objects.get(pk=first.pk).overtaken_by() == later
    assert not undo_repair(repair=Repair.objects.get(pk=first.pk), actor=bea)
    for repair in (later, first):
        assert undo_repair(repair=Repair.objects.get(pk=repair.pk), actor=bea)
    assert state_of(guest_list) == before


def test_a_made_row_keeps_the_row_of_its_file_when_it_is_repaired(
    june: GuestList, bea: User, client_of: ClientOf
) -> None:
    give_rows(june, bea)
    browser = client_of(bea)
    html = page(browser, june)
    assert "row 5" in html
    assert '<small class="soft">added</small>' in html
    header, bad = downloaded(browser, june)
    assert bad[:2] == ["The part after the @ sign has no ending such as .com. Made of row 5 of the file.", "17"]
    bad[3] = "joe@example.net"
    post(browser, "rows_upload", june, rows=as_csv([header, bad]))
    assert rows_of(june)[-1] == (17, 5, "joe@example.net")
    post(browser, "repair_undo", june, repair=Repair.objects.order_by("pk").last().pk)  # type: ignore[union-attr]
    assert rows_of(june)[-1] == (17, 5, "invalid")


def test_a_row_or_all_of_them_are_divided_by_a_click(june: GuestList, bea: User, client_of: ClientOf) -> None:
    browser = client_of(bea)
    html = page(browser, june)
    assert "3 cells hold more than one guest." in html
    assert "becomes <bdi>hal@example.com + hal@example.org</bdi>" in html
    assert "Or only one guest of each of them is meant." in html
    assert "Make 3 rows" in html
    post(browser, "list_repair", june, key="each", row="4")
    assert fresh(june).added_count == 2
    html = post(browser, "list_repair", june, key="each")
    assert fresh(june).added_count == 5
    assert '<small class="soft">added</small>' in page(browser, june, "?show=duplicate")


def test_many_cells_are_divided_by_a_worker(
    campaign: Campaign, bea: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, ordered = read_file(campaign, SEVERAL), read_file(campaign, SEVERAL)
    give_rows(at_once, bea)
    monkeypatch.setattr(background_repairs, "LARGE", 2)
    assert "Being repaired" in post(client_of(bea), "list_repair", ordered, key="each")
    due_work.drive_due_work(list_id=ordered.pk)
    assert state_of(ordered) == state_of(at_once)


def test_the_report_has_the_row_of_the_file_for_each_guest(june: GuestList, bea: User) -> None:
    give_rows(june, bea)
    lines = list(csv.reader(io.StringIO("".join(report(june, Sight(whole=True))).lstrip("\ufeff"))))
    assert [(line[0], line[1]) for line in lines[12:14]] == [("3", "hal@example.org"), ("4", "'+12025550102")]
    assert len(lines) == 1 + fresh(june).rows_count


def test_a_list_that_is_read_anew_has_no_made_rows(june: GuestList, bea: User) -> None:
    give_rows(june, bea)
    assert ask_for_columns(guest_list=fresh(june), actor=bea)
    assert (fresh(june).rows_count, fresh(june).added_count) == (0, 0)
    assert default_storage.exists(fresh(june).file.name)


GOOD = [f"guest{n}@example.com" for n in range(7)]
GUESTS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=4, unique=True).map(
    lambda names: [f"{n}@example.com" for n in names]
)
BETWEEN = st.sampled_from([";", ", ", " / ", " or ", ":::", " | ", "\n"])


@given(rows=st.lists(st.tuples(GUESTS, BETWEEN), min_size=1, max_size=6))
def test_whatever_is_divided_every_guest_is_there_once_and_undo_restores_the_list(
    rows: list[tuple[list[str], str]], campaign: Campaign, bea: User
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(
        [["Email"], *([guest] for guest in GOOD), *([between.join(guests)] for guests, between in rows)]
    )
    guest_list = read_file(campaign, text.getvalue())
    before = state_of(guest_list)
    repair = give_rows(guest_list, bea)
    wanted = {*GOOD, *(guest for guests, _ in rows for guest in guests)}
    assert set(Guest.objects.of_list(guest_list).values_list("value", flat=True)) == wanted
    assert fresh(guest_list).rows_count == Guest.objects.of_list(guest_list).count() + fresh(guest_list).duplicate_count
    if repair:
        assert undo_repair(repair=Repair.objects.get(pk=repair.pk), actor=bea)
    assert state_of(guest_list) == before
