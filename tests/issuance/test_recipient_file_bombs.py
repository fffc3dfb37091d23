"""Spreadsheets made to exhaust memory are refused before they are unpacked into it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from issuance.recipient_file import UnreadableFile, open_recipient_file
from issuance.zip_safety import check_archive

SHEET = "xl/worksheets/sheet1.xml"


def archive(tmp_path: Path, sheet: bytes, *, members: int = 0) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr(SHEET, sheet)
        for number in range(members):
            made.writestr(f"xl/media/{number}.bin", b"")
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(buffer.getvalue())
    return path


def code(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        check_archive(path)
    return caught.value.code


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1048576"><c r="XFD1"/></row>',
        b"<row><c r='ZZ1'/></row><row><c r = 'A900000'/></row>",
        b'<x:row r="1"><x:c r="XFD1048576"/></x:row>',
        b"<row>" + b"<c/>" * 5_000 + b"</row>" + b"<row></row>" * 5_000,
        b"<x:row>" + b"<x:c/>" * 5_000 + b"</x:row>" + b"<x:row/>" * 5_000,
    ],
)
def test_a_sheet_that_spans_too_many_cells_is_refused(tmp_path: Path, rows: bytes) -> None:
    assert (
        code(archive(tmp_path, b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"))
        == "spreadsheet_too_large"
    )


@pytest.mark.parametrize(
    "rows",
    [b'<c r="A&#49;"/>', b"<![CDATA[</row>]]>", b"<!-- </row> -->", "<c/>".encode("utf-16"), b"<" + b"x" * 600_000],
)
def test_markup_that_could_hide_cells_is_refused(tmp_path: Path, rows: bytes) -> None:
    assert code(archive(tmp_path, b"<row>" + rows)) == "spreadsheet_damaged"


def test_a_wide_ratio_and_many_members_are_refused_by_what_they_declare(tmp_path: Path) -> None:
    assert code(archive(tmp_path, b" " * 30_000_000)) == "spreadsheet_inflates"
    assert code(archive(tmp_path, b"", members=3_000)) == "spreadsheet_inflates"


def test_a_member_that_declares_less_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, b" " * 1_000_000)
    content = path.read_bytes()
    path.write_bytes(content.replace((1_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    assert code(path) == "spreadsheet_inflates"


def test_references_across_blocks_of_reading_are_still_seen(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (number, number) for number in range(1, 40_000))
    path = archive(tmp_path, b"<sheetData>" + rows + b'<row><c r="ALL40000"/></row></sheetData>')
    assert code(path) == "spreadsheet_too_large"
    assert check_archive(archive(tmp_path, b"<sheetData>" + rows + b"</sheetData>")).kind == "xlsx"


def test_a_million_columns_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"Email\nann@example.com\n" + b"," * 900_000 + b"\n")
    with pytest.raises(UnreadableFile) as caught, open_recipient_file(path, country="US") as guests:
        list(guests.verdicts())
    assert (caught.value.code, caught.value.line) == ("too_many_columns", 3)


def test_rows_that_claim_to_repeat_a_billion_times_stop_at_the_limit(tmp_path: Path) -> None:
    lists = Path(__file__).parent.parent / "data/lists"
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(lists / "repeated_rows.ods") as source, zipfile.ZipFile(path, "w") as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).replace(b'repeated="3"', b'repeated="1000000000"'))
    seen = []
    with pytest.raises(UnreadableFile) as caught, open_recipient_file(path, country="US", max_rows=50) as guests:
        seen += guests.verdicts()
    assert (len(seen), caught.value.code) == (50, "too_many_rows")
