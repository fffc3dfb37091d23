"""Spreadsheets as Excel saves them, with shared strings, and what reading them costs next to csv.reader."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.guest_files import HEADER, guest_rows, write_csv

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LETTERS = "ABCDEFGHIJ"


def write_xlsx(path: Path, count: int) -> Path:
    strings: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in _frame():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(_row(1, [*HEADER], strings))
            for number, cells in enumerate(guest_rows(count), 2):
                sheet.write(_row(number, cells, strings))
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'<sst xmlns="{MAIN}" uniqueCount="{len(strings)}">'.encode())
            for text in strings:
                shared.write(f'<si><t xml:space="preserve">{escape(text)}</t></si>'.encode())
            shared.write(b"</sst>")
    return path


def _frame() -> Iterator[tuple[str, str]]:
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Guests" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
    )


def _row(number: int, cells: list[str], strings: dict[str, int]) -> bytes:
    parts = [f'<row r="{number}">']
    for letter, cell in zip(LETTERS, cells, strict=True):
        if letter == "J" and number > 1:
            parts.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
        elif cell:
            parts.append(f'<c r="{letter}{number}" t="s"><v>{strings.setdefault(cell, len(strings))}</v></c>')
    parts.append("</row>")
    return "".join(parts).encode()


def measure_spreadsheet(folder: Path, rows: int, rounds: int) -> tuple[list[float], list[dict[str, Any]]]:
    """(seconds of csv.reader, figures of opening the spreadsheet and taking every row), in turns, each in a process."""
    text, sheet = write_csv(folder / f"sheet{rows}.csv", rows), write_xlsx(folder / f"sheet{rows}.xlsx", rows)
    baseline, figures = [], []
    for _ in range(rounds):
        baseline.append(_in_a_process(text)["seconds"])
        figures.append(_in_a_process(sheet))
    return baseline, figures


def _in_a_process(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.ingest_spreadsheet", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ)
    return dict(json.loads(done.stdout))


def read_all(path: Path) -> int:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return sum(1 for _ in csv.reader(file))
    from issuance.parsing.spreadsheets.spreadsheet import open_spreadsheet

    table = open_spreadsheet(path, bytes_total=path.stat().st_size, has_guests=lambda sheet: True)
    return sum(1 for _ in table.rows())


def main(path: Path) -> None:
    import issuance.parsing.spreadsheets.spreadsheet  # noqa: F401 - the start of Python and its modules isn't measured

    start = time.perf_counter()
    rows = read_all(path)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mb": round(peak_kilobytes() / 1024)}))


def peak_kilobytes() -> int:
    """Of this program alone: getrusage() would count what the process held before it became this program."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
