"""Files that other programs open without a word, though they are written unusually."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.unreadable_file import UnreadableFile
from tests.data.make import ods, ods_row, xlsx, xlsx_row, zipped

EMAIL = xlsx_row(1, "Email")


def read(tmp_path: Path, content: bytes) -> list[tuple[str, str]]:
    path = tmp_path / "a"
    path.write_bytes(content)
    with open_guest_file(path, country="US") as file:
        return [(result.value, result.code) for result in file.results()]


@pytest.mark.parametrize("content", [xlsx(EMAIL + xlsx_row(2, "ann@example.com")), ods(ods_row("ann@example.com"))])
def test_paths_in_the_archive_may_have_backslashes(tmp_path: Path, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name.replace("/", "\\"): archive.read(name) for name in archive.namelist()}
    assert read(tmp_path, zipped({**members})) == [("ann@example.com", "")]


@pytest.mark.parametrize("cell", [
    '<c r="A2"><f>B2</f></c>', '<c r="A2"><f>B2</f><v/></c>', '<c r="A2"><f>B2</f><v></v></c>',
    '<c r="A2"><f t="shared" si="0"/></c>', "<c r='A2'><f>B2</f></c>",
])  # fmt: skip
def test_a_formula_that_was_never_worked_out_is_named(tmp_path: Path, cell: str) -> None:
    rows = f'{EMAIL}<row r="2">{cell}</row>{xlsx_row(3, "bob@example.com")}{xlsx_row(4, "cleo@example.com")}'
    assert read(tmp_path, xlsx(rows))[0] == ("", "formula_without_result")


def test_a_formula_with_an_empty_text_is_empty(tmp_path: Path) -> None:
    rows = f'{EMAIL}<row r="2"><c r="A2" t="str"><f>B2</f><v></v></c></row>{xlsx_row(3, "bob@example.com")}'
    assert read(tmp_path, xlsx(rows)) == [("bob@example.com", "")]


def test_a_formula_of_ods_that_was_never_worked_out_is_named(tmp_path: Path) -> None:
    row = '<table:table-row><table:table-cell table:formula="of:=[.B2]"/></table:table-row>'
    rows = ods_row("Email") + row + ods_row("bob@example.com") + ods_row("cleo@example.com")
    assert read(tmp_path, ods(rows))[0] == ("", "formula_without_result")


@pytest.mark.parametrize("width", [2_001, 16_384])
def test_empty_columns_are_no_attack(tmp_path: Path, width: int) -> None:
    end = b"," * (width - 1) + b"\r\n"
    assert read(tmp_path, b"Email" + end + b"ann@example.com" + end) == [("ann@example.com", "")]
    with pytest.raises(UnreadableFile):
        read(tmp_path, b"Email" + end + b"ann@example.com" + end[:-2] + b"x\r\n")


@pytest.mark.parametrize("end", [b"\r\n\x1a", b"\x1a", b"\r\n\x1a\r\n", b"\n\x1a\x1a\x1a"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_a_mark_of_dos_at_the_end_is_no_guest(tmp_path: Path, end: bytes, quote: bytes) -> None:
    content = b"Email\r\n" + quote + b"ann@example.com" + quote + end
    assert read(tmp_path, content) == [("ann@example.com", "")]


@pytest.mark.parametrize("code", ["_x0000_", "_xD800_", "_xdfff_"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_codes_that_no_text_has_are_left_out(tmp_path: Path, code: str, quote: str) -> None:
    row = xlsx_row(2, f"ann@example.com{code}").replace('"', quote)
    assert read(tmp_path, xlsx(EMAIL + row)) == [("ann@example.com", "")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", ['"Email{0}Name"', "Email{0}Name"])
def test_whole_rows_in_one_quoted_cell_are_read_as_rows(tmp_path: Path, delimiter: str, header: str) -> None:
    rows = f'{header}\n"ann@example.com{{0}}""Ann"""\n"bob@example.com{{0}}Bob"\n'.format(delimiter)
    path = tmp_path / "a"
    path.write_bytes(rows.encode())
    with open_guest_file(path, country="US") as file:
        assert [result.raw for result in file.results()] == [["ann@example.com", "Ann"], ["bob@example.com", "Bob"]]


def test_several_guests_in_a_quoted_cell_are_no_row(tmp_path: Path) -> None:
    rows = b'Email\n"ann@example.com,ann.home@example.com"\n"bob@example.com,bob.home@example.com"\ncleo@example.com\n'
    assert [value for value, _ in read(tmp_path, rows)] == ["", "", "cleo@example.com"]


@pytest.mark.parametrize("between", [", ", ";", "\t", "|", " , "])
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n", ","])
def test_a_single_line_of_addresses_is_a_guest_each(tmp_path: Path, between: str, end: str) -> None:
    guests = ["ann@example.com", "bob@example.com", "cleo@example.com"]
    line = between.join(guests) + end.replace(",", between)
    assert read(tmp_path, line.encode()) == [(guest, "") for guest in guests]


def test_a_single_guest_with_a_name_and_a_number_stays_one(tmp_path: Path) -> None:
    assert read(tmp_path, b"ann@example.com,2025550101,Ann") == [("ann@example.com", "")]
    numbers = b"202 555 0101;202 555 0102;202 555 0103"
    assert [value for value, _ in read(tmp_path, numbers)] == ["+12025550101", "+12025550102", "+12025550103"]


def test_a_cell_of_two_lines_among_rows_in_quotes_is_a_row_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"ann@example.com,Ann"\n"bob@example.com,Bob"\n"two\nlines"\n')
    with open_guest_file(path, country="US") as file:
        assert [result.row for result in file.results()] == [1, 2, 3]
