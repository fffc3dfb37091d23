"""Tall sheets are read as a stream, and come out as the quicker reader would have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingest_spreadsheet import write_xlsx
from issuance import spreadsheet
from issuance.recipient_file import UnreadableFile, open_recipient_file
from issuance.streamed_workbook import StreamedWorkbook
from tests.data.make import SPREADSHEET_NS, xlsx, xlsx_row

LISTS = Path(__file__).parent.parent / "data/lists"
STYLES = (
    f'<styleSheet xmlns="{SPREADSHEET_NS}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/>'
    '<numFmt numFmtId="165" formatCode="&quot;day&quot;0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def filled(rows: list[list[str]]) -> list[list[str]]:
    return [row[: max((at for at, cell in enumerate(row, 1) if cell), default=0)] for row in rows]


def both(path: Path) -> tuple[list[list[str]], list[list[str]]]:
    quick = spreadsheet._xlsx_sheets(path, tall=False)[0]
    return filled([*quick.rows()]), filled([*StreamedWorkbook(path).sheets[0].rows()])


@pytest.mark.parametrize("name", ["plain.xlsx", "starts_low.xlsx", "hidden_sheet.xlsx", "second_sheet.xlsx"])
def test_the_ugly_ones_are_the_same_either_way(name: str) -> None:
    quick, streamed = both(LISTS / name)
    assert streamed[-len(quick) :] == quick


def test_what_excel_saves_is_the_same_either_way(tmp_path: Path) -> None:
    quick, streamed = both(write_xlsx(tmp_path / "a.xlsx", 300))
    assert len(streamed) == 301
    assert streamed == quick


def test_dates_numbers_and_truth_are_written_out(tmp_path: Path) -> None:
    cells = (
        '<c r="A1"><v>12025550100</v></c><c r="B1" s="1"><v>46023</v></c><c r="C1" s="2"><v>46023.5</v></c>'
        '<c r="D1" s="3"><v>46023</v></c><c r="E1" t="b"><v>1</v></c><c r="G1" t="str"><f>A1</f>'
        "<v>a@example.com</v></c>"
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(f'<row r="1">{cells}</row>', more={"xl/styles.xml": STYLES}))
    assert [*StreamedWorkbook(path).sheets[0].rows()] == [
        ["12025550100", "2026-01-01", "2026-01-01T12:00:00", "46023", "True", "", "a@example.com"]
    ]


def test_how_a_text_is_pronounced_is_no_part_of_it(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="{SPREADSHEET_NS}"><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
        "<si><r><t>ann@</t></r><r><t>example.com</t></r></si></sst>"
    )
    row = '<row r="3"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(row, more={"xl/sharedStrings.xml": shared}))
    assert [*StreamedWorkbook(path).sheets[0].rows()] == [[], [], ["東京", "ann@example.com"]]


@pytest.mark.parametrize(
    "row",
    [
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="2"/><row r="1"/>',
        '<row r="9999999"/>',
        '<row r="1"><c r="A1" s="x"><v>1</v></c></row>',
        '<row r="1"><c r="A1">',
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(tmp_path: Path, row: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(row))
    with pytest.raises(UnreadableFile) as caught:
        list(StreamedWorkbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_damaged"


def test_a_tall_sheet_takes_the_stream_and_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_TALL", 2)
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        xlsx("".join(xlsx_row(row, "Email" if row == 1 else f"g{row}@example.com") for row in range(1, 9)))
    )
    with open_recipient_file(path, country="US") as guests:
        assert [verdict.row for verdict in guests.verdicts()] == list(range(2, 9))
        assert guests.bytes_read == guests.opened.bytes_total
