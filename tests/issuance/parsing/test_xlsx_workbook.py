"""XLSX sheets come out as a well-known reader has them, whichever way their rows are written."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ingest_spreadsheet import write_xlsx
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.spreadsheets import shared_strings, xlsx_cells
from issuance.parsing.spreadsheets.xlsx_cells import NO_RESULT, number_as_written
from issuance.parsing.spreadsheets.xlsx_rows import PlainRows
from issuance.parsing.spreadsheets.xlsx_workbook import Workbook
from issuance.parsing.unreadable_file import UnreadableFile
from tests.data.make import OFFICE_NS, SPREADSHEET_NS, xlsx, xlsx_row

LISTS = Path(__file__).parent.parent.parent / "data/lists"
STYLES = (
    f'<styleSheet xmlns="{SPREADSHEET_NS}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/>'
    '<numFmt numFmtId="165" formatCode="&quot;day&quot;0"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Without what is blank on all four sides, which the two readers count differently."""
    filled = [at for at, row in enumerate(rows) if any(row)]
    rows = rows[filled[0] : filled[-1] + 1] if filled else []
    left = min((at for row in rows for at, cell in enumerate(row) if cell), default=0)
    return [row[left : max((at for at, cell in enumerate(row, 1) if cell), default=0)] for row in rows]


def ours(path: Path) -> list[list[str]]:
    return trimmed([*Workbook(path).sheets[0].rows()])


def theirs(path: Path) -> list[list[str]]:
    name = Workbook(path).sheets[0].name
    rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).iter_rows()
    return trimmed([[as_text(value) for value in row] for row in rows])


def as_text(value: object) -> str:
    return number_as_written(value) if isinstance(value, float) else str(value)


def written(tmp_path: Path, rows: str, **more: str) -> Path:
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(rows, more={f"xl/{name}.xml": text for name, text in more.items()}))
    return path


