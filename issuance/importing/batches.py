"""Verdicts on rows -> rows of the database: a guest to an arm, a repeated guest and a bad row to the errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import closing
from itertools import compress
from typing import Any, Final, NamedTuple

from campaigns.allocation import arm_chooser, identity_hasher
from issuance.importing.row_formats import Lines, RowFormat, Values
from issuance.importing.seen_guests import Seen
from issuance.importing.stretches import Stretches
from issuance.parsing.guest_file import Judged
from issuance.parsing.identifiers import identity

INVALID, DUPLICATE = "invalid", "duplicate"
TERMS = ("rows", "waiting", "control", INVALID, DUPLICATE)
VALUE: Final = 2  # of a judged row
CODE: Final = 4


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
        self.guests: list[Any] = []
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
        """Every row as a guest or as an error; column by column, as a million rows make every call dear."""
        batch, rows = Batch(), list(rows)
        guests = [row for row in rows if not row[CODE]]
        people = [identity(row[VALUE]) for row in guests]
        digests = [*map(self.hash, people)]
        new = self._seen.add(digests)
        repeated = [not first for first in new]
        arms = [*map(self._choose, compress(people, new))]
        invalid = [row for row in rows if row[CODE]]
        batch.guests = self._format.guests([*compress(guests, new)], compress(digests, new), arms)
        batch.errors = self._format.errors(invalid, INVALID, [None] * len(invalid))
        batch.errors += self._format.errors(compress(guests, repeated), DUPLICATE, compress(digests, repeated))
        batch.counts.update({"rows": len(rows), INVALID: len(invalid), DUPLICATE: sum(repeated)})
        for arm, dealt in Counter(arms).items():
            batch.counts[self._outcomes[arm]] += dealt
        return batch

    def batches(self, stretches: Stretches) -> Generator[Batch, None, None]:
        """A batch for each stretch of a file, which is closed with this iterator."""
        with closing(stretches):
            for stretch in stretches:
                batch = self.sort(stretch.rows)
                batch.bytes_read = stretch.bytes_read
                yield batch
