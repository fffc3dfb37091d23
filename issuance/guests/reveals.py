"""Seeing guests in full is an act: the merchant's log keeps who saw which rows, and nothing of the guests."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.models import GuestList
from thanxportal.accounts.models import User, record_activity


def note_reveal(guest_list: GuestList, actor: User, rows: Sequence[int]) -> None:
    which = f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows from {rows[0]:,} to {rows[-1]:,}"
    _note(guest_list, actor, f"Looked at {which} of “{guest_list.name}” unmasked.")


def note_full_report(guest_list: GuestList, actor: User) -> None:
    _note(guest_list, actor, f"Downloaded the unmasked report of “{guest_list.name}”.")


def _note(guest_list: GuestList, actor: User, sentence: str) -> None:
    target = f"list:{guest_list.pk}"
    record_activity(merchant=guest_list.merchant, actor=actor, sentence=sentence, target=target)
