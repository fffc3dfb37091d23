"""A guest whose name begins as a line of totals or a note stays a guest; such a line itself is none. A link that no
program has worked out names whom it leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from issuance.parsing.guest_file import open_guest_file
from tests.data.make import xlsx


def codes(folder: Path, *lines: str) -> dict[str, str]:
    """The identifier, or what is wrong, by the first cell of each line."""
    path = folder / "a.csv"
    path.write_text("\n".join(lines))
    with open_guest_file(path, country="US") as file:
        return {result.raw[0]: result.value or result.code for result in file.results()}


@pytest.mark.parametrize("name", ["Total Wine Party", '"Summe, Jörg"', "Totals Bob", "Subtotal", "Gesamt Ina"])
def test_a_guest_called_like_a_total_is_a_guest(tmp_path: Path, name: str) -> None:
    lines = ["Name,Email,Visits", "Ann,ann@example.com,1", f"{name},bob@example.com,2", "Cy,cy@example.com,3"]
    assert codes(tmp_path, *lines)[name.strip('"')] == "bob@example.com"


@pytest.mark.parametrize("name", ["Run for Hope", "Sent from web", "Confidential Joe", "Page 2 Team", "Report on us"])
def test_a_guest_called_like_a_note_fills_the_row(tmp_path: Path, name: str) -> None:
    lines = ["Name,Email,Phone,Visits", "Ann,ann@example.com,(202) 555-0101,1",
             f"{name},bob@example.com,(202) 555-0102,2"]  # fmt: skip
    assert codes(tmp_path, *lines)[name] == "bob@example.com"


@pytest.mark.parametrize(("line", "code"), [
    ("Total,,2025550199", "beside_the_table"), ("Total visits,,2025550199", "beside_the_table"),
    ("Summe,,", "no_identifier"), ("Exported by,boss@example.com,", "beside_the_table"),
    ("Contact us,boss@example.com,", "beside_the_table"), ("Total Wine,,(202) 555-0199", "+12025550199"),
])  # fmt: skip
def test_a_line_of_totals_or_a_note_is_no_guest(tmp_path: Path, line: str, code: str) -> None:
    lines = ["Name,Email,Phone", "Ann,ann@example.com,(202) 555-0101", "Bob,bob@example.com,(202) 555-0102"]
    assert codes(tmp_path, *lines, line)[line.partition(",")[0]] == code


@pytest.mark.parametrize("gap", ["", " "])  # With it, the rows go through the parser.
def test_a_link_of_a_workbook_without_its_result_is_read(tmp_path: Path, gap: str) -> None:
    formulas = ['HYPERLINK("mailto:ann@example.com","Ann")', 'HYPERLINK("mailto:a@example.com","b@example.com")',
                'CONCATENATE("bob","@example.com")', 'HYPERLINK("https://example.com","cy@example.com")']  # fmt: skip
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"{gap}><f>{formula.replace(chr(34), "&quot;")}</f></c></row>'
        for n, formula in enumerate(formulas, 1)
    )
    path = tmp_path / "a"
    path.write_bytes(xlsx(rows))
    with open_guest_file(path, country="US") as file:
        results = [result.value or result.code for result in file.results()]
    unread = "formula_without_result"
    assert results == ["ann@example.com", unread, unread, "cy@example.com"]
