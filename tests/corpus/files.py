"""A file of the corpus: its bytes, and what is true of it. Writers for the formats that exports come in."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

Row = Sequence[str]
SHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


@dataclass(frozen=True)
class Listed:
    """One file and its truth.

    `people` are all who may be sent a reward, as they are sent (lower-case email or E.164). `plain`: nothing in it
    justifies a question. `country` and `prefer` are the merchant's settings.
    """

    name: str
    content: bytes
    people: frozenset[str]
    plain: bool
    country: str = "US"
    prefer: str = "email"
    kind: str = field(default="plain")


def listed(name: str, content: bytes | str, people: Iterable[str], **facts: object) -> Listed:
    body = content if isinstance(content, bytes) else content.encode()
    return Listed(name, body, frozenset(people), **{"plain": False, **facts})  # type: ignore[arg-type]


def as_text(rows: Iterable[Row], *, delimiter: str = ",", encoding: str = "utf-8", quoted: bool = False) -> bytes:
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding, "replace")


def as_xlsx(
    rows: Iterable[Row],
    *,
    hidden_rows: Iterable[int] = (),
    more_sheets: Sequence[tuple[str, Iterable[Row], str]] = (),
) -> bytes:
    """Rows as an Excel workbook of one sheet, and `more_sheets` of (name, rows, state), such as hidden."""
    sheets = [("Guests", _sheet_xml(rows, set(hidden_rows)), "visible")]
    sheets += [(name, _sheet_xml(its_rows, set()), state) for name, its_rows, state in more_sheets]
    numbered = list(enumerate(sheets, 1))
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" r:id="rId{at}" state="{state}"/>'
        for at, (name, _, state) in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{RELS}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at, _ in numbered
    )
    members = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="xml" '
        f'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET_NS}" xmlns:r="{RELS}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
        **{f"xl/worksheets/sheet{at}.xml": xml for at, (_, xml, _) in numbered},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), xml)
    return buffer.getvalue()


def _sheet_xml(rows: Iterable[Row], hidden: set[int]) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{_letter(at)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            for at, text in enumerate(row)
            if text
        )
        hiding = ' hidden="1"' if number in hidden else ""
        lines.append(f'<row r="{number}"{hiding}>{cells}</row>')
    return f'<worksheet xmlns="{SHEET_NS}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _letter(at: int) -> str:
    return chr(65 + at) if at < 26 else f"{chr(64 + at // 26)}{chr(65 + at % 26)}"
