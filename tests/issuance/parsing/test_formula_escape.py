"""A downloaded cell is harmless in every spreadsheet, and comes back as it was."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from issuance.parsing.formula_escape import inert, live

signs = st.text(alphabet="=+-@＝＋－＠;,|\t\r\n' \u00a0\u3000\u200bab1", max_size=14)


@given(text=signs)
@example(";'\t'=")
@example("''=a;''=b")
def test_no_part_of_a_cell_starts_a_formula_and_it_comes_back(text: str) -> None:
    safe = inert(text)
    assert live(safe) == text
    for part in re.split(r"[;,|\t\r\n]", safe):
        assert not part.strip(" \u00a0\u3000\u200b").startswith(tuple("=+-@＝＋－＠"))


@given(text=signs)
def test_a_cell_is_as_harmless_after_two_trips(text: str) -> None:
    assert live(live(inert(inert(text)))) == text
