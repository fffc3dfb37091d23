"""A file that can't be read to its end: the rows before the damage are stored, and used if a person says so."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from issuance.lifecycle.transitions import move_list
from issuance.models import GuestList
from issuance.models.states import ListState
from issuance.parsing.unreadable_file import UnreadableFile
from thanxportal.accounts.models import User
from thanxportal.counted import counted

BROKEN = "broken"  # in `file_info`: where it breaks off, as the end of a sentence
FULL = "full"  # in `file_info`: there the list had as many guests as lists may have
USED = "rows_before_break"  # in `mapping`: they are all that the list will have


def broken_off(refusal: UnreadableFile) -> dict[str, Any]:
    """What a file that ends in a refusal leaves in `file_info`."""
    return {BROKEN: refusal.where, FULL: refusal.code == "too_many_rows"}


def rows_before_break(guest_list: GuestList) -> int:
    """How many rows of an unreadable file could be used; 0 where nothing was read, or nobody knows how far it went."""
    broken = guest_list.status == ListState.UNREADABLE and BROKEN in guest_list.file_info and not guest_list.removed
    return guest_list.rows_count if broken else 0


def is_cut_off(guest_list: GuestList) -> bool:
    """Whether somebody has decided to do without the rest of the file."""
    return USED in guest_list.mapping


def what_is_left_out(guest_list: GuestList) -> str:
    """A sentence about the rest of the file that somebody decided to do without; empty if there is none."""
    if not is_cut_off(guest_list):
        return ""
    info = guest_list.file_info
    why = "a list holds no more guests" if info.get(FULL) else "it couldn’t be read"
    return f"The file from {info[BROKEN]} on is left out: {why}."


@transaction.atomic
def use_rows_before_break(*, guest_list: GuestList, actor: User | None) -> bool:
    """Has a worker check the list as far as it was read; False if there is nothing to use, or somebody was faster."""
    rows, info = rows_before_break(guest_list), guest_list.file_info
    if not rows:
        return False
    used = f"Only the {counted(rows, 'row')} before {info[BROKEN]} {'is' if rows == 1 else 'are'} used."
    warnings = [*(info.get("warnings") or [])]
    if not is_cut_off(guest_list):
        warnings.append(f"{used} The rest was not read: {guest_list.problem}")
    fields: dict[str, Any] = {
        "mapping": guest_list.mapping | {USED: True},
        "file_info": info | {"warnings": warnings},
        "problem": "",
        "ended_at": None,
        "crash_count": 0,
    }
    return move_list(guest_list, ListState.READING, actor=actor, note=used, **fields)
