"""One guest whom a program asks to reward: what it says, and who that is by the rules of every list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from issuance.parsing.identifiers import parse_guest
from issuance.parsing.row_result import PackedRow
from issuance.parsing.row_text import row_text
from thanxportal.accounts.models import Merchant

NAMES = ("Email", "Phone", "Reason", "External ID", "Received")  # Columns of a list that programs fill.
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

    def row(self, number: int, received: str, fields: Sequence[str]) -> PackedRow:
        """As a row of a list, with these further columns."""
        more = [self.fields.get(name, "") for name in fields]
        column = "" if not self.code else NAMES[0] if self.cells[0] else NAMES[1]
        text = row_text([*self.cells, received, *more])
        return number, self.kind, self.value, text, self.code, column, self.fixed, self.other


def asked_for(guest: dict[str, Any], merchant: Merchant) -> Asked:
    """Finds out who is meant; a bad one is kept as sent, as a bad row of a file is."""
    email, phone = guest.get("email") or "", guest.get("phone") or ""
    cells = [email, phone, guest.get("reason") or "", guest.get("external_id") or ""]
    tried = [parse_guest(text, merchant.country) for text in (email, phone) if text.strip()]
    good = [found for found in tried if found.value]
    fields = dict(guest.get("fields") or {})
    if not good:
        return Asked("", "", tried[0].code if tried else "no_identifier", False, "", cells, fields)
    good.sort(key=lambda found: _kind(found.value) != merchant.preferred_identifier)
    first, others = good[0], [found.value for found in good[1:] if found.value != good[0].value]
    fixed = first.fixed or len(good) < len(tried)
    return Asked(_kind(first.value), first.value, "", fixed, "".join(others), cells, fields)


def field_names(guests: Sequence[Asked]) -> list[str]:
    """Names of the free fields, in the order in which they come first."""
    return list(dict.fromkeys(name for guest in guests for name in guest.fields))


def kept(guests: Any) -> Iterator[Asked]:
    """Out of what a batch keeps."""
    return (Asked(*guest) for guest in guests)


def _kind(value: str) -> str:
    return "email" if "@" in value else "phone"
