"""Seeing guests in full is an act: the merchant's log keeps who saw which rows, and nothing of the guests."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.models import RecipientList
from thanxportal.accounts.models import User, record_activity


def note_reveal(recipient_list: RecipientList, actor: User, rows: Sequence[int]) -> None:
    which = f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows from {rows[0]:,} to {rows[-1]:,}"
    _note(recipient_list, actor, f"Looked at {which} of “{recipient_list.name}” unmasked.")


def note_full_report(recipient_list: RecipientList, actor: User) -> None:
    _note(recipient_list, actor, f"Downloaded the unmasked report of “{recipient_list.name}”.")


def _note(recipient_list: RecipientList, actor: User, sentence: str) -> None:
    target = f"list:{recipient_list.pk}"
    record_activity(merchant=recipient_list.merchant, actor=actor, sentence=sentence, target=target)
