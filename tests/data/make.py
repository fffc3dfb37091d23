"""Writes the ugly guest lists in `lists/` and what must come out of each, `expected.json`.

Run `python tests/data/make.py` after a change here; both results are committed, so that a test reads files and not a
program. Every expectation is written by hand beside its file, never computed by the reader under test. Keys: `good`
(rows that are guests), `fixed` (of these, repaired), `bad` (codes and their counts), `error` and `line` (how reading
ends), `rows` (numbers in the file, where numbering is the point), `values` (identifiers, where they are the point),
and any of `encoding`, `delimiter`, `kind`, `header_row`, `email`, `phone`, `sure`.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent
FILES: dict[str, tuple[bytes, dict[str, object]]] = {}
SPREADSHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE_NS = "http://schemas.openxmlformats.org/package/2006"
OFFICE_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def add(name: str, content: str | bytes, **expected: object) -> None:
    FILES[name] = (content.encode() if isinstance(content, str) else content, expected)


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def cell(reference: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def xlsx_row(number: int, *values: str | float | None, more: str = "") -> str:
    cells = (cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(values) if value is not None)
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'


def xlsx(*sheets: str, more: dict[str, str | bytes] | None = None, hidden: int = -1) -> bytes:
    numbers = range(1, len(sheets) + 1)
    state = {number: ' state="hidden"' if number == hidden else "" for number in numbers}
    listed = "".join(f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"{state[n]}/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE_NS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE_NS}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE_NS}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE_NS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{SPREADSHEET_NS}" xmlns:r="{OFFICE_NS}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_NS}/relationships">{links}</Relationships>',
    }
    for number, rows in zip(numbers, sheets, strict=True):
        sheet = f'<worksheet xmlns="{SPREADSHEET_NS}"><sheetData>{rows}</sheetData></worksheet>'
        members[f"xl/worksheets/sheet{number}.xml"] = sheet
    return zipped(members | (more or {}))


def ods_row(*values: str | float | None, times: int = 1, more: str = "") -> str:
    cells = ""
    for value in values:
        if value is None:
            cells += "<table:table-cell/>"
        elif isinstance(value, str):
            cells += f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
        else:
            number = f'office:value-type="float" office:value="{value}"'
            cells += f"<table:table-cell {number}><text:p>~</text:p></table:table-cell>"
    return f'<table:table-row table:number-rows-repeated="{times}"{more}>{cells}</table:table-row>'


def ods(rows: str, manifest: str = "", doctype: str = "", styles: str = "", before: str = "") -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?>{doctype}<office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0">{styles}<office:body><office:spreadsheet>'
        f'{before}<table:table table:name="Guests">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>"}
    )


# Plain lists, and where their lines end.
add("one_column.csv", "email\nann@example.com\nbob@example.com\n", good=2, header_row=1, rows=[2, 3], sure=True)
add("one_column_without_header.csv", "ann@example.com\nbob@example.com", good=2, header_row=0, rows=[1, 2])
add("one_guest.csv", "ann@example.com", good=1, header_row=0)
add(
    "phones_only.csv",
    "(202) 555-0100\n202.555.0101\n+1 202 555 0102\n12025550103\n",
    good=4,
    phone=0,
    email=None,
    values=["+12025550100", "+12025550101", "+12025550102", "+12025550103"],
)
add(
    "emails_and_phones_in_one_column.csv",
    "Contact\nann@example.com\n202-555-0100\nbob@example.com\nnobody\n",
    good=3,
    bad={"email_no_at": 1},
    email=0,
    phone=0,
    fixed=0,
)
add("cr_only.csv", "Email\rann@example.com\rbob@example.com\r", good=2, rows=[2, 3])
add("crlf.csv", "Email,Phone\r\nann@example.com,2025550100\r\n", good=1)
add("mixed_line_ends.csv", "Email\nann@example.com\r\nbob@example.com\rcleo@example.com\n", good=3, rows=[2, 3, 4])
add("no_last_line_end.csv", "Email\nann@example.com", good=1)
add(
    "blank_lines.csv",
    "\n\nEmail,Name\n\nann@example.com,Ann\n,\n   ,  \nbob@example.com,Bob\n\n\n",
    good=2,
    header_row=3,
    rows=[5, 8],
)
# Delimiters.
add(
    "semicolon.csv",
    "Nom;Courriel;Montant\nAnn;ann@example.com;12,50\nBob;bob@example.com;7,25\n",
    good=2,
    delimiter=";",
    email=1,
)
add("tabs.tsv", "Name\tE-mail\tPhone\nAnn\tann@example.com\t202-555-0100\n", good=1, delimiter="\t", email=1, phone=2)
add("pipes.txt", "name|email\nAnn, the first|ann@example.com\nBob, too|bob@example.com\n", good=2, delimiter="|")
add("excel_sep_line.csv", "sep=;\nName;Email\nAnn;ann@example.com\n", good=1, delimiter=";", rows=[2])
add("commas_in_quotes.csv", 'Name,Email\n"Doe, Ann",ann@example.com\n"Roe, ""Bo""",bob@example.com\n', good=2)
# Encodings.
add("utf8_bom.csv", b"\xef\xbb\xbfEmail,Name\nann@example.com,Ann\n", good=1, encoding="utf-8-sig", email=0)
add("bom_in_a_cell.csv", "Email\n\ufeffann@example.com\n", good=1, fixed=1, values=["ann@example.com"])
add(
    "utf16_le.csv", b"\xff\xfe" + "Name\tEmail\nJosé\tjose@example.com\n".encode("utf-16-le"), good=1, encoding="utf-16"
)
add(
    "utf16_be.csv", b"\xfe\xff" + "Name\tEmail\nJosé\tjose@example.com\n".encode("utf-16-be"), good=1, encoding="utf-16"
)
add("utf16_without_mark.csv", "Name,Email\nAnn,ann@example.com\n".encode("utf-16-le"), good=1, encoding="utf-16-le")
add(
    "windows_1252.csv",
    "Name;Email\nJosé – Café;jose@example.com\n".encode("cp1252"),
    good=1,
    encoding="cp1252",
    delimiter=";",
)
add(
    "windows_1252_one_late_byte.csv",
    b"Email,City\n" + b"ann@example.com,Rome\n" * 50 + b"bob@example.com,Z\xfcrich\n",
    good=51,
    encoding="cp1252",
)
add("truncated_utf8.csv", "Email,Name\nann@example.com,Zoë".encode()[:-1], good=1, encoding="cp1252")
# Headers.
add(
    "title_above_header.csv",
    "Guest list of March,,\nExported 1 March,,\n\nName,E-Mail Address,Mobile\nAnn,ann@example.com,\n",
    good=1,
    header_row=4,
    rows=[5],
    email=1,
    phone=2,
)
add("german.csv", "Vorname;E-Mail-Adresse;Handynummer\nAnn;ann@example.com;+49 30 901820\n", good=1, email=1, phone=2)
add("japanese.csv", "名前,メールアドレス,電話番号\nAnn,ann@example.com,+81 3-1234-5678\n", good=1, email=1, phone=2)
add(
    "spanish.csv", "Nombre,Correo electrónico,Teléfono\nAnn,ann@example.com,+34 912 345 678\n", good=1, email=1, phone=2
)
add("unknown_header.csv", "Wer,Wohin\nAnn,ann@example.com\nBob,bob@example.com\n", good=2, header_row=1, email=1)
add(
    "columns_in_another_order.csv",
    "Order,Phone,Total,Email\n2025550199,202-555-0100,9.99,ann@example.com\n",
    good=1,
    email=3,
    phone=1,
    values=["ann@example.com"],
)
add(
    "numbers_that_look_like_phones.csv",
    "Order no,Email\n2125550101,ann@example.com\n3125550102,bob@example.com\n",
    good=2,
    phone=None,
    email=1,
)
add(
    "two_phone_columns.csv",
    "Home phone,Mobile,Email\n2025550100,2025550101,\n",
    good=1,
    phone=1,
    values=["+12025550101"],
)
add(
    "two_email_columns.csv",
    "Email,Email\nann@example.com,bob@example.com\n",
    good=1,
    sure=False,
    values=["ann@example.com"],
)
add("header_without_rows.csv", "Name,Email,Phone\n", error="no_rows")
add("header_only_blank_rows.csv", "Name,Email\n,\n\n , \n", error="no_rows")
add("no_identifiers.csv", "Name,City\nAnn,Rome\nBob,Oslo\n", error="no_identifier_column")
add("email_column_of_rubbish.csv", "Email,Name\nfoo,Ann\nbar,Bob\n", good=0, bad={"email_no_at": 2}, sure=False)
# Rows of another shape.
add(
    "short_and_long_rows.csv",
    "Name,Email\nAnn\nBob,bob@example.com\nCleo,cleo@example.com,more,still more\n",
    good=2,
    bad={"no_identifier": 1},
    rows=[2, 3, 4],
)
add(
    "comma_without_quotes.csv",
    "Name,Email\nAnn,ann@example.com\nRoe, Bob,bob@example.com\n",
    good=1,
    bad={"row_too_long": 1},
)
add("neither_email_nor_phone.csv", "Name,Email,Phone\nAnn,,\nBob,bob@example.com,\n", good=1, bad={"no_identifier": 1})
add(
    "swapped_cells.csv",
    "Email,Phone\n2025550100,ann@example.com\nbob@example.com,2025550101\n",
    good=2,
    fixed=1,
    values=["ann@example.com", "bob@example.com"],
)
# Quotes.
add(
    "line_end_in_quotes.csv",
    'Name,Address,Email\nAnn,"1 Main St\nSpringfield",ann@example.com\nBob,"2 Main",bob@example.com\n',
    good=2,
    rows=[2, 3],
)
add(
    "unclosed_quote.csv",
    'Name,Email\nAnn,ann@example.com\n"Bob,bob@example.com\nCleo,cleo@example.com\n',
    good=1,
    error="quote_unclosed",
    line=3,
)
add("unclosed_quote_in_line_1.csv", '"Name,Email\nAnn,ann@example.com\n', error="quote_unclosed", line=1)
add(
    "text_after_quote.csv",
    'Name,Email\nAnn,ann@example.com\n"Bob" Roe,bob@example.com\n',
    good=1,
    error="quote_unclosed",
    line=3,
)
add(
    "rows_swallowed_by_quotes.csv",
    'No,Name,Email\n1,"Ann,ann@example.com\n2,Bob,bob@example.com\n3,Cleo",cleo@example.com\n4,Dan,dan@example.com\n',
    good=1,
    bad={"rows_run_together": 1},
)
# Cells.
add(
    "repairable_emails.csv",
    'Email\nmailto:ann@example.com\nBob Roe <bob@example.com>\ncleo@example.com.\n=""dan@example.com""\n'
    "eve @example.com\nfay\u200b@example.com\n<gus@example.com>\nHAL@EXAMPLE.COM\n ida@example.com \n",
    good=9,
    fixed=7,
)
add(
    "bad_emails.csv",
    "Email\nann@example.com\nfoo@\n@example.com\nann@@example.com\nann roe@example.com\nann..roe@example.com\n"
    'ann@example\nann@example.test\nann@exa_mple.com\n"a@example.com; b@example.com"\nann@example.com\n'
    "bob@example.com\ncleo@example.com\ndan@example.com\n",
    good=5,
    bad={
        "email_nothing_after_at": 1,
        "email_nothing_before_at": 1,
        "email_two_ats": 1,
        "email_space": 1,
        "email_two_dots": 1,
        "email_no_dot": 1,
        "email_reserved_domain": 1,
        "email_bad_domain": 1,
        "email_several": 1,
    },
)
add(
    "unusual_but_good_emails.csv",
    "Email\no'neil+tag@example.com\nann_roe-2@mail.example.co\nä@bücher.example\n用户@例子.example\na@b.co\n",
    good=5,
    fixed=0,
)
add(
    "spreadsheet_phones.csv",
    "Phone,Name\n12025550100.0,a\n1.2025550101E+10,b\n1.20256E+10,c\n'2025550102,d\n2025550103 ext 5,e\n"
    "tel:+12025550104,f\n",
    good=5,
    fixed=4,
    bad={"phone_scientific": 1},
)
add(
    "bad_phones.csv",
    "Phone\n2025550100\n2025550101\n2025550102\n2025550103\n2025550104\n2025550105\n2025550106\n12\n555-0100\n"
    "202555010012345\n447911123456\n9002345678\n1112345678\n2025550100 / 2025550101\n",
    good=7,
    bad={
        "phone_too_short": 1,
        "phone_no_area_code": 1,
        "phone_too_long": 1,
        "phone_needs_country": 1,
        "phone_premium": 1,
        "phone_unassigned": 1,
        "phone_several": 1,
    },
)
add(
    "bad_email_good_phone.csv",
    "Email,Phone\nfoo,2025550100\nann@example.com,12\nbar,34\n",
    good=2,
    fixed=1,
    bad={"email_no_at": 1},
    values=["+12025550100", "ann@example.com"],
)
add("direction_overrides.csv", "Email\nann\u202e@example.com\nbob@example.com\n", good=2, fixed=1)
add(
    "formulas.csv",
    "Email,Note\nann@example.com,=1+1\n=cmd|' /C calc'!A0,x\nbob@example.com,@SUM(A1)\n",
    good=2,
    bad={"email_no_at": 1},
)
# What tills, mailing tools and people's own spreadsheets export.
add(
    "till_export_with_totals.csv",
    "Guest,Email,Phone,Visits,Spend\nAnn,ann@example.com,(202) 555-0100,3,12.50\nBob,,202.555.0101,1,8.00\n"
    "Total,,,4,20.50\n",
    good=2,
    bad={"no_identifier": 1},
    rows=[2, 3, 4],
    values=["ann@example.com", "+12025550101"],
)
add(
    "names_with_addresses.csv",
    'Contact\nAnn Roe <ann@example.com>\n"Roe, Bob" <bob@example.com>\ncleo@example.com\n',
    error="quote_unclosed",
    line=3,
    good=1,
    fixed=1,
)
add(
    "names_with_addresses_quoted.csv",
    'Contact\nAnn Roe <ann@example.com>\n"""Roe, Bob"" <bob@example.com>"\ncleo@example.com\n',
    good=3,
    fixed=2,
    values=["ann@example.com", "bob@example.com", "cleo@example.com"],
)
add("everything_quoted.csv", '"Email","Phone"\r\n"ann@example.com",""\r\n"","2025550100"\r\n', good=2, fixed=0)
add("trailing_delimiters.csv", "Email,,,\nann@example.com,,,\nbob@example.com,,,\n,,,\n", good=2, rows=[2, 3], email=0)
add("blank_first_column.csv", ",Email,\n,ann@example.com,\n,bob@example.com,\n", good=2, email=1)
add(
    "spaces_everywhere.csv", " Email , Phone \n  ann@example.com ,  \n , 202 555 0100 \n", good=2, fixed=0, header_row=1
)
add(
    "header_again_further_down.csv",
    "Email,Name\nann@example.com,Ann\nEmail,Name\nbob@example.com,Bob\n",
    good=2,
    bad={"email_no_at": 1},
    rows=[2, 3, 4],
)
add("header_in_row_20.csv", "Report\n" * 19 + "Name,Email\nAnn,ann@example.com\n", good=1, header_row=20, rows=[21])
add(
    "several_addresses_in_a_cell.csv",
    'Email\n"ann@example.com, bob@example.com"\nann@example.com / bob@example.com\ncleo@example.com\ndan@example.com\n',
    good=2,
    bad={"email_several": 2},
)
add(
    "phones_of_the_world.csv",
    "Phone\n+44 20 7946 0018\n+49 (30) 901820\n+81 3-1234-5678\n+34 912 345 678\n+1 (202) 555-0100\n0044 20 7946 0018\n"
    "+999 123456\n",
    good=6,
    bad={"phone_invalid": 1},
    values=["+442079460018", "+4930901820", "+81312345678", "+34912345678", "+12025550100", "+442079460018"],
)
add(
    "phones_in_odd_characters.csv",
    "Phone,Name\n２０２５５５０１００,a\n202\u00a0555\u00a00101,b\n202–555–0102,c\n\u202d2025550103\u202c,d\n",
    good=4,
    values=["+12025550100", "+12025550101", "+12025550102", "+12025550103"],
)
add("free_numbers_and_premium_ones.csv", "Phone\n(800) 234-5678\n(900) 234-5678\n202 555 0100\n", good=2,
    bad={"phone_premium": 1})  # fmt: skip
