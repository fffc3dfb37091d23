"""Verdicts on rows -> rows of the database: a guest to an arm, a repeated guest and a bad row to the errors."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any, NamedTuple

from campaigns.allocation import arm_chooser, identity_hasher
from issuance.identifiers import identity
from issuance.reading_process import Stretches
from issuance.recipient_file import Judged
from issuance.row_formats import Lines, RowFormat, Values
from issuance.seen import Seen

INVALID, DUPLICATE = "invalid", "duplicate"
TERMS = ("rows", "waiting", "control", INVALID, DUPLICATE)


class Deal(NamedTuple):
    """How the guests of one list are known and dealt."""

    list_id: int
    identity_key: bytes
    salt: bytes
    weights: tuple[int, ...]
    arms: tuple[tuple[int, str], ...]  # (id of the variant, waiting or control)


class Batch:
    """What a stretch of the file adds to the database; its rows are as the sorter's format makes them."""

    def __init__(self) -> None:
        self.recipients: list[Any] = []
        self.errors: list[Any] = []
        self.counts = dict.fromkeys(TERMS, 0)
        self.bytes_read = 0  # of the file, after this batch


class Sorter:
    """Deals verdicts, one after the other; knows every guest of the list so far by keyed hash."""

    def __init__(self, deal: Deal, seen: Seen | None = None, *, as_text: bool = False) -> None:
        self.hash = identity_hasher(deal.identity_key)
        self._choose = arm_chooser(deal.salt, deal.weights)
        self._outcomes = [outcome for _, outcome in deal.arms]
        self._seen = seen or Seen()
        self._format: RowFormat = (Lines if as_text else Values)(deal.list_id, deal.arms)

    def sort(self, rows: Iterable[Judged]) -> Batch:
        """Every row as a guest or as an error. Runs for each of a million rows, so it looks nothing up twice."""
        batch = Batch()
        guest, error, counts = self._format.guest, self._format.error, batch.counts
        hash_of, is_new, arm_of, outcomes = self.hash, self._seen.add, self._choose, self._outcomes
        for row, kind, value, cells, code, column, fixed, other in rows:
            counts["rows"] += 1
            if code:
                batch.errors.append(error(row, INVALID, code, column, cells, None))
                counts[INVALID] += 1
                continue
            person = identity(value)
            digest = hash_of(person)
            if not is_new(digest):
                batch.errors.append(error(row, DUPLICATE, DUPLICATE, column, cells, digest))
                counts[DUPLICATE] += 1
                continue
            arm = arm_of(person)
            batch.recipients.append(guest(row, kind, value, other, fixed, cells, digest, arm))
            counts[outcomes[arm]] += 1
        return batch

    def batches(self, stretches: Stretches) -> Generator[Batch, None, None]:
        """A batch for each stretch of a file, which is closed with this iterator."""
        with closing(stretches):
            for stretch in stretches:
                batch = self.sort(stretch.rows)
                batch.bytes_read = stretch.bytes_read
                yield batch