@pytest.fixture
def by_the_parser(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The rows that are handed to the XML parser."""
    seen: list[bytes] = []
    parse = PlainRows._parse
    monkeypatch.setattr(PlainRows, "_parse", lambda self, row: (seen.append(row), parse(self, row))[1])
    return seen


@pytest.mark.parametrize("name", ["plain.xlsx", "starts_low.xlsx", "hidden_sheet.xlsx", "second_sheet.xlsx"])
def test_the_ugly_ones_are_as_the_other_reader_has_them(name: str) -> None:
    assert ours(LISTS / name) == theirs(LISTS / name)


def test_what_excel_saves_is_as_the_other_reader_has_it(tmp_path: Path, by_the_parser: list[bytes]) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", 3_000)
    assert len(ours(path)) == 3_001
    assert ours(path) == theirs(path)
    assert not by_the_parser


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.integers(-(10**9), 10**16),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
)


@given(rows=st.lists(st.lists(CELLS, max_size=5), min_size=1, max_size=8), shared=st.booleans(), styled=st.booleans())
def test_any_sheet_is_as_the_other_reader_has_it(
    tmp_path: Path, rows: list[list[object]], *, shared: bool, styled: bool
) -> None:
    strings: list[str] = []
    sheet = "".join(
        f'<row r="{number}" spans="1:9" ht="15.75">'
        + "".join(cell(at, number, value, strings, shared=shared, styled=styled) for at, value in enumerate(cells))
        + "</row>"
        for number, cells in enumerate(rows, 2)
    )
    texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
    path = written(tmp_path, sheet, sharedStrings=f'<sst xmlns="{SPREADSHEET_NS}">{texts}</sst>')
    assert ours(path) == theirs(path)


def cell(at: int, number: int, value: object, strings: list[str], *, shared: bool, styled: bool) -> str:
    start = f'<c r="{"ABCDE"[at]}{number}"' + (' s="0"' if styled else "")
    if value is None:
        return f"{start}/>"
    if value == "":
        return f'{start} t="s"><v></v></c>' if shared else f"{start}><v></v></c>"
    if isinstance(value, bool):
        return f'{start} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f"{start}><v>{value}</v></c>"
    if shared:
        strings.append(str(value))
        return f'{start} t="s"><v>{len(strings) - 1}</v></c>'
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


@pytest.mark.parametrize(
    "row",
    [
        '<row r="7"><c r="A7" t="inlineStr"><is><r><t>ann@</t></r><r><t>x.com</t></r></is></c></row>',
        '<row r="7" spans="1:1">\n <c r="A7" t="str"><f>B7</f><v>ann@x.com</v></c>\n</row>',
        '<row r="7"><c t="inlineStr" r="A7"><is><t>ann@x.com</t></is></c></row>',
        '<row r="7"><c r="A7" t="inlineStr"><is><t>ann&#64;x.com</t></is></c></row>',
        '<row r="7"><c/><c t="inlineStr"><is><t>&amp;</t></is></c><c r="E7"><v>1E-3</v></c></row>',
    ],
)
def test_a_row_that_is_written_in_another_way_keeps_its_place_between_the_others(tmp_path: Path, row: str) -> None:
    plain = "".join(f'<row r="{n}"><c r="B{n}"><v>{n}</v></c><c r="D{n}"><v>0.50</v></c></row>' for n in (5, 6, 8, 10))
    first, last = plain[: plain.index('<row r="8"')], plain[plain.index('<row r="8"') :]
    path = written(tmp_path, first + row + last)
    assert ours(path) == theirs(path)
    assert [row[-3:] for row in (ours(path)[0], ours(path)[-1])] == [["5", "", "0.5"], ["10", "", "0.5"]]


def test_names_with_a_prefix_and_other_encodings_go_through_the_parser(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet = '<x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="{SPREADSHEET_NS}"><x:sheetData>{sheet}</x:sheetData></x:worksheet>'
    for text in (sheet.encode(), f'<?xml version="1.0" encoding="utf-16"?>{sheet}'.encode("utf-16")):
        path.write_bytes(xlsx("", more={"xl/worksheets/sheet1.xml": text}))
        assert ours(path) == [["5"]]


@pytest.mark.parametrize("empty", ["<v></v>", "<f>A1</f><v></v>", "<is><t></t></is>"])
def test_a_cell_that_is_empty_in_its_own_way_shifts_no_other(tmp_path: Path, empty: str) -> None:
    number = "<v>2025550101</v>"
    rows = "".join(
        f'<row r="{n}"><c r="A{n}">{first}</c><c r="B{n}">{second}</c></row>'
        for n, (first, second) in enumerate([(number, empty), (empty, number), (number, number), (empty, number)], 1)
    )
    read = [[cell if cell != NO_RESULT else "" for cell in row] for row in ours(written(tmp_path, rows))]
    number, nothing = "2025550101", ""
    assert [[*row, nothing][:2] for row in read] == [
        [number, nothing], [nothing, number], [number, number], [nothing, number],
    ]  # fmt: skip


def test_codes_and_pronunciations_are_no_part_of_a_text(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><v>2025550100_x000D_</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>トウ</t></rPh></is></c></row>'
    )
    strings = f'<sst xmlns="{SPREADSHEET_NS}"><si><t>ann@example.com_x000D_</t></si></sst>'
    assert ours(written(tmp_path, rows, sharedStrings=strings)) == [["ann@example.com\r", "2025550100\r"], ["東"]]


@pytest.mark.parametrize("head", ["<!-- made by hand -->", '<?xml version="1.0" encoding="iso-8859-1"?>'])
def test_a_head_that_says_more_leaves_the_sheet_to_the_parser(tmp_path: Path, head: str) -> None:
    sheet = f'{head}<worksheet xmlns="{SPREADSHEET_NS}"><sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx("", more={"xl/worksheets/sheet1.xml": f"{sheet}<rowBreaks/></worksheet>"}))
    assert ours(path) == theirs(path) == [["5"]]


def test_names_of_members_may_be_written_in_any_case(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", 3)
    rewritten(path, lambda name, content: (name.replace("sharedS", "SharedS").replace("sheet1", "Sheet1"), content))
    assert len(ours(path)) == 4


@pytest.mark.parametrize("encoding", ["foo", "hex", "UTF-1-8"])
def test_an_encoding_that_nobody_knows_is_damage(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.xlsx"
    sheet = f'<?xml version="1.0" encoding="{encoding}"?><worksheet><sheetData/></worksheet>'
    path.write_bytes(xlsx("", more={"xl/worksheets/sheet1.xml": sheet}))
    with pytest.raises(UnreadableFile) as caught:
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_damaged"


def rewritten(path: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path) as made:
        members = [change(name, made.read(name)) for name in made.namelist()]
    with zipfile.ZipFile(path, "w") as made:
        for name, content in members:
            made.writestr(name, content)


def test_very_many_texts_are_kept_in_one_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_strings, "_ROOM", 1)
    path = write_xlsx(tmp_path / "a.xlsx", 50)
    assert ours(path) == theirs(path)


def test_years_that_begin_in_1904_are_counted_from_there(tmp_path: Path) -> None:
    book = (
        f'<workbook xmlns="{SPREADSHEET_NS}" xmlns:r="{OFFICE_NS}"><workbookPr date1904="1"/>'
        '<sheets><sheet name="Sheet 1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    path = written(tmp_path, '<row r="1"><c r="A1" s="1"><v>44561</v></c></row>', styles=STYLES, workbook=book)
    assert ours(path) == [["2026-01-01"]]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_sheet_that_breaks_off_gives_the_rows_before_and_says_so(tmp_path: Path, prefix: str) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 6))
    sheet = f'<worksheet xmlns{":x" if prefix else ""}="{SPREADSHEET_NS}"><sheetData>{rows}<row r="6"><c r="A6"'
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx("", more={"xl/worksheets/sheet1.xml": re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}", sheet)}))
    seen: list[list[str]] = []
    with pytest.raises(UnreadableFile) as caught:
        seen += Workbook(path).sheets[0].rows()
    assert (len(seen), caught.value.code) == (5, "spreadsheet_damaged")


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path, xlsx_row(1, "ann@example.com"))
    rewritten(path, lambda name, content: (name, content))
    path.write_bytes(path.read_bytes().replace(b"ann@", b"anx@"))
    with pytest.raises(UnreadableFile) as caught:
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_damaged"


def test_more_cells_than_any_list_has_are_refused_after_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_cells, "MOST_CELLS", 10)
    path = written(tmp_path, "".join(f'<row r="{n}"><c r="D{n}"><v>1</v></c></row>' for n in range(1, 9)))
    with pytest.raises(UnreadableFile) as caught:
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_too_large"


def test_dates_numbers_and_truth_are_written_out(tmp_path: Path) -> None:
    cells = (
        '<c r="A1"><v>12025550100</v></c><c r="B1" s="1"><v>46023</v></c><c r="C1" s="2"><v>46023.5416666667</v></c>'
        '<c r="D1" s="3"><v>46023</v></c><c r="E1" t="b"><v>1</v></c><c r="G1" t="str"><f>A1</f>'
        "<v>a@example.com</v></c>"
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(f'<row r="1">{cells}</row>', more={"xl/styles.xml": STYLES}))
    assert [*Workbook(path).sheets[0].rows()] == [
        ["12025550100", "2026-01-01", "2026-01-01T13:00:00", "46023", "True", "", "a@example.com"]
    ]


def test_how_a_text_is_pronounced_is_no_part_of_it(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="{SPREADSHEET_NS}"><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
        "<si><r><t>ann@</t></r><r><t>example.com</t></r></si></sst>"
    )
    row = '<row r="3"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(row, more={"xl/sharedStrings.xml": shared}))
    assert [*Workbook(path).sheets[0].rows()] == [[], [], ["東京", "ann@example.com"]]


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
        list(Workbook(path).sheets[0].rows())
    assert caught.value.code == "spreadsheet_damaged"


def test_it_says_how_far_it_is(tmp_path: Path) -> None:
    path = written(
        tmp_path, "".join(xlsx_row(row, "Email" if row == 1 else f"g{row}@example.com") for row in range(1, 9))
    )
    with open_guest_file(path, country="US") as file:
        assert [result.row for result in file.results()] == list(range(2, 9))
        assert file.bytes_read == file.opened.bytes_total
