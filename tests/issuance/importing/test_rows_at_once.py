"""What is done with many rows at once says what doing it row by row would say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.importing.row_formats import Lines, Values
from issuance.parsing.phones import parse_phone
from issuance.parsing.quick_phones import quick_phones
from issuance.parsing.row_text import row_text, row_texts
from issuance.parsing.unreadable_file import UnreadableFile, in_blocks

CELLS = st.text(st.sampled_from("a,é\x1f\0\n\\\t\r\ud800"), max_size=4)
DIGITS = st.text(st.sampled_from("0125 ()-.+\nx"), max_size=14)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=5))
def test_the_texts_of_rows_are_those_of_each(rows: list[list[str]]) -> None:
    assert row_texts(rows) == [row_text(row) for row in rows]


@given(st.lists(DIGITS | st.just("(202) 555-0123"), max_size=6))
def test_a_phone_is_found_whatever_stands_around_it(cells: list[str]) -> None:
    together = quick_phones(cells, "US")
    assert together == [quick_phones([cell], "US")[0] for cell in cells]
    assert all(not value or value == parse_phone(cell, "US").value for cell, value in zip(cells, together, strict=True))


def test_rows_before_an_error_come_before_it() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise UnreadableFile("empty_file")

    blocks = in_blocks(items(), 2)
    assert [next(blocks), next(blocks), next(blocks)] == [[0, 1], [2, 3], [4]]
    with pytest.raises(UnreadableFile):
        next(blocks)


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_lines_for_copy_hold_what_tuples_hold(cells: list[str]) -> None:
    guest = (7, "email", "ann@example.com", row_text(cells), "", "", True, "+12025550123")
    arms = [(3, "waiting")]
    ((*values,),) = Values(1, arms).guests([guest], [b"\x01" * 16], [0])
    (line,) = Lines(1, arms).guests([guest], [b"\x01" * 16], [0])
    assert line.count("\n") == 1
    assert [_unescaped(field) for field in line[:-1].split("\t")] == [_as_text(value) for value in values]


def test_bad_rows_are_the_same_in_both_formats() -> None:
    bad = (7, "", "", row_text(['say "é"', "a\\b\n"]), "email_no_at", "E\tmail", False, "")
    (values,) = Values(1, []).errors([bad], "invalid", [None])
    (line,) = Lines(1, []).errors([bad], "invalid", [None])
    assert [_unescaped(field) for field in line[:-1].split("\t")] == [_as_text(value) for value in values]


def _unescaped(field: str) -> str:
    """As PostgreSQL reads a field of COPY's text format."""
    escapes = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "N": "NULL"}
    plain, rest = "", iter(field)
    for character in rest:
        plain += escapes[next(rest)] if character == "\\" else character
    return plain


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, bool):
        return "t" if value else "f"
    return "NULL" if value is None else str(value)
