"""Lines around a table, other tables and people of other roles: asked about with the reason, within the first rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.parsing.guest_file import open_guest_file
from tests.corpus.files import as_text
from tests.corpus.people import people

GUESTS = people("en", 8)
TABLE = [["Name", "Email", "Phone", "Visits"], *([person.name, person.email, person.phone, "3"] for person in GUESTS)]
PHONES = [[person.phone] for person in GUESTS]
BOSS = "boss@example.org"


def doubts(folder: Path, rows: list[list[str]]) -> str:
    path = folder / "guests.csv"
    path.write_bytes(as_text(rows))
    with open_guest_file(path, country="US") as file:
        return " ".join(file.opened.columns.doubts)


@pytest.mark.parametrize("label", ["Manager on duty", "Signed by", "Responsable", "作成者", "Harbor Grill", ""])
def test_a_last_line_unlike_the_others_is_asked_about(label: str, tmp_path: Path) -> None:
    assert "like a line below the guests" in doubts(tmp_path, [*TABLE, [label, BOSS, "", ""]])


def test_a_last_guest_without_all_details_is_one_where_others_are_so_too(tmp_path: Path) -> None:
    rows = [*TABLE[:3], ["Ann", "ann@example.com", "", "3"], *TABLE[3:], ["Bob", "bob@example.com", "", "3"]]
    assert not doubts(tmp_path, rows)


def test_gaps_in_one_column_near_the_end_are_no_doubt(tmp_path: Path) -> None:
    rows = [
        [f"Guest {at}", f"guest{at}@example.com", city] for at, city in enumerate(["Austin"] * 8 + ["", "", "Bern"])
    ]
    assert not doubts(tmp_path, [["Name", "Email", "Store"], *rows])


@pytest.mark.parametrize("line", ["Harbor Grill (202) 555-0199", "Call us: (202) 555-0199", "Boss <boss@example.org>"])
def test_words_before_the_last_number_alone_are_asked_about(line: str, tmp_path: Path) -> None:
    assert "below the guests" in doubts(tmp_path, [["Phone"], *PHONES, [line]])
    assert "above the guests" in doubts(tmp_path, [[line], *PHONES])


def test_words_before_every_number_are_no_doubt(tmp_path: Path) -> None:
    assert not doubts(tmp_path, [["Phone"], *([f"Tel. {person.phone}"] for person in GUESTS)])


@pytest.mark.parametrize("label", ["Manager", "Von", "Restaurant", "Account"])
def test_a_role_in_the_first_line_of_a_list_without_header_is_asked_about(label: str, tmp_path: Path) -> None:
    assert "above the guests" in doubts(tmp_path, [[label, BOSS], *(row[:2] for row in TABLE[1:])])


@pytest.mark.parametrize(
    "lines", [[[], ["Staff on duty"], ["Name", "Email"]], [["Name", "Email"]], [["Managers", ""]], [[], ["Crew"]]]
)
def test_a_second_table_is_asked_about(lines: list[list[str]], tmp_path: Path) -> None:
    rows = [*(row[:2] for row in TABLE), *lines, ["Sid", BOSS], ["Sue", BOSS]]
    assert "may begin another table" in doubts(tmp_path, rows)


@pytest.mark.parametrize(
    "rows",
    [
        [*TABLE, ["zoe@example.com", "", "", ""]],
        [*TABLE, ["Zoe Finch", "zoe@example.com", "", ""]],
        [["Phone"], *PHONES, ["Zoe <zoe@example.com>"]],
        [["Zoe (202) 555-0142"], *PHONES],
        [*(row[:2] for row in TABLE), [], ["Zoe Finch"], ["Sue", BOSS]],
    ],
)
def test_a_doubt_repeats_nobody_who_may_be_a_guest(rows: list[list[str]], tmp_path: Path) -> None:
    said = doubts(tmp_path, rows)
    assert "may begin another table" in said or "looks like a line" in said
    assert "zoe" not in said.lower()
    assert "0142" not in said


def test_a_doubt_repeats_roles(tmp_path: Path) -> None:
    assert "Row 10 (“Manager on duty”) looks" in doubts(tmp_path, [*TABLE, ["Manager on duty", BOSS, "", ""]])


def test_guests_without_an_address_and_blank_lines_are_no_other_table(tmp_path: Path) -> None:
    assert not doubts(tmp_path, [*TABLE[:4], ["Carl", "", "", ""], [], *TABLE[4:]])


def test_people_of_the_staff_in_a_column_of_roles_are_asked_about(tmp_path: Path) -> None:
    rows = [["Role", "Email"], ["Guest", GUESTS[0].email], ["Server", BOSS]]
    assert "“Role” says “server” in some rows: are those people guests?" in doubts(tmp_path, rows)
    assert not doubts(tmp_path, [["Job title", "Email"], ["Cook", GUESTS[0].email], ["Server", GUESTS[1].email]])


@pytest.mark.parametrize("name", ["Type", "Job title", "Source"])
def test_a_column_of_roles_at_the_front_is_no_note(name: str, tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_bytes(as_text([[name, "Email", "City"], *(["Partner", person.email, ""] for person in GUESTS)]))
    with open_guest_file(path, country="US") as file:
        assert [result.code for result in file.results()] == [""] * len(GUESTS)


def test_a_card_is_asked_about(tmp_path: Path) -> None:
    assert doubts(tmp_path, [["Name", "Ann Lee"], ["Email", GUESTS[0].email], ["Server", BOSS]])


@pytest.mark.parametrize("name", ["Total Wine Party", "Source, Ann", "Summe, Jörg"])
def test_a_guest_whose_row_is_full_is_no_note(name: str, tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_bytes(as_text([*TABLE[:3], [name, *TABLE[3][1:]], *TABLE[4:]]))
    with open_guest_file(path, country="US") as file:
        assert [result.value for result in file.results()] == [person.email for person in GUESTS]


@pytest.mark.parametrize("label", ["Harbor Grill", "Elaborado por"])
def test_the_last_line_of_a_long_list_is_looked_at(label: str, tmp_path: Path) -> None:
    many = people("en", 500)
    table = [TABLE[0], *([person.name, f"{at}{person.email}", person.phone, "3"] for at, person in enumerate(many))]
    assert not doubts(tmp_path, table)
    assert "The last line" in doubts(tmp_path, [*table, [label, BOSS, "", ""]])


def test_a_role_in_place_of_a_name_is_no_guest_anywhere_in_the_list(tmp_path: Path) -> None:
    path = tmp_path / "guests.csv"
    path.write_bytes(as_text([*TABLE[:4], ["Manager on duty", BOSS, "", ""], *TABLE[4:]]))
    with open_guest_file(path, country="US") as file:
        assert [result.code for result in file.results() if result.code] == ["beside_the_table"]
