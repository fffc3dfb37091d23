"""Refused guests corrected in place, in the retry that will send them again: another identifier, or left out."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet

from issuance.checking.reward_again import set_aside_claimed
from issuance.guests.reasons import reason_in_words
from issuance.guests.sight import MASKED, Sight
from issuance.importing.batches import guest_hasher
from issuance.lifecycle.activity import note_activity
from issuance.models import Guest, GuestClaim, GuestList, drop_search_texts, note_event
from issuance.models.states import ListState, Outcome
from issuance.parsing.identifiers import identity, parse_guest
from thanxportal.accounts.models import User
from thanxportal.moments import written
from thanxportal.plain_text import masked_for_good

PAGE = 25


class CantCorrect(Exception):
    """`args[0]` says to the merchant what is wrong with the correction."""


Failures = dict[int, tuple[str, str]]  # by row: what was typed, and what is wrong with it


class RetryRow(NamedTuple):
    """A guest of a retry as somebody sees it: `value` will be sent, `was` is what Thanx refused if that differs.

    `typed` stands in its field: the guest in full, where it was opened, or what was just typed, with its `problem`.
    """

    guest: Guest
    value: str
    was: str
    why: str
    typed: str = ""
    problem: str = ""

    @property
    def sent(self) -> bool:
        """Whether it will be: others were rewarded meanwhile."""
        return self.guest.outcome == Outcome.WAITING


class RetryPage(NamedTuple):
    rows: list[RetryRow]
    older: int | None


def retry_rows(guest_list: GuestList, sight: Sight, *, after: int = 0, failures: Failures | None = None) -> RetryPage:
    """A page of a retry's guests, after a row number."""
    guests = Guest.objects.of_list(guest_list).filter(row__gt=after).select_related("retry_of", "variant")
    page = list(guests[: PAGE + 1])
    rows = [_row(guest, sight, *(failures or {}).get(guest.row, ("", ""))) for guest in page[:PAGE]]
    return RetryPage(rows, page[PAGE - 1].row if len(page) > PAGE else None)


def _row(guest: Guest, sight: Sight, typed: str, problem: str) -> RetryRow:
    refusal = guest.retry_of
    was = refusal.value if refusal and refusal.value != guest.value else ""
    why = reason_in_words(refusal.reason) if refusal else ""
    in_full = guest.value if sight.sees(guest.row) else ""
    return RetryRow(guest, MASKED.show(guest.value), MASKED.show(was), why, typed or in_full, problem)


def was_refused(guest_list: GuestList, row: int) -> bool:
    """Whether Thanx refused this guest of a retry, who may have to be corrected."""
    return Guest.objects.filter(guest_list=guest_list, row=row, retry_of__outcome=Outcome.REFUSED).exists()


def correct_guests(*, guest_list: GuestList, typed: dict[int, str], actor: User) -> Failures:
    """Gives guests of a retry under review what was typed in their rows, each by itself; returns what can't be."""
    failures: Failures = {}
    for row, text in typed.items():
        try:
            correct_guest(guest_list=guest_list, row=row, text=text, actor=actor)
        except CantCorrect as refusal:
            failures[row] = (text, str(refusal))
    return failures


@transaction.atomic
def correct_guest(*, guest_list: GuestList, row: int, text: str, actor: User | None) -> None:
    """Gives one guest of a retry under review another email or phone; the arm stays. Raises CantCorrect."""
    guest = _guest_under_review(guest_list, row)
    finding = parse_guest(text, guest_list.country)
    if finding.code:
        raise CantCorrect(reason_in_words(finding.code))
    if finding.value == guest.value:
        return
    digest = guest_hasher(guest_list)(identity(finding.value))
    _refuse_known(guest, digest)
    kind = "email" if "@" in finding.value else "phone"
    drop_search_texts(guest_list, [row])
    Guest.objects.filter(pk=guest.pk).update(type=kind, value=finding.value, identity=digest, fixed=True)
    GuestList.objects.filter(pk=guest_list.pk).update(confirm_token=uuid4())
    before, after = masked_for_good(guest.value), masked_for_good(finding.value)
    _tell(guest_list, actor, f"Corrected row {row:,} from {before} to {after}.")


def _refuse_known(guest: Guest, digest: bytes) -> None:
    """Raises CantCorrect if the correction names somebody whom this list sends already, or who has got the reward."""
    made = guest.guest_list
    twin = Guest.objects.filter(guest_list=made, identity=digest).exclude(pk=guest.pk).first()
    if twin:
        raise CantCorrect(f"This is the guest of row {twin.row}. Leave one of the two out.")
    claims = GuestClaim.objects.filter(campaign=made.campaign_id, identity=digest, primary=True)
    if claim := claims.exclude(guest_list=made).first():
        when = written(claim.claimed_at, "MONTH_DAY_FORMAT")
        raise CantCorrect(f"“{made.campaign.name}” has rewarded this guest already, on {when}. Leave this row out.")


@transaction.atomic
def leave_out(*, guest_list: GuestList, row: int, actor: User | None) -> None:
    """Takes a guest out of a retry under review: refused in the parent, as before. Raises CantCorrect."""
    guest = _guest_under_review(guest_list, row)
    guest.delete()
    GuestList.objects.filter(pk=guest_list.pk).update(
        rows_count=F("rows_count") - 1, waiting_count=F("waiting_count") - 1, confirm_token=uuid4()
    )
    _tell(guest_list, actor, f"Left out row {row:,}.")


@transaction.atomic
def skip_rewarded_meanwhile(guest_list: GuestList) -> int:
    """Sets aside whom the campaign has rewarded since the retry was made; returns how many."""
    aside = set_aside_claimed(guest_list) if _under_review(guest_list).exists() else 0
    guest_list.refresh_from_db()
    return aside


def _tell(guest_list: GuestList, actor: User | None, sentence: str) -> None:
    """Keeps what was done in the story of the list, which staff see as well, and in the merchant's log."""
    note_event(guest_list, ListState.CHECKED, actor=actor, note=sentence)
    note_activity(guest_list, actor, f"{sentence[:-1]} in “{guest_list.name}”.")


def _under_review(guest_list: GuestList) -> QuerySet[GuestList]:
    """The list if it is a retry that isn't launched; locks it, so that nobody launches it meanwhile."""
    retries = GuestList.objects.select_for_update().filter(parent__isnull=False, state=ListState.CHECKED)
    return retries.filter(pk=guest_list.pk)


def _guest_under_review(guest_list: GuestList, row: int) -> Guest:
    if not _under_review(guest_list).exists():
        raise CantCorrect("This list isn’t being checked any more, so its guests stay as they are.")
    guest = Guest.objects.filter(guest_list=guest_list, row=row, outcome=Outcome.WAITING).first()
    if guest is None:
        raise CantCorrect(f"Row {row:,} isn’t in this retry any more.")
    guest.guest_list = guest_list
    return guest
