"""Every ugly file in tests/data gives exactly what was written down for it by hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from issuance.parsing.guest_file import open_guest_file
from issuance.parsing.row_problems import SENTENCES
from issuance.parsing.row_result import RowResult
from issuance.parsing.unreadable_file import UnreadableFile

DATA = Path(__file__).parent.parent.parent / "data"
EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))


def read(name: str) -> tuple[list[RowResult], dict[str, Any]]:
    results: list[RowResult] = []
    seen: dict[str, Any] = {}
    try:
        with open_guest_file(DATA / "lists" / name, country="US") as file:
            opened, columns = file.opened, file.opened.columns
            seen = {key: getattr(opened, key) for key in ("kind", "encoding", "delimiter")}
            seen |= {key: getattr(columns, key) for key in ("header_row", "email", "phone", "sure")}
            results.extend(file.results())
    except UnreadableFile as error:
        seen |= {"error": error.code, "line": error.line}
    return results, seen


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_ugly_file_gives_what_is_written_for_it(name: str) -> None:
    expected = dict(EXPECTED[name])
    results, seen = read(name)
    good = [result for result in results if not result.code]
    assert seen.get("error") == expected.pop("error", None)
    assert len(good) == expected.pop("good", 0)
    assert Counter(result.code for result in results if result.code) == expected.pop("bad", {})
    fixed = sum(result.fixed for result in good)
    assert fixed == expected.pop("fixed", fixed)
    rows = [result.row for result in results]
    assert rows == expected.pop("rows", rows)
    values = [result.value for result in good]
    assert values == expected.pop("values", values)
    assert {key: seen[key] for key in expected} == expected


def test_every_file_has_an_expectation_and_every_code_a_sentence() -> None:
    assert {path.name for path in (DATA / "lists").iterdir()} == set(EXPECTED)
    assert {code for expected in EXPECTED.values() for code in expected.get("bad", {})} <= set(SENTENCES)
