"""Verdicts on rows -> rows of the database: a guest to an arm, a repeated guest and a bad row to the errors.

Pure, so that a process of its own can do it: see `reading_process`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from campaigns.allocation import arm_chooser, identity_hasher
from issuance.identifiers import identity
from issuance.recipient_file import Judged
from issuance.seen import Seen

CELL_END = "\x1f"  # between two cells of a row that is kept as it stood in the file
RECIPIENT_COLUMNS = (
    "recipient_list_id", "row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome",
    "reason", "reward_id",
)  # fmt: skip
ERROR_COLUMNS = ("recipient_list_id", "row", "kind", "code", "column", "cells", "identity")
INVALID, DUPLICATE = "invalid", "duplicate"
TERMS = ("rows", "waiting", "control", INVALID, DUPLICATE)


class Deal(NamedTuple):
    """How the guests of one list are known and dealt: plain values, which another process can be told."""

    list_id: int
    identity_key: bytes
    salt: bytes
    weights: tuple[int, ...]
    arms: tuple[tuple[int, str], ...]  # (id of the variant, waiting or control)


class Batch:
    """What a stretch of the file adds to the database; `recipients` are tuples, or lines of COPY's text format."""

    def __init__(self) -> None:
        self.recipients: list[Any] = []
        self.errors: list[tuple[Any, ...]] = []
        self.counts = dict.fromkeys(TERMS, 0)
        self.bytes_read = 0  # of the file, after this batch

    def count(self, term: str) -> None:
        self.counts["rows"] += 1
        self.counts[term] += 1


class Sorter:
    """Deals verdicts, one after the other; knows every guest of the list so far by keyed hash.

    `as_text` makes lines for PostgreSQL's COPY, which takes them faster than it takes values.
    """

    def __init__(self, deal: Deal, seen: Seen | None = None, *, as_text: bool = False) -> None:
        self.list_id = deal.list_id
        self.hash = identity_hasher(deal.identity_key)
        self.choose = arm_chooser(deal.salt, deal.weights)
        self.arms = deal.arms
        self.seen = seen or Seen()
        self.as_text = as_text
        self._ends = [f"{variant}\t{outcome}\t\t\n" for variant, outcome in deal.arms]

    def add(self, verdict: Judged, batch: Batch) -> None:
        row, kind, value, raw, code, column, fixed, other = verdict
        if code:
            batch.errors.append((self.list_id, row, INVALID, code[:60], column[:120], _as_json(raw), None))
            batch.count(INVALID)
            return
        person = identity(value)
        digest = self.hash(person)
        if not self.seen.add(digest):
            batch.errors.append((self.list_id, row, DUPLICATE, DUPLICATE, column[:120], _as_json(raw), digest))
            batch.count(DUPLICATE)
            return
        arm = self.choose(person)
        variant, outcome = self.arms[arm]
        cells = joined_cells(raw)
        if self.as_text:
            if "\\" in cells or "\n" in cells or "\t" in cells or "\r" in cells:
                cells = cells.translate(_ESCAPES)
            batch.recipients.append(
                f"{self.list_id}\t{row}\t{kind}\t{value}\t{other}\t{'t' if fixed else 'f'}\t{cells}"
                f"\t\\\\x{digest.hex()}\t{self._ends[arm]}"
            )
        else:
            batch.recipients.append(
                (self.list_id, row, kind, value, other, fixed, cells, digest, variant, outcome, "", "")
            )
        batch.count(outcome)

    def batches(self, verdicts: Iterable[Judged], size: int) -> Iterator[Batch]:
        """All verdicts in batches of `size` rows; the rows before an error that ends them come out before it."""
        batch, left, add = Batch(), size, self.add
        try:
            for verdict in verdicts:
                add(verdict, batch)
                left -= 1
                if not left:
                    yield batch
                    batch, left = Batch(), size
        except Exception:
            yield batch
            raise
        yield batch


def joined_cells(raw: list[str]) -> str:
    """The cells of a row as one text, without what no database keeps."""
    cells = CELL_END.join(raw)
    if cells.count(CELL_END) >= len(raw) > 0:
        cells = CELL_END.join(cell.replace(CELL_END, " ") for cell in raw)
    return cells.replace("\0", "\ufffd") if "\0" in cells else cells


def _as_json(raw: list[str]) -> str:
    return json.dumps([cell.replace("\0", "\ufffd") for cell in raw])


_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
