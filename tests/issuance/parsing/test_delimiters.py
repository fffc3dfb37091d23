"""A delimiter divides columns, never the guests of a cell: else all but one of them would be lost without a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.guest_file import open_guest_file

DELIMITERS = st.sampled_from([",", ";", "\t", "|"])


@given(
    outer=DELIMITERS,
    inner=DELIMITERS,
    kind=st.sampled_from(["email", "phone"]),
    counts=st.lists(st.integers(2, 4), min_size=2, max_size=12),
    before=st.integers(0, 2),
    titles=st.integers(0, 1),
)
def test_guests_of_one_cell_are_never_divided(
    tmp_path_factory: pytest.TempPathFactory,
    outer: str, inner: str, kind: str, counts: list[int], before: int, titles: int,
) -> None:  # fmt: skip
    if outer == inner:
        return
    cells = [inner.join(_guest(kind, row, at) for at in range(count)) for row, count in enumerate(counts)]
    header = outer.join([*[f"Note {at}" for at in range(before)], kind.title()])
    rows = [outer.join([*["x"] * before, cell]) for cell in cells]
    path = tmp_path_factory.mktemp("lists") / "a.csv"
    path.write_text("\n".join([*["Guests of June"] * titles, header, *rows]))
    with open_guest_file(path, country="US") as file:
        assert [result.code for result in file.results()] == [f"{kind}_several"] * len(cells)


def _guest(kind: str, row: int, at: int) -> str:
    return f"ann{row}_{at}@example.com" if kind == "email" else f"2025550{row:02}{at}"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", ["Email{0}Second email", "Email{0}Second email{0}", "June{0}\nEmail{0}Second email"])
def test_two_columns_of_emails_are_two_columns(tmp_path: Path, delimiter: str, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        f"{header}\nann@example.com{{0}}bob@example.com\ncy@example.com{{0}}di@example.com\n".format(delimiter)
    )
    with open_guest_file(path, country="US") as file:
        assert file.opened.delimiter == delimiter
        assert [result.value for result in file.results()] == ["ann@example.com", "cy@example.com"]


def test_a_row_longer_than_its_header_does_not_change_the_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Email,Phone\nann@example.com,2025550101,2025550102\nbob@example.com,2025550103,2025550104\n")
    with open_guest_file(path, country="US") as file:
        assert [result.value for result in file.results()] == ["ann@example.com", "bob@example.com"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("guests", [1, 2, 9])
def test_an_address_above_a_report_changes_no_delimiter(delimiter: str, guests: int, tmp_path: Path) -> None:
    row = delimiter.join(["Ann", "ann@example.com", "2025550101", "clerk@example.org"])
    header = delimiter.join(["Name", "Email", "Phone", "Created by"])
    lines = ["Report", "Run by: boss@example.org", "", header, *[row] * guests, "", "Total records"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    with open_guest_file(path, country="US") as file:
        assert (file.opened.delimiter, file.opened.columns.email) == (delimiter, 1)


@given(
    notes=st.lists(st.text(st.sampled_from('a,"\\\n é'), max_size=9), min_size=1, max_size=30),
    plain=st.sampled_from([0, 3, 700]),
)
def test_quotes_behind_a_backslash_lose_no_row(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str], plain: int
) -> None:
    path = tmp_path_factory.mktemp("lists") / "a.csv"
    path.write_text("".join(['"Note","Email"\n', *['"fine","ann@example.com"\n'] * plain, *map(_escaped, notes)]))
    with open_guest_file(path, country="US") as file:
        assert [result.raw[0] for result in file.results()] == [*["fine"] * plain, *map(_kept, notes)]


@pytest.mark.parametrize("ends", ['"C:\\","{}"', "C:\\,{}", '"{}","C:\\"', "{},C:\\"])
def test_a_backslash_before_the_first_quote_behind_one_is_a_backslash(tmp_path: Path, ends: str) -> None:
    path = tmp_path / "a.csv"
    plain = [ends.format("ann@example.com"), ends.format("cy@example.com")]
    path.write_text("\n".join([*plain, '"so \\"x\\" she said","bob@example.com"']))
    with open_guest_file(path, country="US") as file:
        *before, last = [result.raw for result in file.results()]
    assert before == [row.replace('"', "").split(",") for row in plain]
    assert last == ['so "x" she said', "bob@example.com"]


def _kept(note: str) -> str:
    return f'so "x{note}" she said'


def _escaped(note: str) -> str:
    text = _kept(note).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}","bob@example.com"\n'
