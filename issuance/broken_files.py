"""A file that can't be read to its end: what stands before that place is stored, and used if somebody says so."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from issuance.lifecycle import move_list
from issuance.models import RecipientList
from issuance.states import ListState
from thanxportal.accounts.models import User

BROKEN = "broken"  # in `file_info`: the place, as the end of a sentence
USED = "rows_before_break"  # in `mapping`: they are all that the list will have


def broken_place(line: int | None) -> dict[str, str]:
    """What a file that ends in UnreadableFile leaves in `file_info`."""
    return {BROKEN: f"line {line:,}" if line else "that place"}


def rows_before_break(recipient_list: RecipientList) -> int:
    """How many rows of an unreadable file could be used; 0 where nothing was read, or nobody knows how far it went."""
    broken = recipient_list.status == ListState.UNREADABLE and BROKEN in recipient_list.file_info
    return recipient_list.rows_count if broken else 0


def unread_from(recipient_list: RecipientList) -> str:
    """The place from which the file of a list was left out; empty if it was read to its end."""
    return str(recipient_list.file_info[BROKEN]) if recipient_list.mapping.get(USED) else ""


@transaction.atomic
def use_rows_before_break(*, recipient_list: RecipientList, actor: User | None) -> bool:
    """Has a worker check the list as far as it was read; False if there is nothing to use, or somebody was faster."""
    rows, info = rows_before_break(recipient_list), recipient_list.file_info
    if not rows:
        return False
    used = f"Only the {rows:,} row{'' if rows == 1 else 's'} before {info[BROKEN]} {'is' if rows == 1 else 'are'} used."
    warning = f"{used} The rest was not read: {recipient_list.problem}"
    fields: dict[str, Any] = {
        "mapping": recipient_list.mapping | {USED: True},
        "file_info": info | {"warnings": [*(info.get("warnings") or []), warning]},
        "problem": "",
        "ended_at": None,
        "crash_count": 0,
    }
    return move_list(recipient_list, ListState.READING, actor=actor, note=used, **fields)
