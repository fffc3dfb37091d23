"""Spreadsheets made to exhaust memory are refused before they are unpacked into it."""

from __future__ import annotations

import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.spreadsheets.xlsx_workbook import Workbook
from issuance.parsing.spreadsheets.zip_safety import check_archive
from issuance.parsing.unreadable_file import UnreadableFile
from tests.data.make import xlsx

SHEET = "xl/worksheets/sheet1.xml"


def archive(tmp_path: Path, sheet: bytes, *, members: int = 0) -> Path:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(xlsx("", more={SHEET: sheet} | {f"xl/media/{number}.bin": b"" for number in range(members)}))
    return path


def code(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        check_archive(path)
    return caught.value.code


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1048576"><c r="XFD1"/></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
        b'<x:row r="1"><x:c r="XFD1048576"/></x:row>',
        b"<row>" + b"<c/>" * 5_000 + b"</row>" + b"<row></row>" * 5_000,
        b'<row r="5"/>' * 400_000,
    ],
)
def test_a_sheet_that_claims_a_huge_area_takes_no_memory_for_it(tmp_path: Path, rows: bytes) -> None:
    path = archive(tmp_path, b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")
    tracemalloc.start()
    with suppress(UnreadableFile):
        for _ in Workbook(path).sheets[0].rows():
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', "spreadsheet_too_large"),
        (b'<row r="1"><c r="XFE1"><v>1</v></c></row>', "spreadsheet_damaged"),
        (b'<row r="1"><c r="A1"><v>' + b"1" * 5_000_000 + b"</v></c></row>", "spreadsheet_damaged"),
        (b'<row r="1"><c r="A1" t="s"><v>' + b"1" * 9_000 + b"</v></c></row>", "spreadsheet_damaged"),
        (b"<!-- -->" + b"<a>" * 300_000, "spreadsheet_damaged"),
        (b"<x:row/>" + b" " * 5_000_000 + b'<row r="1" x="' + b"y" * 9_000_000 + b'"/>', "spreadsheet_damaged"),
        (b"<!-- -->" + b"".join(b"<a%d/>" % number for number in range(40_000)), "spreadsheet_damaged"),
        ("<c/>".encode("utf-16"), "spreadsheet_damaged"),
        (b'<row r="1"><c r="A1"><v>1</v>', "spreadsheet_damaged"),
    ],
)
def test_rows_that_no_office_program_writes_are_refused(tmp_path: Path, rows: bytes, code: str) -> None:
    path = archive(tmp_path, b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>")
    with pytest.raises(UnreadableFile) as caught:
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == code


def test_a_wide_ratio_and_many_members_are_refused_by_what_they_declare(tmp_path: Path) -> None:
    assert code(archive(tmp_path, b" " * 30_000_000)) == "spreadsheet_inflates"
    assert code(archive(tmp_path, b"", members=3_000)) == "spreadsheet_inflates"


def test_a_member_that_declares_less_than_it_holds_is_read_no_further(tmp_path: Path) -> None:
    path = archive(tmp_path, b"<worksheet><sheetData>" + b" " * 1_000_000)
    size = (len(b"<worksheet><sheetData>") + 1_000_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1_000).to_bytes(4, "little")))
    with pytest.raises(UnreadableFile) as caught:
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_inflates"


def test_a_million_columns_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"Email\nann@example.com\n" + b"," * 900_000 + b"\n")
    with pytest.raises(UnreadableFile) as caught, open_guest_file(path, country="US") as file:
        list(file.results())
    assert (caught.value.code, caught.value.line) == ("too_many_columns", 3)


def test_rows_that_claim_to_repeat_a_billion_times_stop_at_the_limit(tmp_path: Path) -> None:
    lists = Path(__file__).parent.parent.parent / "data/lists"
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(lists / "repeated_rows.ods") as source, zipfile.ZipFile(path, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).replace(b'repeated="3"', b'repeated="1000000000"'))
    seen = []
    with pytest.raises(UnreadableFile) as caught, open_guest_file(path, country="US", max_rows=50) as file:
        seen += file.results()
    assert (len(seen), caught.value.code) == (50, "too_many_rows")


def test_what_a_member_unpacks_to_by_other_methods_is_never_asked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("content.xml", "<a/>")
        made.writestr("mimetype", b"\0" * 15_000_000, zipfile.ZIP_BZIP2)
    tracemalloc.start()
    assert code(path) == "spreadsheet_damaged"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
