"""Every ugly file in tests/data gives exactly what was written down for it by hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from issuance.parsing.guest_file import SENTENCES, UnreadableFile, Verdict, open_guest_file

DATA = Path(__file__).parent.parent.parent / "data"
EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))


def read(name: str) -> tuple[list[Verdict], dict[str, Any]]:
    verdicts: list[Verdict] = []
    seen: dict[str, Any] = {}
    try:
        with open_guest_file(DATA / "lists" / name, country="US") as guests:
            opened, columns = guests.opened, guests.opened.columns
            seen = {key: getattr(opened, key) for key in ("kind", "encoding", "delimiter")}
            seen |= {key: getattr(columns, key) for key in ("header_row", "email", "phone", "sure")}
            verdicts.extend(guests.verdicts())
    except UnreadableFile as error:
        seen |= {"error": error.code, "line": error.line}
    return verdicts, seen


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_ugly_file_gives_what_is_written_for_it(name: str) -> None:
    expected = dict(EXPECTED[name])
    verdicts, seen = read(name)
    good = [verdict for verdict in verdicts if not verdict.code]
    assert seen.get("error") == expected.pop("error", None)
    assert len(good) == expected.pop("good", 0)
    assert Counter(verdict.code for verdict in verdicts if verdict.code) == expected.pop("bad", {})
    fixed = sum(verdict.fixed for verdict in good)
    assert fixed == expected.pop("fixed", fixed)
    rows = [verdict.row for verdict in verdicts]
    assert rows == expected.pop("rows", rows)
    values = [verdict.value for verdict in good]
    assert values == expected.pop("values", values)
    assert {key: seen[key] for key in expected} == expected


def test_every_file_has_an_expectation_and_every_code_a_sentence() -> None:
    assert {path.name for path in (DATA / "lists").iterdir()} == set(EXPECTED)
    assert {code for expected in EXPECTED.values() for code in expected.get("bad", {})} <= set(SENTENCES)
