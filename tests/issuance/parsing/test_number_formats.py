"""A number of a spreadsheet is the text that its format shows, where that has more digits or a plus."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.spreadsheets.number_formats import number_format
from issuance.parsing.spreadsheets.ods_sheets import OdsSheet
from tests.data.make import SPREADSHEET_NS, ods, xlsx


@pytest.mark.parametrize(("code", "number", "shown"), [
    ("00000000000", "2079460018", "02079460018"), ('"+"0', "442079460018", "+442079460018"),
    (r"\+0", "442079460018", "+442079460018"), ("+0;-0", "442079460018", "+442079460018"),
    ('"+44 "0', "2079460018", "+442079460018"), ("(000) 000-0000", "25550101", "0025550101"),
    (r"00\ 00\ 00\ 00\ 00", "612345678", "0612345678"), ('"0"#########', "612345678", "0612345678"),
    ("[Red]000", "7", "007"), ('"+"General', "442079460018", "+442079460018"),
])  # fmt: skip
def test_a_format_adds_zeros_or_a_plus(code: str, number: str, shown: str) -> None:
    format = number_format(code)
    assert format is not None
    assert format.shown(number) == shown


@pytest.mark.parametrize("code", [
    "", "General", "0", "#", "#,##0", "0.00", "00.00", "0%", '"$"0', "###-####", "(###) ###-####", "@", "0E+00",
    "[<=9999999]###-####;(###) ###-####", "0,", '"+44 "0,', "# ?/?", '_("$"* #,##0_)', "[$€-407] #,##0",
    '00"+"00', "+", "yyyy-mm-dd", "0" * 101, '"' * 99 + "0",
])  # fmt: skip
def test_other_formats_change_nothing(code: str) -> None:
    assert number_format(code) is None


@pytest.mark.parametrize("code", [
    '"+52 "0_)', '_("+52 "0_)', '_-"+52 "0_-;-0', '[$-409]"+52 "0', "[$+52] 0", "[$+52-80A]0", '[Black]"+52 "0',
    "[Color 3]+52 0", '+52" "##########;@', '"+52 "#,##0', '"+52"* 0', "+52 (000) 000.0000", '"Tel. +52 "0',
    '[>9999999999]"+"0;"+52 "0', '[Red][>=100]"+52 "0;0',
])  # fmt: skip
def test_a_country_code_is_shown_however_the_format_spells_it(code: str) -> None:
    format = number_format(code)
    assert format is not None
    assert format.shown("8123456789").replace(" ", "").removeprefix("Tel.") == "+528123456789"


def test_the_section_of_a_format_that_is_for_the_number_shows_it() -> None:
    format = number_format('[>9999999999]"+"0;[<100]0;"+52 "0')
    assert format is not None
    assert [format.shown(number) for number in ("442079460018", "99")] == ["+442079460018", "99"]
    assert format.shown("8123456789") == "+528123456789"


@pytest.mark.parametrize("gap", ["", " "])  # With it, the rows go through the parser.
def test_the_cells_of_a_sheet_are_what_is_shown(tmp_path: Path, gap: str) -> None:
    codes = ['"+"0', "00000000000"]
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode={quoteattr(code)}/>' for n, code in enumerate(codes, 164))
    styles = f'<styleSheet xmlns="{SPREADSHEET_NS}"><numFmts>{formats}</numFmts><cellXfs><xf/><xf numFmtId="164"/>'
    styles += '<xf numFmtId="165"/></cellXfs></styleSheet>'
    cells = [(1, 442079460018), (1, 442079460019), (2, 2079460018), (2, 12025550101), (0, 2025550101), (2, 1.5)]
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" s="{style}"{gap}><v>{value}</v></c></row>'
        for n, (style, value) in enumerate(cells, 1)
    )
    path = tmp_path / "a"
    path.write_bytes(xlsx(rows, more={"xl/styles.xml": styles}))
    with open_guest_file(path, country="GB") as file:
        results = [(result.raw[0], result.value) for result in file.results()]
    assert results[:3] == [
        ("+442079460018", "+442079460018"), ("+442079460019", "+442079460019"), ("02079460018", "+442079460018"),
    ]  # fmt: skip
    assert [raw for raw, _ in results[3:]] == ["12025550101", "2025550101", "1.5"]


@pytest.mark.parametrize(("value", "text", "read"), [
    ("442079460018", "+442079460018", "+442079460018"), ("2079460018", "0207 946 0018", "0207 946 0018"),
    ("2079460018", "+44 2079460018", "+44 2079460018"), ("2079460018", "###", "2079460018"),
    ("2079460018", "2.08E+09", "2079460018"), ("2079460018", "(207) 946-0018", "2079460018"), ("5", "5.00", "5"),
    ("0", "00", "0"),
    ("8123456789", "+52 8,123,456,789", "+528123456789"), ("8123456789", "+52 8.123.456.789", "+528123456789"),
    ("8123456789", "+52\u00a08\u202f123\u202f456\u202f789", "+528123456789"),
    ("8123456789", "8,123,456,789", "8123456789"),
    ("8123456789", "Tel. +52 8123456789", "+528123456789"),
    ("1.5", "01.5", "1.5"), ("5", "$05", "5"), ("2079460018", "12/07/2026", "2079460018"),
])  # fmt: skip
def test_a_number_of_ods_is_read_as_shown_if_that_adds_digits(tmp_path: Path, value: str, text: str, read: str) -> None:
    cell = (
        f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{text}</text:p></table:table-cell>'
    )
    path = tmp_path / "a"
    path.write_bytes(ods(f"<table:table-row>{cell}</table:table-row>"))
    assert [*OdsSheet(path, 0, "").rows()] == [[read]]
