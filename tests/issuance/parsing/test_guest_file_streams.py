"""Reading is strict, bounded and conserves every row."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.parsing.column_choice import Columns
from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.row_result import RowResult
from issuance.parsing.unreadable_file import UnreadableFile

CELLS = st.sampled_from(
    [
        "ann@example.com",
        "bob@example",
        "",
        " ",
        "2025550100",
        "12",
        "x,y",
        'say "hi"',
        "two\nlines",
        "é",
        "Ann",
        "a;b",
        "\t",
    ]
)


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path, **limits: int) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught, open_guest_file(path, country="US", **limits) as file:
        list(file.results())
    return caught.value


def as_far_as_it_goes(path: Path) -> list[RowResult]:
    seen: list[RowResult] = []
    with suppress(UnreadableFile), open_guest_file(path, country="US") as file:
        seen += file.results()
    return seen


def before_refusal(results: Iterable[RowResult]) -> list[RowResult]:
    seen: list[RowResult] = []
    with pytest.raises(UnreadableFile):
        seen += results  # A list keeps what was added before the iterator raised.
    return seen


@given(content=st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path / "any", content)
    assert all(bool(result.value) != bool(result.code) for result in as_far_as_it_goes(path))


@given(content=st.binary(max_size=300))
def test_any_damage_inside_a_spreadsheet_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    whole = (Path(__file__).parent.parent.parent / "data/lists/plain.xlsx").read_bytes()
    at = len(content) * 3
    path = written(tmp_path / "any.xlsx", whole[:at] + content + whole[at + len(content) :])
    assert all(bool(result.value) != bool(result.code) for result in as_far_as_it_goes(path))


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=30), delimiter=st.sampled_from(",;\t|"))
def test_every_row_that_is_not_blank_comes_out_once_and_in_order(
    tmp_path: Path, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows([["Email", "Phone", "Name", "Note"], *rows])
    chosen = Columns(0, 1, 1, ("Email", "Phone", "Name", "Note"))
    with open_guest_file(path, country="US", columns=chosen) as file:
        if file.opened.delimiter != delimiter:
            return  # The content speaks for another delimiter; its rows are others.
        first, second = list(file.results()), list(file.results())
    expected = [(number, row) for number, row in enumerate(rows, 2) if "".join(row).strip()]
    assert [(result.row, result.raw) for result in first] == expected
    assert first == second


def test_an_unclosed_quote_loses_nothing_before_it(tmp_path: Path) -> None:
    rows = "".join(f"guest{number}@example.com,x\n" for number in range(1_000))
    path = written(tmp_path / "a.csv", f'Email,Name\n{rows}"last@example.com,y\n')
    with open_guest_file(path, country="US") as file:
        assert len(before_refusal(file.results())) == 1_000
    error = refusal(path)
    assert (error.code, error.line) == ("quote_unclosed", 1_002)
    assert "1002" in error.sentence


def test_one_row_too_many_is_named_after_all_that_fit(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Email\n" + "\n".join(f"g{number}@example.com" for number in range(11)))
    with open_guest_file(path, country="US", max_rows=10) as file:
        assert len(before_refusal(file.results())) == 10
    error = refusal(path, max_rows=10)
    assert (error.code, error.line) == ("too_many_rows", 12)


def test_a_file_over_the_size_limit_is_refused_unread(tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "a.csv", b"x" * 2_000), max_bytes=1_999).code == "file_too_large"


def test_a_line_of_megabytes_is_refused_before_it_is_held_in_memory(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", b"Email\nann@example.com\n" + b"x" * 3_000_000)
    assert refusal(path).code == "line_too_long"


def test_a_cell_beyond_the_limit_names_its_line(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Email,Note\nann@example.com," + "x" * 200_000 + "\n")
    error = refusal(path)
    assert (error.code, error.line) == ("cell_too_long", 2)


def test_neither_errors_nor_sentences_carry_personal_data(tmp_path: Path) -> None:
    error = refusal(written(tmp_path / "a.csv", 'Email\nann@example.com\n"bob@example.com\n'))
    assert "example" not in f"{error} {error.args} {error.sentence}"


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Email\n" + "ann@example.com\n" * 50_000)
    with open_guest_file(path, country="US") as file:
        marks = [file.bytes_read for _ in file.results()]
        assert marks == sorted(marks)
        assert 0 < marks[0] < file.opened.bytes_total == marks[-1] == path.stat().st_size


def test_chosen_columns_overrule_what_would_be_found(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Email,Partner\nann@example.com,bob@example.com\n")
    chosen = Columns(1, None, 1, ("Email", "Partner"))
    with open_guest_file(path, country="US", columns=chosen) as file:
        assert [result.value for result in file.results()] == ["bob@example.com"]


def test_encoding_and_lines_left_out_are_said(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Liste\n\nName;Email\nJosé;jose@example.com\n".encode("cp1252"))
    with open_guest_file(path, country="US") as file:
        assert len(file.warnings) == 2
        assert "Windows-1252" in file.warnings[0]


@pytest.mark.parametrize(
    ("encoding", "header"),
    [("cp932", "お名前,電話番号"), ("euc_jp", "お名前,電話番号"), ("gb18030", "姓名,手机号码"),
     ("cp1251", "Имя,Номер телефона"), ("cp1256", "الاسم,رقم الهاتف"), ("mac_roman", "Prénom,Téléphone")],
)  # fmt: skip
def test_an_old_encoding_is_known_by_the_words_of_the_header(tmp_path: Path, encoding: str, header: str) -> None:
    path = written(tmp_path / "a.csv", f"{header}\nAnn,(202) 555-0101\n".encode(encoding))
    with open_guest_file(path, country="US") as file:
        assert (file.opened.encoding, file.opened.columns.sure) == (encoding, True)
        assert "as its header is" in file.warnings[0]


def test_letters_without_such_a_header_are_read_as_windows_writes_them(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "Prénom;E-Mail\nJosé;jose@example.com\n".encode("cp1252"))
    with open_guest_file(path, country="US") as file:
        assert file.opened.encoding == "cp1252"
