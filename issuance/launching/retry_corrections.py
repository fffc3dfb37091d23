"""Refused guests corrected in place, in the retry that will send them again: another identifier, or left out."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from issuance.guests.reasons import reason_in_words
from issuance.guests.sight import Sight
from issuance.importing.batches import guest_hasher
from issuance.models import Guest, GuestList
from issuance.models.states import ListState, Outcome
from issuance.parsing.identifiers import identity, parse_guest

PAGE = 25


class CantCorrect(Exception):
    """`args[0]` says to the merchant what is wrong with the correction."""


class RetryRow(NamedTuple):
    """A guest of a retry as somebody sees it: `value` will be sent, `was` is what Thanx refused if that differs,
    `problem` what is wrong with the correction that was just typed. An `open` one is being corrected."""

    guest: Guest
    value: str
    was: str
    why: str
    open: bool
    problem: str = ""


class RetryPage(NamedTuple):
    rows: list[RetryRow]
    older: int | None


def retry_rows(
    guest_list: GuestList, sight: Sight, *, after: int = 0, failed: tuple[int, str, str] | None = None
) -> RetryPage:
    """A page of a retry's guests, after a row number. `failed` is the row, the text and the problem of a correction."""
    guests = Guest.objects.of_list(guest_list).filter(row__gt=after).select_related("retry_of", "variant")
    page = list(guests[: PAGE + 1])
    rows = []
    for guest in page[:PAGE]:
        refusal = guest.retry_of
        was = refusal.value if refusal and refusal.value != guest.value else ""
        why = reason_in_words(refusal.reason) if refusal else ""
        opened = sight.row == guest.row
        row = RetryRow(guest, sight.show(guest.value, guest.row), sight.show(was, guest.row), why, opened)
        if failed and failed[0] == guest.row:
            row = row._replace(value=failed[1], problem=failed[2], open=True)
        rows.append(row)
    return RetryPage(rows, page[PAGE - 1].row if len(page) > PAGE else None)


def was_refused(guest_list: GuestList, row: int) -> bool:
    """Whether Thanx refused this guest of a retry, who may have to be corrected."""
    return Guest.objects.filter(guest_list=guest_list, row=row, retry_of__outcome=Outcome.REFUSED).exists()


@transaction.atomic
def correct_guest(*, guest_list: GuestList, row: int, text: str) -> None:
    """Gives one guest of a retry under review another email or phone; the arm stays. Raises CantCorrect."""
    guest = _guest_under_review(guest_list, row)
    finding = parse_guest(text, guest_list.country)
    if finding.code:
        raise CantCorrect(reason_in_words(finding.code))
    digest = guest_hasher(guest_list)(identity(finding.value))
    twin = Guest.objects.filter(guest_list=guest_list, identity=digest).exclude(pk=guest.pk).first()
    if twin:
        raise CantCorrect(f"This is the guest of row {twin.row}. Leave one of the two out.")
    kind = "email" if "@" in finding.value else "phone"
    Guest.objects.filter(pk=guest.pk).update(type=kind, value=finding.value, identity=digest, fixed=True)


@transaction.atomic
def leave_out(*, guest_list: GuestList, row: int) -> None:
    """Takes a guest out of a retry under review: refused in the parent, as before. Raises CantCorrect."""
    guest = _guest_under_review(guest_list, row)
    guest.delete()
    GuestList.objects.filter(pk=guest_list.pk).update(
        rows_count=F("rows_count") - 1, waiting_count=F("waiting_count") - 1, confirm_token=uuid4()
    )


def _guest_under_review(guest_list: GuestList, row: int) -> Guest:
    """Takes the list's row as well, so that nobody launches it meanwhile."""
    mine = GuestList.objects.select_for_update().filter(pk=guest_list.pk, state=ListState.CHECKED)
    if guest_list.parent_id is None or not mine.exists():
        raise CantCorrect("This list isn’t being checked any more, so its guests stay as they are.")
    guest = Guest.objects.filter(guest_list=guest_list, row=row, outcome=Outcome.WAITING).first()
    if guest is None:
        raise CantCorrect(f"Row {row:,} isn’t in this retry any more.")
    return guest
