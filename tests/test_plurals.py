"""Nobody reads "1 rows": what is counted is written for one as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from thanxportal.counted import counted, listed

NOUNS = (
    "guests|rows|jobs|lists|rewards|requests|campaigns|arms|columns|seconds|minutes|hours|days|lines|files|values|"
    "numbers|cells|cards|sessions|messages|people|places"
)
MANY = f"(?:(?:new|other|more|refused|unsent|single|different|ready) )?(?:{NOUNS})\\b"
IN_A_TEMPLATE = re.compile(rf"\}}\}}\s+{MANY}")
IN_PYTHON = re.compile(rf"\{{[^{{}}\"]+\}} {MANY}")
NEVER_ONE = {  # What the line has, and why it never counts one.
    "row.several": "a cell of several guests",
    "progress.rate|floatformat": "one guest a second has its own words",
    "reading.rate|floatformat": "an average",
    "progress.jobs|length": "shown for more than 20",
    "lineage.members|length": "shown for more than one",
    "_PER_SENDER": "a limit",
    "MOST": "a limit",
    "{most": "a limit",
    "JOB_SIZE": "a limit",
    "SMALLEST_JOB": "a limit",
    "{rows:,} rows and": "a limit",
    "{rows:,} guests: row": "a limit",
    "{columns:,} columns": "a limit",
    "usable()": "a limit",
    "self.canaries": "lists of more than a thousand have canaries",
    "== 1 else": "one has its own words",
    "if one else": "one has its own words",
    "named} {singular}": "one has its own words",
    "of {count} numbers": "doubts need several numbers",
    "of {looked_at} numbers": "doubts need several numbers",
    "above {above": "a threshold",
    "{STORM}": "a storm",
    "taken + kept": "a part of several",
    "traffic.is_cut": "a limit",
    '"tomorrow"': "one day has its own word",
}
FOR_STAFF = ("reconcile.py", "planning.py", "halving.py", "replace_rows.py", "made_jobs.py", "activity_chain.py")
APPS = ("issuance", "campaigns", "thanxportal")
APART = ("demo", "partner_simulator", "migrations")


def lines(folders: tuple[str, ...], ending: str) -> Iterator[tuple[str, str]]:
    for folder in folders:
        for path in Path(folder).rglob(f"*{ending}"):
            if not {*APART} & {*path.parts} and path.name not in FOR_STAFF:
                text = re.sub(r"\}\}\s*\n\s*", "}} ", path.read_text())
                yield from ((f"{path}", line) for line in text.splitlines())


@pytest.mark.parametrize(
    ("folders", "ending", "counts"), [(("templates",), ".html", IN_A_TEMPLATE), (APPS, ".py", IN_PYTHON)]
)
def test_no_sentence_counts_one_guests(folders: tuple[str, ...], ending: str, counts: re.Pattern[str]) -> None:
    wrong = [
        f"{path}: {line.strip()}"
        for path, line in lines(folders, ending)
        if counts.search(line) and not any(words in line for words in NEVER_ONE) and "log." not in line
    ]
    assert not wrong, "\n".join(wrong)


def test_what_is_counted_is_written_with_its_number() -> None:
    assert [counted(count, "guest") for count in (0, 1, 1_234)] == ["0 guests", "1 guest", "1,234 guests"]
    assert counted(2, "row is", "rows are") == "2 rows are"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (["read"], "read"),
        (["read", "send"], "read and send"),
        (["read", "send", "look up"], "read, send, and look up"),
        (["read this, or that", "send"], "read this, or that; and send"),
        (["read this, or that", "send", "look up"], "read this, or that; send; and look up"),
    ],
)
def test_what_a_sentence_lists_is_one_list_of_commas_or_semicolons(parts: list[str], words: str) -> None:
    assert listed(parts) == words
