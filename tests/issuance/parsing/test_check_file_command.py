"""The same results as on the check page, in a terminal."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROWS = "Name,Email\nAna,ana@example.com\nAgain,ANA@example.com\nBen,ben.example.com\n"


def test_every_row_is_counted_and_bad_ones_are_named_by_number(tmp_path: Path) -> None:
    file, out = tmp_path / "june.csv", io.StringIO()
    file.write_text(ROWS)
    call_command("check_file", str(file), stdout=out)
    *words, closing = out.getvalue().splitlines()
    assert json.loads(closing) == {"rows": 3, "ready": 1, "duplicate": 1, "invalid": 1}
    assert any(line.startswith("Row 4, Email:") for line in words)
    assert "ben.example.com" not in out.getvalue()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 100, b"a,b\n1,2\n"])
def test_an_unreadable_file_gets_its_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("check_file", str(file))


def test_rows_before_the_place_where_a_file_breaks_off_are_counted(tmp_path: Path) -> None:
    file, out = tmp_path / "june.csv", io.StringIO()
    file.write_text(ROWS + '"never closed,cleo@example.com\n')
    with pytest.raises(CommandError, match="line 5"):
        call_command("check_file", str(file), stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["rows"] == 3


def test_columns_of_which_the_portal_would_ask_are_told(tmp_path: Path) -> None:
    file, out = tmp_path / "june.csv", io.StringIO()
    file.write_text("Email,E-mail\nana@example.com,ben@example.com\n")
    call_command("check_file", str(file), stdout=out)
    assert "The portal would ask which columns hold the guests." in out.getvalue()


@pytest.mark.parametrize(("prefer", "ready"), [("email", 2), ("phone", 1)])
def test_of_two_in_a_row_the_preferred_one_names_the_guest(tmp_path: Path, prefer: str, ready: int) -> None:
    file, out = tmp_path / "june.csv", io.StringIO()
    file.write_text("Email,Phone\nana@example.com,2025550101\nben@example.com,2025550101\n")
    call_command("check_file", str(file), prefer=prefer, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["ready"] == ready
