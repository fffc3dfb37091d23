"""Guests whom a program asks to reward: what it says of each, and who that is by the rules of every list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from issuance.parsing.row_result import PackedRow
from issuance.parsing.row_text import row_text
from issuance.parsing.sent_rows import read_rows
from thanxportal.accounts.models import Merchant

NAMES = ("Email", "Phone", "Reason", "External ID", "Received")  # Columns of a list that programs fill.
OF_REPORT = ("row", "identifier", "type", "arm", "outcome", "job", "reward id")
RESERVED = {*OF_REPORT, *map(str.lower, NAMES)}  # No field is called like a column that a report has anyway.
REASON, EXTERNAL_ID = 2, 3  # cells
MOST_FIELDS = 50  # different names of free fields in a list, as each of them is a column of all its rows


class Asked(NamedTuple):
    """A guest as it waits to be gathered: what was found, and what was sent."""

    kind: str
    value: str
    code: str  # why it names no guest; empty if it does
    fixed: bool
    other: str
    cells: list[str]  # the first four of NAMES
    fields: dict[str, str]
    column: str = ""  # at fault

    def row(self, number: int, received: str, fields: Sequence[str]) -> PackedRow:
        """As a row of a list, with these further columns."""
        text = row_text([*self.cells, received, *(self.fields.get(name, "") for name in fields)])
        return number, self.kind, self.value, text, self.code, self.column, self.fixed, self.other


def asked_for(guests: Sequence[dict[str, Any]], merchant: Merchant) -> list[Asked]:
    """Finds out who is meant; a bad one is kept as sent, as a bad row of a file is."""
    rows = [[guest.get(name) or "" for name in ("email", "phone", "reason", "external_id")] for guest in guests]
    found = read_rows(rows, NAMES[:4], country=merchant.country, prefer=merchant.preferred_identifier)
    return [
        Asked(kind, value, code, fixed, other, cells, dict(guest.get("fields") or {}), column)
        for guest, cells, (_, kind, value, _, code, column, fixed, other) in zip(guests, rows, found, strict=True)
    ]


def field_names(guests: Sequence[Asked]) -> list[str]:
    """Names of the free fields, in the order in which they come first."""
    return list(dict.fromkeys(name for guest in guests for name in guest.fields))


def kept(guests: Any) -> Iterator[Asked]:
    """Out of what a batch keeps."""
    return (Asked(*guest) for guest in guests)