add("utf32.csv", "Name,Email\nJosé,jose@example.com\n".encode("utf-32"), good=1, encoding="utf-32")
add("polish.csv", "Imię;Adres e-mail;Telefon\nAnna;ann@example.com;+48 22 123 45 67\n", good=1, email=1, phone=2)
add("korean.csv", "이름,이메일,전화번호\nAnn,ann@example.com,+82 2-312-3456\n", good=1, email=1, phone=2)
add("capital_letters.csv", "EMAIL\nANN@EXAMPLE.COM\nBob@Example.Com\n", good=2, fixed=0,
    values=["ann@example.com", "bob@example.com"])  # fmt: skip
add("delimiter_only_in_notes.csv", "Email\tNote\nann@example.com\ta,b,c,d\nbob@example.com\te;f;g\n", good=2,
    delimiter="\t")  # fmt: skip
add("nul_in_a_cell.csv", b"Email,Name\nann\x00@example.com,A\x00nn\nbob@example.com,Bob\n", good=2,
    values=["ann@example.com", "bob@example.com"])  # fmt: skip
add("quote_inside_a_cell.csv", 'Name,Email\nAnn 5" tall,ann@example.com\nBob,bob@example.com\n', good=2)
add("quotes_behind_backslashes.csv", 'Name,Email\nAnn,ann@example.com\n"\\"Bo\\" Roe, Jr.",bob@example.com\n', good=2,
    values=["ann@example.com", "bob@example.com"])  # fmt: skip
