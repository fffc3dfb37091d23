"""Reading what Thanx says it made: a line for each job, pasted or uploaded, as spreadsheets and people write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

MOST_GUESTS = 10_000  # in a job
_ID = re.compile(r"[\w.:-]{1,64}")


class UnclearLine(Exception):
    """`args[0]` is the sentence for staff: which line can't be read, and why."""


class MadeJob(NamedTuple):
    """A job as Thanx names it. `key` is the idempotency key, or None where Thanx doesn't tell."""

    thanx_id: str
    campaign_id: str
    variant_id: str
    guests: int
    made_at: datetime
    key: UUID | None


def read_made_jobs(text: str) -> list[MadeJob]:
    """Raises UnclearLine. A first line with the names of the columns is skipped."""
    jobs = list(_lines(text))
    ids = [job.thanx_id for job in jobs]
    if twice := next((name for name in ids if ids.count(name) > 1), None) if len(set(ids)) < len(ids) else None:
        raise UnclearLine(f"The job {twice} is named twice.")
    return jobs


def _lines(text: str) -> Iterator[MadeJob]:
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        separator = next((sign for sign in "\t;," if sign in line), ",")
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if not any(cells) or (number == 1 and len(cells) > 3 and not any(sign.isdigit() for sign in cells[3])):
            continue
        try:
            yield _job(cells)
        except ValueError as why:
            raise UnclearLine(f"Line {number} can’t be read: {why}") from why


def _job(cells: list[str]) -> MadeJob:
    """Raises ValueError with the sentence that says what is wrong."""
    if not 5 <= len(cells) <= 6:
        raise ValueError(f"it has {len(cells)} columns instead of 5 or 6.")
    if not all(_ID.fullmatch(cell) for cell in cells[:3]):
        raise ValueError("an id is missing or odd.")
    if not (cells[3].isascii() and cells[3].isdecimal() and 1 <= int(cells[3]) <= MOST_GUESTS):
        raise ValueError("the fourth column isn’t a number of guests.")
    return MadeJob(cells[0], cells[1], cells[2], int(cells[3]), _time(cells[4]), _key(cells[5:]))


def _time(cell: str) -> datetime:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError("the fifth column isn’t a time such as 2026-06-01T12:00:00Z.") from None


def _key(cells: list[str]) -> UUID | None:
    try:
        return UUID(cells[0]) if any(cells) else None
    except ValueError:
        raise ValueError("the sixth column isn’t an idempotency key.") from None
