"""Reads every file of the corpus as an upload would be read, and counts what went wrong: python -m tests.corpus."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from issuance.parsing.guest_file import UnreadableFile, open_guest_file
from tests.corpus.files import Listed


class Reading(NamedTuple):
    """What became of one file: `sure` of nothing is a question, `refused` a file that can't be read."""

    sure: bool
    refused: bool
    guests: frozenset[str]
    missing: frozenset[str]


class Score(NamedTuple):
    files: int
    wrong_guest: list[str]  # somebody who is no guest, and no question
    lost_guest: list[str]  # a guest of a file that was read without a question is neither a guest nor a bad row
    asked_though_plain: list[str]
    refused_though_readable: list[str]


def read(file: Listed, folder: Path) -> Reading:
    path = folder / f"list{Path(file.name).suffix}"
    path.write_bytes(file.content)
    try:
        with open_guest_file(path, country=file.country, prefer=file.prefer) as opened:
            results = list(opened.results())
            sure = opened.opened.columns.sure
    except UnreadableFile:
        return Reading(False, True, frozenset(), frozenset())
    guests = frozenset(result.value for result in results if not result.code)
    told = Counter(bool(result.code) for result in results)[True]
    missing = file.people - guests
    return Reading(sure, False, guests, frozenset(list(missing)[told:]))


def score(files: Iterable[Listed]) -> Score:
    total = Score(0, [], [], [], [])
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            count += 1
            reading = read(file, Path(folder))
            if reading.refused:
                total.refused_though_readable.extend([file.name] if file.people else [])
            elif reading.sure and reading.guests - file.people:
                total.wrong_guest.append(file.name)
            elif reading.sure and reading.missing:
                total.lost_guest.append(file.name)
            elif file.plain and not reading.sure:
                total.asked_though_plain.append(file.name)
    return total._replace(files=count)
