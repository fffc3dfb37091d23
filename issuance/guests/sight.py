"""Who sees guests in full. It is decided here alone: by the role and the act, never by what became of a list or a row.

What people brought is no secret to them until it is launched. Everybody sees everything else masked, until somebody
with the right to it does something that the merchant's log keeps: shows rows, downloads them, or opens one that has to
be repaired.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from issuance.guests.masking import mask
from issuance.lifecycle.activity import note_activity
from issuance.models import GuestList
from thanxportal.accounts.models import Membership, Merchant, Right, record_activity


class Sight(NamedTuple):
    """How somebody sees the guests of a list: all of them in full (`whole`), those of one `row`, or none."""

    whole: bool = False
    row: int | None = None

    def sees(self, row: int | None) -> bool:
        return self.whole or (row is not None and row == self.row)

    def show(self, text: str, row: int | None = None) -> str:
        return text if self.sees(row) else mask(text)


MASKED = Sight()


def sight_of(member: Membership, guest_list: GuestList) -> Sight:
    """What somebody sees by looking, which leaves no line: a retry isn't brought, but made of what was launched."""
    return Sight(whole=_brought(member, guest_list) and guest_list.launched_at is None and member.may(Right.BUILD))


def _brought(member: Membership, guest_list: GuestList) -> bool:
    """What a program asked for was brought by nobody, whoever made its token."""
    by_a_person = guest_list.parent_id is None and guest_list.stream_id is None
    return by_a_person and guest_list.created_by_id == member.user_id


def sight_of_typed(member: Membership, guest_list: GuestList) -> Sight:
    """Who typed a single guest knows whom, whatever became of it."""
    typed = guest_list.one_guest and guest_list.created_by_id == member.user_id
    return Sight(whole=typed and member.may(Right.ISSUE))


def reveals(member: Membership) -> bool:
    """Whether somebody may show any guest."""
    return member.may(Right.MANAGE)


def note_reveal(member: Membership, guest_list: GuestList, rows: Sequence[int]) -> None:
    which = f"row {rows[0]:,}" if len(rows) == 1 else f"{len(rows):,} rows from {rows[0]:,} to {rows[-1]:,}"
    note_activity(guest_list, member.user, f"Looked at {which} of “{guest_list.name}” unmasked.")


def note_look_up(member: Membership) -> None:
    """Whoever may show any guest may also look up what one of them got; the log doesn't keep whom."""
    merchant, path = member.merchant, reverse("issuance:guest_story", args=[member.merchant.handle])
    sentence = "Looked up what one guest got."
    record_activity(merchant=merchant, actor=member.user, sentence=sentence, target="guest", path=path)


def note_look_up_by(merchant: Merchant, program: str) -> None:
    """The same of a program that may."""
    path = reverse("issuance:guest_story", args=[merchant.handle])
    sentence = f"Looked up what one guest got. By “{program}”."
    record_activity(merchant=merchant, actor=None, sentence=sentence, target="guest", path=path)


def opens_rows(member: Membership, guest_list: GuestList) -> bool:
    """Whether somebody may open rows that have to be repaired, one by one.

    Which rows these are must not depend on anybody but who brought the list: if the wrong columns are read, all of
    them have to be repaired.
    """
    chosen = guest_list.mapping.get("by", guest_list.created_by_id) == guest_list.created_by_id
    return reveals(member) or (member.may(Right.BUILD) and chosen and guest_list.stream_id is None)


def open_row(member: Membership, guest_list: GuestList, row: int) -> Sight:
    """What somebody sees of a row that has to be repaired and was opened for it; others than who brought it leave a
    line."""
    sight = sight_of(member, guest_list)
    if sight.whole or not opens_rows(member, guest_list):
        return sight
    note_reveal(member, guest_list, [row])
    return Sight(row=row)


def sight_of_report(member: Membership) -> Sight:
    return Sight(whole=reveals(member))


def note_report(member: Membership, guest_list: GuestList) -> None:
    note_activity(guest_list, member.user, f"Downloaded the unmasked report of “{guest_list.name}”.")


def takes_bad_rows(member: Membership, guest_list: GuestList) -> bool:
    """Whether somebody may download the invalid rows, which are of use in full only."""
    return reveals(member) or sight_of(member, guest_list).whole


def refuse_bad_rows(member: Membership, guest_list: GuestList) -> None:
    """Raises PermissionDenied for who may not."""
    if not takes_bad_rows(member, guest_list):
        raise PermissionDenied("Only who brought the list, before it is launched, and managers can download its rows.")


def note_bad_rows(member: Membership, guest_list: GuestList) -> None:
    """Others than who brought them leave a line."""
    if not sight_of(member, guest_list).whole:
        note_activity(guest_list, member.user, f"Downloaded the unmasked invalid rows of “{guest_list.name}”.")
