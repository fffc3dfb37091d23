"""Nobody becomes a guest by a row, column or sheet that doesn't show, unless a person says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.spreadsheets.ods_sheets import ods_sheets
from tests.data.make import ods, ods_row, xlsx, xlsx_row

STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
HIDING = (
    f'<office:automatic-styles xmlns:s="{STYLE}"><s:style s:name="ta1"><s:table-properties table:display="true"/>'
    '</s:style><s:style s:name="ta2"><s:table-properties table:display="false"/></s:style></office:automatic-styles>'
)
FOLDED = f'<table:table-row-group table:display="false">{ods_row("bob@example.com")}</table:table-row-group>'


def in_xlsx(hidden: str) -> bytes:
    rows = [xlsx_row(1, "Email"), xlsx_row(2, "ann@example.com"), xlsx_row(3, "bob@example.com", more=hidden)]
    return xlsx("".join(rows) + xlsx_row(4, more=' hidden="1"') + xlsx_row(5, "cleo@example.com"))


def in_ods(hidden_row: str) -> bytes:
    blank = ods_row(None, times=1_000, more=' table:visibility="filter"')
    return ods(ods_row("Email") + ods_row("ann@example.com") + hidden_row + blank + ods_row("cleo@example.com"))


HIDDEN = {
    "by a filter": in_xlsx(' hidden="1"'),
    "by another program": in_xlsx(' spans="1:1" ht="0" hidden="true" customHeight="1"'),
    "by the parser": in_xlsx(" hidden='1'"),
    "by a filter of ODS": in_ods(ods_row("bob@example.com", more=' table:visibility="filter"')),
    "by hand in ODS": in_ods(ods_row("bob@example.com", more=' table:visibility="collapse"')),
    "folded in ODS": in_ods(FOLDED),
}


def read(tmp_path: Path, content: bytes, **options: Any) -> tuple[list[str], bool, list[str]]:
    path = tmp_path / "a"
    path.write_bytes(content)
    with open_guest_file(path, country="US", **options) as file:
        return [result.value for result in file.results()], file.opened.columns.sure, file.warnings


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_rows_are_counted_and_asked_about(tmp_path: Path, how: str) -> None:
    values, sure, warnings = read(tmp_path, HIDDEN[how])
    assert (values, sure) == (["ann@example.com", "cleo@example.com"], False)
    assert warnings == ["1 hidden row was left out."]


@pytest.mark.parametrize("how", HIDDEN)
def test_hidden_rows_are_read_if_somebody_says_so(tmp_path: Path, how: str) -> None:
    values, sure, warnings = read(tmp_path, HIDDEN[how], hidden="include")
    assert (values, sure) == (["ann@example.com", "bob@example.com", "cleo@example.com"], True)
    assert warnings == ["1 hidden row was read as well."]
    values, sure, _ = read(tmp_path, HIDDEN[how], hidden="leave_out")
    assert (values, sure) == (["ann@example.com", "cleo@example.com"], True)


def test_many_hidden_rows_below_the_first_ones_are_counted(tmp_path: Path) -> None:
    shown = "".join(xlsx_row(n, f"a{n}@example.com") for n in range(1, 1_001))
    hidden = "".join(xlsx_row(n, f"a{n}@example.com", more=' hidden="1"') for n in range(1_001, 3_002))
    values, sure, warnings = read(tmp_path, xlsx(shown + hidden))
    assert (len(values), sure, warnings) == (1_000, False, ["2,001 hidden rows were left out."])
    values, _, _ = read(tmp_path, ods(ods_row("a@example.com") + ods_row("b@example.com", times=3) + FOLDED))
    assert values == ["a@example.com", *["b@example.com"] * 3]


def test_rows_that_say_they_show_are_plain(tmp_path: Path) -> None:
    rows = xlsx_row(1, "ann@example.com", more=' hidden="0"') + xlsx_row(2, 'the word  hidden="1"')
    assert read(tmp_path, xlsx(rows))[2] == []


def test_hidden_sheets_of_ods_are_never_read(tmp_path: Path) -> None:
    old = f'<table:table table:name="Old" table:style-name="ta2">{ods_row("old@example.com")}</table:table>'
    content = ods(ods_row("ann@example.com"), styles=HIDING, before=old)
    assert read(tmp_path, content)[0] == ["ann@example.com"]
    assert [sheet.name for sheet in ods_sheets(tmp_path / "a", most=9)] == ["Guests"]
    assert read(tmp_path, content, sheet="Old")[0] == ["ann@example.com"]
    shown = ods(ods_row("ann@example.com"), styles=HIDING, before=old.replace("ta2", "ta1"))
    assert read(tmp_path, shown)[:2] == (["old@example.com"], False)


def test_guests_from_a_hidden_column_are_asked_about(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
    rows = ods_row("Name", "Email", "Note") + ods_row("Ann", "ann@example.com", "x")
    assert not read(tmp_path, ods(columns + rows))[1]
    assert read(tmp_path, ods(columns + ods_row("Email", "Note") + ods_row("ann@example.com", "x")))[1]


@pytest.mark.parametrize(("columns", "sure"), [
    ('<col min="2" max="3" hidden="1"/>', False), ('<col hidden="true" width="0" max="2" min="2"/>', False),
    ('<col min="2" max="2" width="0" customWidth="1"/>', False), ('<col min="2" max="2" width="0.5"/>', True),
    ('<col min="3" max="3" hidden="1"/>', True), ('<col min="1" max="3" hidden="0"/>', True),
])  # fmt: skip
def test_a_hidden_column_of_xlsx_raises_a_doubt_only_if_guests_are_in_it(
    tmp_path: Path, columns: str, sure: bool
) -> None:
    rows = xlsx_row(1, "Name", "Email", "Note") + xlsx_row(2, "Ann", "ann@example.com", "x")
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cols>{columns}</cols>'
    sheet += f"<sheetData>{rows}</sheetData></worksheet>"
    assert read(tmp_path, xlsx("", more={"xl/worksheets/sheet1.xml": sheet}))[:2] == (["ann@example.com"], sure)


def test_a_gap_is_never_filled_from_a_hidden_column(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    rows = ods_row("Email", "Second email") + ods_row("ann@example.com", "x@example.com") + ods_row("", "y@example.com")
    assert read(tmp_path, ods(columns + rows))[:2] == (["ann@example.com", ""], True)


def test_a_hidden_column_of_countries_is_asked_about(tmp_path: Path) -> None:
    columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    rows = ods_row("Phone", "Country") + ods_row("(202) 555-0101", "Germany")
    assert not read(tmp_path, ods(columns + rows))[1]
