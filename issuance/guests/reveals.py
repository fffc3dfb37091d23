"""Seeing guests in full is an act: the merchant's log keeps who saw which rows, and nothing of the guests."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList
from thanxportal.accounts.models import User


def note_reveal(guest_list: GuestList, actor: User, rows: Sequence[int]) -> None:
    which = f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows from {rows[0]:,} to {rows[-1]:,}"
    note_activity(guest_list, actor, f"Looked at {which} of “{guest_list.name}” unmasked.")


def note_full_report(guest_list: GuestList, actor: User) -> None:
    note_activity(guest_list, actor, f"Downloaded the unmasked report of “{guest_list.name}”.")