add("mail_from_japan.csv", "氏名,メール\n太郎,taro@example.com\n花子,hana@example.com\n".encode("iso2022_jp"), good=2,
    email=1, encoding="iso2022_jp", sure=True)  # fmt: skip
add("lines_of_spaces_and_tabs.csv", "Email\n \t \nann@example.com\n\t\n", good=1, rows=[3])
add("emails_without_at.csv", "Email\nann(at)example.com\nbob at example dot com\ncleo@example.com\n", good=1,
    bad={"email_no_at": 2})  # fmt: skip
# Not lists at all.
add("empty.csv", b"", error="empty_file")
add("blank.csv", " \n\n \n", error="empty_file")
add("only_a_mark.csv", b"\xef\xbb\xbf", error="empty_file")
add("document.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", error="binary_file")
add("photo.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", error="binary_file")
add("page.csv", "<!DOCTYPE html><html><body>ann@example.com</body></html>", error="binary_file")
add("address_book.csv", "BEGIN:VCARD\r\nFN:Ann\r\nEMAIL:ann@example.com\r\nEND:VCARD\r\n", error="binary_file")
add("objects.csv", '[{"email": "ann@example.com"}]', error="binary_file")
add("workbook_of_2003.csv", '<?xml version="1.0"?><Workbook>ann@example.com</Workbook>', error="binary_file")
add("noise.csv", bytes(range(1, 9)) * 40, error="binary_file")
add("nul_bytes.csv", b"Email\nann@example.com\nbob" + bytes(40) + b"@example.com\n", error="nul_bytes", line=3)
add("old_excel.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), error="spreadsheet_old")
add(
    "password.xlsx",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
    error="spreadsheet_encrypted",
)
add("archive.zip", zipped({"guests.csv": "ann@example.com"}), error="zip_not_spreadsheet")
add("half_a_zip.xlsx", xlsx(xlsx_row(1, "ann@example.com"))[:300], error="spreadsheet_damaged")
add("no_workbook_inside.xlsx", zipped({"xl/workbook.xml": "<workbook"}), error="spreadsheet_damaged")
# Spreadsheets.
HEADER = xlsx_row(1, "Name", "Email", "Phone")
add(
    "plain.xlsx",
    xlsx(HEADER + xlsx_row(2, "Ann", "ann@example.com", 12025550100.0) + xlsx_row(3, "Bob", None, 2025550101)),
    good=2,
    fixed=0,
    kind="xlsx",
    rows=[2, 3],
    values=["ann@example.com", "+12025550101"],
)
add(
    "starts_low.xlsx",
    xlsx(xlsx_row(4, "Email") + xlsx_row(5, "ann@example.com") + xlsx_row(8, "bob@example.com")),
    good=2,
    header_row=4,
    rows=[5, 8],
)
add("second_sheet.xlsx", xlsx(xlsx_row(1, "Read me first"), HEADER + xlsx_row(2, "Ann", "ann@example.com")), good=1)
add(
    "hidden_sheet.xlsx",
    xlsx(HEADER + xlsx_row(2, "X", "x@example.com"), HEADER + xlsx_row(2, "Ann", "ann@example.com"), hidden=1),
    good=1,
    values=["ann@example.com"],
)
add("macros.xlsm", xlsx(HEADER, more={"xl/vbaProject.bin": b"\0"}), error="spreadsheet_macros")
add("binary.xlsb", zipped({"xl/workbook.bin": b"\0"}), error="spreadsheet_old")
add("blank.xlsx", xlsx(""), error="empty_file")
add(
    "far_corner.xlsx",
    xlsx(HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    error="spreadsheet_too_large",
)
add(
    "zip_bomb.xlsx",
    xlsx(HEADER, more={"xl/worksheets/sheet2.xml": bytes(30 * 1024 * 1024)}),
    error="spreadsheet_inflates",
)
add(
    "dates_and_errors.xlsx",
    xlsx(
        HEADER
        + '<row r="2"><c r="A2"><v>46023</v></c><c r="B2" t="str"><f>A1</f><v>ann@example.com</v></c>'
        + '<c r="C2" t="e"><v>#N/A</v></c></row>'
        + '<row r="3"><c r="B3" t="e"><v>#REF!</v></c><c r="C3"><v>2025550101</v></c></row>'
    ),
    good=2,
    values=["ann@example.com", "+12025550101"],
)
add("two_sheets_of_guests.xlsx", xlsx(HEADER + xlsx_row(2, "Ann", "ann@example.com"), HEADER), good=1, fixed=0)
add(
    "links_to_other_files.xlsx",
    xlsx(HEADER + xlsx_row(2, "Ann", "ann@example.com"), more={"xl/externalLinks/externalLink1.xml": "<x/>"}),
    good=1,
)
LAST = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
add(
    "plain.ods",
    ods(
        ods_row("Email", "Phone")
        + ods_row(None)
        + ods_row("ann@example.com", 12025550100.0)
        + ods_row(None, 2025550101)
        + LAST
    ),
    good=2,
    kind="ods",
    rows=[3, 4],
    values=["ann@example.com", "+12025550101"],
)
add("repeated_rows.ods", ods(ods_row("Email") + ods_row("ann@example.com", times=3)), good=3, rows=[2, 3, 4])
add("password.ods", ods("", manifest="<encryption-data/>"), error="spreadsheet_encrypted")
add("entities.ods", ods(ods_row("&a;"), doctype='<!DOCTYPE x [<!ENTITY a "aaaa">]>'), error="spreadsheet_damaged")


def main() -> None:
    for name, (content, _) in FILES.items():
        (FOLDER / "lists" / name).write_bytes(content)
    expected = {name: expectation for name, (_, expectation) in FILES.items()}
    text = json.dumps(expected, indent=1, ensure_ascii=False, sort_keys=True)
    (FOLDER / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
