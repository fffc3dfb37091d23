"""Other people far below the guests, where nobody was asked about them, are no guests; a repeated header that a person
saw changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.row_result import RowResult
from tests.corpus.files import as_text, as_xlsx
from tests.corpus.people import people
from tests.crash import as_often

HEADER = ["Name", "Email", "Phone"]
GUESTS = [[person.name, person.email, person.phone] for person in people("en", 410)]
STAFF = [["Sue", "sue@example.org", "(202) 555-0190"], ["Tom", "tom@example.org", "(202) 555-0191"]]
TITLES = [
    [["Employee", "E-mail", "Mobile"]], [[], ["Staff"]], [[], ["Managers", "", ""]], [[], ["Our team:"]], [HEADER],
    [[], HEADER], [["Vorname", "E-Mail", "Handy"]],
    [["Staff"], ["Name", "Work email", "Phone"]], [["担当者", "メール", "電話"]],
]  # fmt: skip


def results(content: bytes, folder: Path, name: str, *, after: int = 0) -> list[RowResult]:
    path = folder / name
    path.write_bytes(content)
    with open_guest_file(path, country="US") as file:
        assert file.opened.columns.sure
        if after:
            file.resume(last_row=after, results=after - 1)
        return [*file.results()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("title", TITLES)
def test_people_below_another_header_or_title_are_shown_and_no_guests(
    title: list[list[str]], kind: str, tmp_path: Path
) -> None:
    rows = [HEADER, *GUESTS, *title, *STAFF]
    content = as_text(rows) if kind == "csv" else as_xlsx(rows)
    read = results(content, tmp_path, f"a.{kind}")
    assert sum(not result.code for result in read) == len(GUESTS)
    assert [result.code for result in read[-len(STAFF) :]] == ["later_table"] * len(STAFF)


@settings(max_examples=as_often(usually=8, full=150))
@given(at=st.integers(401, 409), stop=st.integers(380, 412), title=st.sampled_from(TITLES))
def test_reading_on_after_a_stop_finds_the_same(
    tmp_path_factory: pytest.TempPathFactory, at: int, stop: int, title: list[list[str]]
) -> None:
    folder, content = tmp_path_factory.mktemp("lists"), as_text([HEADER, *GUESTS[:at], *title, *STAFF])
    whole = results(content, folder, "a.csv")
    assert results(content, folder, "a.csv", after=stop) == [result for result in whole if result.row > stop]


@pytest.mark.parametrize(
    "row", [["Guest", "no email", ""], ["Ann", "", "Email"], ["Ann Mobile", "none", "n/a"], ["Chef", "", ""],
            ["Our team:", "", ""], ["Total", "410", ""], ["Phone", "", ""]]
)  # fmt: skip
def test_a_guest_without_an_address_begins_no_table(row: list[str], tmp_path: Path) -> None:
    read = results(as_text([HEADER, *GUESTS, row, *STAFF]), tmp_path, "a.csv")
    assert [result.value for result in read[-2:]] == ["sue@example.org", "tom@example.org"]


def test_a_guest_below_a_hidden_row_begins_no_table(tmp_path: Path) -> None:
    rows = [HEADER, *GUESTS, STAFF[0], ["Ann", "", ""], STAFF[1]]
    path = tmp_path / "a.xlsx"
    path.write_bytes(as_xlsx(rows, hidden_rows=[len(GUESTS) + 2]))
    with open_guest_file(path, country="US") as file:
        assert [*file.results()][-1].value == "tom@example.org"


def test_pages_that_repeat_their_header_are_asked_about_once_and_read(tmp_path: Path) -> None:
    pages = [row for at in range(0, 410, 50) for row in [HEADER, *GUESTS[at : at + 50]]]
    path = tmp_path / "a.csv"
    path.write_bytes(as_text(pages))
    with open_guest_file(path, country="US") as file:
        assert not file.opened.columns.sure
        assert sum(not result.code for result in file.results()) == len(GUESTS)
