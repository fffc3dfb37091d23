"""Rows of guests and of errors as the database takes them fastest: tuples, or lines of COPY's text format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

from issuance.row_text import row_cells

RECIPIENT_COLUMNS = (
    "recipient_list_id", "row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome",
    "reason", "reward_id",
)  # fmt: skip
ERROR_COLUMNS = ("recipient_list_id", "row", "kind", "code", "column", "cells", "identity")
Arms = Sequence[tuple[int, str]]  # (id of the variant, waiting or control)
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class RowFormat(Protocol):
    """Makes rows in the order of RECIPIENT_COLUMNS and ERROR_COLUMNS; `arm` is an index of the list's arms."""

    def guest(
        self, row: int, kind: str, value: str, other: str, fixed: bool, cells: str, digest: bytes, arm: int
    ) -> Any: ...

    def error(self, row: int, kind: str, code: str, column: str, cells: str, digest: bytes | None) -> Any: ...


class Values:
    """For executemany, and for drivers that adapt values themselves."""

    def __init__(self, list_id: int, arms: Arms) -> None:
        self._list_id = list_id
        self._arms = arms

    def guest(
        self, row: int, kind: str, value: str, other: str, fixed: bool, cells: str, digest: bytes, arm: int
    ) -> tuple[Any, ...]:
        return (self._list_id, row, kind, value, other, fixed, cells, digest, *self._arms[arm], "", "")

    def error(self, row: int, kind: str, code: str, column: str, cells: str, digest: bytes | None) -> tuple[Any, ...]:
        return (self._list_id, row, kind, code[:60], column[:120], json.dumps(row_cells(cells)), digest)


class Lines:
    """For PostgreSQL's COPY: made from a template, a line costs a quarter of what the driver needs to adapt values."""

    def __init__(self, list_id: int, arms: Arms) -> None:
        self._list_id = list_id
        self._ends = [f"{variant}\t{outcome}\t\t\n" for variant, outcome in arms]

    def guest(
        self, row: int, kind: str, value: str, other: str, fixed: bool, cells: str, digest: bytes, arm: int
    ) -> str:
        if "\\" in cells or "\n" in cells or "\t" in cells or "\r" in cells:
            cells = cells.translate(_ESCAPES)
        return (
            f"{self._list_id}\t{row}\t{kind}\t{value}\t{other}\t{'t' if fixed else 'f'}\t{cells}"
            f"\t\\\\x{digest.hex()}\t{self._ends[arm]}"
        )

    def error(self, row: int, kind: str, code: str, column: str, cells: str, digest: bytes | None) -> str:
        kept = json.dumps(row_cells(cells)).translate(_ESCAPES)
        known = "\\N" if digest is None else f"\\\\x{digest.hex()}"
        return f"{self._list_id}\t{row}\t{kind}\t{code[:60]}\t{column[:120].translate(_ESCAPES)}\t{kept}\t{known}\n"
