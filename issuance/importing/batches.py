"""Makes rows for the database out of the rows of a file: guests with their arms, duplicates and bad rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import compress
from typing import Any, Final, Protocol

from django.conf import settings

from campaigns.allocation import arm_chooser, identity_hasher
from issuance.importing.row_formats import ERROR_COLUMNS, GUEST_COLUMNS, Lines, RowFormat, Values
from issuance.importing.seen_guests import SeenGuests
from issuance.models import Guest, GuestList, RowError
from issuance.models.bulk import insert_rows
from issuance.models.cells import SEPARATOR
from issuance.models.states import Outcome
from issuance.parsing.identifiers import identity
from issuance.parsing.row_result import PackedRow

BATCH = 500  # rows that are made before they are handed to the database; more would not fit on the way to it
INVALID, DUPLICATE = "invalid", "duplicate"
TERMS = ("rows", "waiting", "control", INVALID, DUPLICATE)
ROW: Final = 0  # of a PackedRow
VALUE: Final = 2
CODE: Final = 4
OTHER: Final = 7


class RowBatch:
    """Rows for the database, as the maker's format writes them, and what they add to the sums of the list."""

    def __init__(self) -> None:
        self.guests: list[Any] = []
        self.errors: list[Any] = []
        self.counts = dict.fromkeys(TERMS, 0)
        self.bytes_read = 0  # of the file, after this batch
        self.rows = (0, 0)  # the first and the last that it is about
        self.text = ""  # of its guests, to be searched


Batches = Generator[RowBatch, None, None]


class RowSource(Protocol):
    """A file or a text of guests."""

    @property
    def bytes_read(self) -> int: ...

    def packed_rows(self, *, size: int) -> Iterator[list[PackedRow]]: ...


class BatchMaker:
    """Assigns the guests of one list to its arms. It knows every guest so far by keyed hash."""

    def __init__(
        self, guest_list: GuestList, *, stored: Iterable[bytes] = (), expected: int = 0, as_text: bool = False
    ) -> None:
        """`stored` are the hashes of guests that the list has already; `expected` says about how many will come."""
        variants = list(guest_list.campaign.variants.all())
        outcomes = {True: Outcome.CONTROL, False: Outcome.WAITING}
        arms = [(variant.pk, outcomes[variant.is_control].value) for variant in variants]
        self.hash = guest_hasher(guest_list)
        self._choose_arm = arm_chooser(guest_list.campaign.salt, [variant.weight for variant in variants])
        self._outcomes = [outcome for _, outcome in arms]
        self._seen = SeenGuests(stored, expected=expected)
        self._format: RowFormat = (Lines if as_text else Values)(guest_list.pk, arms)

    def make_batches(self, file: RowSource) -> Batches:
        """A batch for every few rows. Raises UnreadableFile after those before it."""
        for rows in file.packed_rows(size=BATCH):
            batch = self.make_batch(rows)
            batch.bytes_read = file.bytes_read
            yield batch

    def make_batch(self, rows: Iterable[PackedRow]) -> RowBatch:
        """Every row as a guest or as an error. Works column by column, as a million rows make every call dear."""
        batch, rows = RowBatch(), list(rows)
        guests = [row for row in rows if not row[CODE]]
        people = [identity(row[VALUE]) for row in guests]
        digests = [*map(self.hash, people)]
        new = self._seen.add(digests)
        repeated = [not first for first in new]
        arms = [*map(self._choose_arm, compress(people, new))]
        invalid = [row for row in rows if row[CODE]]
        added = [*compress(guests, new)]
        batch.guests = self._format.guests(added, compress(digests, new), arms)
        batch.rows = (rows[0][ROW], rows[-1][ROW]) if rows else (0, 0)
        batch.text = SEPARATOR.join([row[VALUE] for row in added] + [row[OTHER] for row in added if row[OTHER]])
        batch.errors = self._format.errors(invalid, INVALID, [None] * len(invalid))
        batch.errors += self._format.errors(compress(guests, repeated), DUPLICATE, compress(digests, repeated))
        batch.counts.update({"rows": len(rows), INVALID: len(invalid), DUPLICATE: sum(repeated)})
        for arm, count in Counter(arms).items():
            batch.counts[self._outcomes[arm]] += count
        return batch


def insert_batch(batch: RowBatch, of_rows: Mapping[int, int | None]) -> None:
    """Stores one batch of tuples, some of them made `of_rows` of the file; `import_list` stores many at once."""
    insert_rows(Guest, (*GUEST_COLUMNS, "of_row"), [(*guest, of_rows[guest[1]]) for guest in batch.guests])
    insert_rows(RowError, (*ERROR_COLUMNS, "of_row"), [(*error, of_rows[error[1]]) for error in batch.errors])


def guest_hasher(guest_list: GuestList) -> Callable[[str], bytes]:
    """Returns the hasher that identifies this merchant's guests. Its key is different for each merchant."""
    return identity_hasher(f"{guest_list.merchant_id}:{settings.IDENTITY_KEY}".encode())
