"""However a spreadsheet calls its parts and hides its rows, the same guests are read and the same is asked."""

from __future__ import annotations

import posixpath
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.unreadable_file import UnreadableFile
from tests.corpus.files import as_xlsx
from tests.data.make import OFFICE_NS, PACKAGE_NS, SPREADSHEET_NS, ods, ods_row, xlsx, xlsx_row, zipped

names = st.from_regex(r"\A[A-Za-z][a-z0-9_]{0,8}\Z")
folders = st.lists(names, max_size=3).map("/".join)
ANN, BOB = "ann@example.com", "bob@example.com"


def read(content: bytes, **options: Any) -> tuple[list[str], bool, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list"
        path.write_bytes(content)
        with open_guest_file(path, country="US", **options) as file:
            return [result.value for result in file.results()], file.opened.columns.sure, file.opened.hidden_rows


def relations(*targets: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="r{at}" Type="{OFFICE_NS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{PACKAGE_NS}/relationships">{listed}</Relationships>'


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """One guest behind any names, in any folders, with any way of writing a path."""
    folder = draw(folders)
    book = posixpath.join(folder, draw(names) + ".xml")
    parts = {
        kind: posixpath.join(draw(folders), f"{kind}_{draw(names)}.xml") for kind in ("worksheet", "sharedStrings")
    }

    def target(part: str) -> str:
        path = draw(
            st.sampled_from(
                [f"/{part}", posixpath.relpath(part, folder or "."), f"./{posixpath.relpath(part, folder or '.')}"]
            )
        )
        return path.replace("/", draw(st.sampled_from(["/", "\\"])))

    sheet = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    members = {
        "_rels/.rels": relations(
            ("officeDocument", draw(st.sampled_from([book, f"/{book}", book.replace("/", "\\")])))
        ),
        posixpath.join(folder, "_rels", posixpath.basename(book) + ".rels"): relations(
            *((kind, target(part)) for kind, part in parts.items())
        ),
        book: (
            f'<workbook xmlns="{SPREADSHEET_NS}" xmlns:r="{OFFICE_NS}"><sheets>'
            '<sheet name="Guests" sheetId="1" r:id="r0"/></sheets></workbook>'
        ),
        parts["worksheet"]: f'<worksheet xmlns="{SPREADSHEET_NS}"><sheetData>{sheet}</sheetData></worksheet>',
        parts["sharedStrings"]: f'<sst xmlns="{SPREADSHEET_NS}"><si><t>{ANN}</t></si></sst>',
    }
    written = draw(st.sampled_from([str, lambda name: name.replace("/", "\\"), str.upper, lambda name: "/" + name]))
    return zipped({written(name): content for name, content in members.items()})


@given(content=workbooks())
def test_a_workbook_is_found_by_its_relations_alone(content: bytes) -> None:
    assert read(content) == ([ANN], True, 0)


def test_a_document_of_text_is_no_workbook() -> None:
    start, name = relations(("officeDocument", "word/document.xml")), "word/document.xml"
    text = zipped({"_rels/.rels": start, name: "<document/>", "word/_rels/document.xml.rels": relations()})
    for content in (text, zipped({"_rels/.rels": relations()}), zipped({"_rels/.rels": "no xml"})):
        with pytest.raises(UnreadableFile) as refusal:
            read(content)
        assert refusal.value.code == "zip_not_spreadsheet"


hidden_rows = st.sampled_from([
    ' hidden="1"', ' hidden="true"', " hidden = '1'", '\n hidden="1"', ' ht="0"', ' ht="0" customHeight="1"',
    ' ht="0.0" customHeight="1"', " ht='0'", ' customHeight="1" ht="0"', ' spans="1:1" ht="00"', ' ht="0" hidden="0"',
])  # fmt: skip
shown_rows = st.sampled_from([
    "", ' hidden="0"', ' hidden="false"', ' ht="15"', ' ht="0.75"', ' ht="12.8" customHeight="1"',
    ' spans="1:1" ht="10"',
])  # fmt: skip


@given(rows=st.lists(st.one_of(hidden_rows.map(lambda more: (more, True)), shown_rows.map(lambda more: (more, False))),
                     min_size=1, max_size=12))  # fmt: skip
def test_rows_of_xlsx_that_nobody_sees_are_asked_about(rows: list[tuple[str, bool]]) -> None:
    sheet = "".join(xlsx_row(at, f"a{at}@example.com", more=more) for at, (more, _) in enumerate(rows, 2))
    content = xlsx(xlsx_row(1, "Email") + sheet)
    seen = [f"a{at}@example.com" for at, (_, hidden) in enumerate(rows, 2) if not hidden]
    hidden = len(rows) - len(seen)
    assert read(content) == (seen, not hidden, hidden)
    assert read(content, hidden="include") == ([f"a{at}@example.com" for at in range(2, len(rows) + 2)], True, hidden)


@given(
    rows=st.lists(
        st.sampled_from(["", ' hidden="0"', ' hidden="1"', ' ht="15"', ' ht="15" hidden="false"']),
        min_size=1,
        max_size=9,
    ),
    default=st.sampled_from(['zeroHeight="1"', 'defaultRowHeight="15" zeroHeight="true"', "zeroHeight='1' x='2'"]),
    prefix=st.sampled_from(["", "x:"]),
)
def test_rows_of_a_sheet_that_hides_them_unless_they_say_so(rows: list[str], default: str, prefix: str) -> None:
    data = "".join(xlsx_row(at, f"a{at}@example.com", more=more) for at, more in enumerate(["", *rows], 1))
    data = data.replace("<", f"<{prefix}").replace(f"<{prefix}/", f"</{prefix}")
    space = f"xmlns:{prefix[0]}" if prefix else "xmlns"
    sheet = (
        f'<{prefix}worksheet {space}="{SPREADSHEET_NS}"><{prefix}sheetFormatPr {default}/>'
        f"<{prefix}sheetData>{data}</{prefix}sheetData></{prefix}worksheet>"
    )
    content = xlsx("", more={"xl/worksheets/sheet1.xml": sheet})
    seen = [f"a{at}@example.com" for at, more in enumerate(rows, 2) if 'hidden="0"' in more or "false" in more]
    assert read(content) == (seen, False, 1 + len(rows) - len(seen))


FLAT = (
    '<office:automatic-styles xmlns:s="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    '<s:style s:name="ro9" s:family="table-row"><s:table-row-properties s:row-height="0cm"/></s:style>'
    '<s:style s:name="ro1" s:family="table-row"><s:table-row-properties s:row-height="0.45cm"/></s:style>'
    "</office:automatic-styles>"
)


@given(rows=st.lists(st.tuples(st.sampled_from([
    "", ' table:style-name="ro1"', ' table:visibility="visible"', ' table:visibility="collapse"',
    ' table:visibility="filter"', ' table:style-name="ro9"',
]), st.integers(1, 3)), min_size=1, max_size=9))  # fmt: skip
def test_rows_of_ods_that_nobody_sees_are_asked_about(rows: list[tuple[str, int]]) -> None:
    sheet = "".join(ods_row(f"a{at}@example.com", times=times, more=more) for at, (more, times) in enumerate(rows))
    seen: list[str] = []
    hidden = 0
    for at, (more, times) in enumerate(rows):
        shows = more in ("", ' table:style-name="ro1"', ' table:visibility="visible"')
        seen += [f"a{at}@example.com"] * times * shows
        hidden += times * (not shows)
    values, sure, count = read(ods(ods_row("Email") + sheet, styles=FLAT))
    assert (values, count) == (seen, hidden)
    assert not (sure and hidden)


ALL_HIDDEN = {
    "xlsx": xlsx(xlsx_row(1, "Email", more=' hidden="1"') + xlsx_row(2, ANN, more=' hidden="1"')),
    "xlsx under its header": xlsx(xlsx_row(1, "Email") + xlsx_row(2, ANN, more=' ht="0"')),
    "ods": ods(ods_row("Email") + ods_row(ANN, more=' table:visibility="filter"')),
}


@pytest.mark.parametrize("kind", ALL_HIDDEN)
def test_a_sheet_with_hidden_guests_alone_is_asked_about(tmp_path: Path, kind: str) -> None:
    values, sure, _ = read(ALL_HIDDEN[kind])
    assert (values, sure) == ([], False)
    assert read(ALL_HIDDEN[kind], hidden="include")[:2] == ([ANN], True)
    with pytest.raises(UnreadableFile) as refusal:
        read(ALL_HIDDEN[kind], hidden="leave_out")
    assert refusal.value.code == "only_hidden_rows"
    path = tmp_path / "list"
    path.write_bytes(ALL_HIDDEN[kind])
    with open_guest_file(path, country="US") as file:
        assert file.contents()[0].samples == [ANN]


@pytest.mark.parametrize("above", ["Prepared by", "Info", "Contact"])
def test_a_sheet_whose_header_names_guests_is_proposed_before_a_page_of_notes(above: str) -> None:
    content = as_xlsx(
        [[above, "office@example.org"], ["See the next sheet"]],
        more_sheets=[("List", [["Name", "Email"], ["Ann", ANN], ["Bob", BOB]], "visible")],
    )
    assert read(content) == ([ANN, BOB], False, 0)
