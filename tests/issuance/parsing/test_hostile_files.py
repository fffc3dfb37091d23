"""Files made to hurt are refused with a sentence, or read for what they are, in little memory."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.pasted.text import read_pasted
from issuance.parsing.unreadable_file import UnreadableFile
from tests.data.make import xlsx, xlsx_row

MEGABYTE = 1024 * 1024
GUEST = b"Email\nann@example.com\n"


def how_reading_ends(path: Path, **limits: int) -> tuple[str, int]:
    """(how it ended, megabytes that reading took at most)."""
    tracemalloc.start()
    try:
        with open_guest_file(path, country="US", **limits) as file:
            read = sum(not result.code for result in file.results())
            code = f"{read} read"
    except UnreadableFile as refusal:
        code = refusal.code if len(refusal.sentence) > 40 else "no sentence"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return code, peak // MEGABYTE


def one_long_line(path: Path) -> None:
    path.write_bytes(GUEST + b"x" * 40 * MEGABYTE)


def one_long_quoted_cell(path: Path) -> None:
    path.write_bytes(GUEST + b'"' + b"x\n" * 8 * MEGABYTE)


def a_million_columns(path: Path) -> None:
    path.write_bytes(GUEST + b"," * 1_000_000 + b"\n")


def many_rows(path: Path) -> None:
    path.write_bytes(b"Email\n" + b"a@example.com\n" * 60_000)


def a_hole(path: Path) -> None:
    path.write_bytes(GUEST)
    os.truncate(path, 1024 * MEGABYTE)


def nothing_but_delimiters(path: Path) -> None:
    path.write_bytes(GUEST + (b",;|\t" * 200 + b"\n") * 2_500)


@pytest.mark.parametrize(
    ("make", "ending", "most_megabytes"),
    [
        (one_long_line, "line_too_long", 10),
        (one_long_quoted_cell, "cell_too_long", 10),
        (a_million_columns, "too_many_columns", 25),
        (many_rows, "too_many_rows", 10),
        (a_hole, "file_too_large", 10),
        (nothing_but_delimiters, "1 read", 20),
    ],
)
def test_size_is_no_weapon(tmp_path: Path, make: Callable[[Path], None], ending: str, most_megabytes: int) -> None:
    path = tmp_path / "a.csv"
    make(path)
    code, megabytes = how_reading_ends(path, max_rows=50_000, max_bytes=100 * MEGABYTE)
    assert code == ending
    assert megabytes < most_megabytes


def test_a_hole_of_a_gigabyte_is_refused_at_its_first_bytes(tmp_path: Path) -> None:
    a_hole(tmp_path / "a.csv")
    code, megabytes = how_reading_ends(tmp_path / "a.csv", max_bytes=2048 * MEGABYTE)
    assert (code, megabytes < 20) == ("nul_bytes", True)


@pytest.mark.parametrize(
    "name",
    ["\u202emoc.elpmaxe@nna", "\u2066ann@example.com\u2069", "ann\u200b@example.com", "\u202aann@example.com\u202c"],
)
def test_marks_that_turn_text_around_never_reach_a_guest(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Email\n{name}\nbob@example.com\n", encoding="utf-8")
    with open_guest_file(path, country="US") as file:
        assert all(result.value.isprintable() and result.value.isascii() for result in file.results())


def test_half_a_character_is_read_as_something_and_never_stored_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"Email,Note\nann@example.com,\xed\xa0\x80\n")
    with open_guest_file(path, country="US") as file:
        (result,) = file.results()
        assert "".join(result.raw).encode("utf-8")
    (pasted,) = read_pasted("ann@example.com \ud800", country="US").results()
    assert pasted.value == "ann@example.com"


def test_links_to_other_files_are_never_followed_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    row = xlsx_row(1, "Email") + '<row r="2"><c r="A2" t="str"><f>[1]S!A1</f><v>ann@example.com</v></c></row>'
    path.write_bytes(xlsx(row, more={"xl/externalLinks/externalLink1.xml": '<x Target="file:///etc/passwd"/>'}))
    with open_guest_file(path, country="US") as file:
        assert [result.value for result in file.results()] == ["ann@example.com"]
        assert "other files" in file.warnings[0]
