"""Which columns of a file hold the guests, when a person has to say: asked once per merchant and header.

A list whose columns aren't certain waits in the state *Needs columns* before any of its rows is stored. Its `file_info`
then holds what the question needs: `names`, the columns that were guessed (`email`, `phone`, `header_row`, and
`more_emails` and `more_phones` in their order) with the `reasons`, `sheets` and `sheet` of a workbook, how many
`hidden_rows` it has, and `columns`, one entry for each column with its `name`, up to five `samples` as written,
`filled` (share of rows with anything in it), and `email` and `phone` (shares of its cells that pass), from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from issuance.importing.list_file import header_hash
from issuance.lifecycle.transitions import move_list
from issuance.models import ColumnMapping, GuestList
from issuance.models.bulk import delete_rows
from issuance.models.states import ListState
from issuance.parsing.column_choice import MOST_COLUMNS
from issuance.parsing.countries import country_code
from thanxportal.accounts.models import User

COLUMNS = ("email", "phone", "more_emails", "more_phones")


class NoSuchColumns(Exception):
    """The choice can't be read by; `args[0]` is the sentence for the merchant."""


@transaction.atomic
def choose_columns(
    *,
    guest_list: GuestList,
    actor: User | None,
    email: int | None = None,
    phone: int | None = None,
    header_row: int | None = None,
    more_emails: Sequence[int] = (),
    more_phones: Sequence[int] = (),
    country: str = "",
    sheet: str = "",
    hidden: str = "leave_out",
) -> bool:
    """Has a waiting list read by these columns, which count from 0; False if it isn't waiting for them any more.

    `more_emails` and `more_phones` are looked at in their order where the first column of the kind is empty. `country`
    (ISO 3166) is that of phones written without one; empty for the merchant's.

    `header_row` counts from 1, 0 means that there is none, and None leaves it where it was found. `sheet` alone asks
    for another sheet, whose columns are then found, or asked for again. `hidden` says what becomes of rows
    that the sheet doesn't show: "include" or "leave_out". The choice of columns is remembered for the
    merchant's files with the same header. Raises NoSuchColumns.
    """
    more = {"more_emails": _further(email, more_emails), "more_phones": _further(phone, more_phones)}
    own = {"email": email, "phone": phone, "header_row": header_row, "sheet": sheet}
    own |= {"hidden": hidden, "country": country}
    choice = _checked_choice(guest_list, own | more)
    if actor:
        choice["by"] = actor.pk
    if header_row not in (None, 0, guest_list.file_info.get("header_row")) and actor != guest_list.created_by:
        raise NoSuchColumns(f"Only who brought the list can say that row {header_row} names the columns.")
    if guest_list.status != ListState.MAPPING:
        return False
    changes: dict[str, Any] = {"mapping": choice, "lease_until": None, "crash_count": 0}
    if not move_list(guest_list, ListState.READING, actor=actor, **changes):
        return False
    if "email" in choice:
        _remember(guest_list, choice)
    return True


@transaction.atomic
def ask_for_columns(*, guest_list: GuestList, actor: User | None) -> bool:
    """Has a checked list read once more, and its columns chosen by a person first; False if it is too late for that.

    What was read and repaired so far is thrown away; the file is what it was.
    """
    if guest_list.status != ListState.CHECKED or not can_be_read_again(guest_list):
        return False
    terms = {f"{term}_count": 0 for term in guest_list.ledger}
    fields: dict[str, Any] = {"bytes_read": 0, "cached_counts": {}, "checked_at": None, "lease_until": None, **terms}
    fields["added_count"] = 0
    unchanged = GuestList.objects.filter(pk=guest_list.pk, confirm_token=guest_list.confirm_token).exclude(file="")
    if not unchanged.update(confirm_token=uuid4()):
        return False
    if not move_list(guest_list, ListState.READING, actor=actor, mapping={"ask": True}, **fields):
        return False
    guest_list.overrides.filter(withdrawn_at=None).update(withdrawn_at=timezone.now(), withdrawn_by=actor)
    guest_list.repairs.all().delete()
    delete_rows(guest_list.guests.all())
    delete_rows(guest_list.row_errors.all())
    delete_rows(guest_list.search_texts.all())
    return True


def can_be_read_again(guest_list: GuestList) -> bool:
    """Whether there is a file with columns to choose from, and nothing depends on how it was read."""
    info = guest_list.file_info
    has_columns = isinstance(info.get("email"), int) or isinstance(info.get("phone"), int)
    return bool(guest_list.file) and has_columns and not guest_list.pasted and guest_list.parent_id is None


def _further(first: int | None, more: Sequence[int]) -> list[int]:
    """Each once, and none where there is no first one."""
    return [] if first is None else [at for at in dict.fromkeys(more) if at != first][: MOST_COLUMNS - 1]


def _checked_choice(guest_list: GuestList, choice: dict[str, Any]) -> dict[str, Any]:
    info = guest_list.file_info
    width = max(len(info.get("names") or []), len(info.get("columns") or []))
    chosen = [at for at in (choice["email"], choice["phone"]) if at is not None]
    if choice["sheet"] and choice["sheet"] not in (info.get("sheets") or []):
        raise NoSuchColumns("The file has no sheet of that name. Choose one of those that are listed.")
    if choice["country"] and not country_code(choice["country"]):
        raise NoSuchColumns("There is no such country. Choose one of those that are listed.")
    if not choice["sheet"] and not chosen:
        raise NoSuchColumns("Choose the column with the email addresses, the one with the phone numbers, or both.")
    if any(not 0 <= at < width for at in (*chosen, *choice["more_emails"], *choice["more_phones"])):
        raise NoSuchColumns("The file has no such column. Choose one of those that are listed.")
    kept = {"sheet": choice["sheet"] or info.get("sheet") or ""}
    return kept | ({key: choice[key] for key in (*COLUMNS, "header_row", "hidden", "country")} if chosen else {})


def _remember(guest_list: GuestList, choice: dict[str, Any]) -> None:
    """Without a header there is nothing to know such a file by, and a corrected header is none that is found again."""
    info = guest_list.file_info
    if not info.get("header_row") or choice["header_row"] not in (None, info["header_row"]):
        return
    mapping = {key: choice[key] for key in COLUMNS}
    if choice["country"] not in ("", guest_list.merchant.country):
        mapping["country"] = choice["country"]
    ColumnMapping.objects.update_or_create(
        merchant=guest_list.merchant,
        header_hash=header_hash(info["names"]),
        defaults={"mapping": mapping, "chosen_at": timezone.now()},
    )
