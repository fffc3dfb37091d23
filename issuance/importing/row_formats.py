"""Rows of guests and of errors as the database takes them fastest: tuples, or lines of COPY's text format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any, Protocol

from issuance.parsing.row_result import PackedRow
from issuance.parsing.row_text import row_cells

GUEST_COLUMNS = (
    "guest_list_id", "row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome",
    "reason", "reward_id",
)  # fmt: skip
ERROR_COLUMNS = ("guest_list_id", "row", "kind", "code", "column", "cells", "identity")
TEXT_COLUMNS = ("guest_list_id", "first_row", "last_row", "text")
Arms = Sequence[tuple[int, str]]  # (id of the variant, waiting or control)
_BACKSLASH = "\\"
_SPECIAL = "\\\n\r\t"  # what stands for something else in COPY's text format
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class RowFormat(Protocol):
    """Makes rows in the order of GUEST_COLUMNS and ERROR_COLUMNS; `arms` are indexes of the list's arms."""

    def guests(self, rows: Sequence[PackedRow], digests: Iterable[bytes], arms: Iterable[int]) -> Any: ...

    def errors(self, rows: Iterable[PackedRow], kind: str, digests: Iterable[bytes | None]) -> Any: ...


class Values:
    """For executemany, and for drivers that adapt values themselves."""

    def __init__(self, list_id: int, arms: Arms) -> None:
        self._list_id = list_id
        self._arms = arms

    def guests(self, rows: Sequence[PackedRow], digests: Iterable[bytes], arms: Iterable[int]) -> list[tuple[Any, ...]]:
        list_id = self._list_id
        return [
            (list_id, row, kind, value, other, fixed, cells, digest, *self._arms[arm], "", "")
            for (row, kind, value, cells, _, _, fixed, other), digest, arm in zip(rows, digests, arms, strict=True)
        ]

    def errors(self, rows: Iterable[PackedRow], kind: str, digests: Iterable[bytes | None]) -> list[tuple[Any, ...]]:
        return [
            (self._list_id, row, kind, (code or kind)[:60], column[:120], _json(cells), digest)
            for (row, _, _, cells, code, column, _, _), digest in zip(rows, digests, strict=True)
        ]


class Lines:
    """For PostgreSQL's COPY: made from a template, a line costs a quarter of what the driver needs to adapt values."""

    def __init__(self, list_id: int, arms: Arms) -> None:
        self._list_id = list_id
        self._ends = [f"{variant}\t{outcome}\t\t\n" for variant, outcome in arms]

    def guests(self, rows: Sequence[PackedRow], digests: Iterable[bytes], arms: Iterable[int]) -> list[str]:
        list_id, ends = self._list_id, self._ends
        texts: Iterable[str] = [cells for _, _, _, cells, _, _, _, _ in rows]
        if any(map("".join(texts).__contains__, _SPECIAL)):
            texts = [cells.translate(_ESCAPES) for cells in texts]
        return [
            f"{list_id}\t{row}\t{kind}\t{value}\t{other}\t{'t' if fixed else 'f'}"
            f"\t{cells}\t\\\\x{digest.hex()}\t{ends[arm]}"
            for (row, kind, value, _, _, _, fixed, other), cells, digest, arm in zip(
                rows, texts, digests, arms, strict=True
            )
        ]

    def errors(self, rows: Iterable[PackedRow], kind: str, digests: Iterable[bytes | None]) -> list[str]:
        return [
            f"{self._list_id}\t{row}\t{kind}\t{(code or kind)[:60]}\t{column[:120].translate(_ESCAPES)}"
            f"\t{_json(cells).replace(_BACKSLASH, _BACKSLASH * 2)}\t{_bytea(digest)}\n"
            for (row, _, _, cells, code, column, _, _), digest in zip(rows, digests, strict=True)
        ]


def _json(cells: str) -> str:
    """A list of the cells; each by itself, as setting up an encoder costs more than such a row."""
    return f"[{', '.join(map(encode_basestring_ascii, row_cells(cells)))}]"


def _bytea(digest: bytes | None) -> str:
    return "\\N" if digest is None else f"\\\\x{digest.hex()}"
