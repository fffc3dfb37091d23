"""The same verdicts as on the check page, in a terminal."""

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
