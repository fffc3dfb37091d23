"""Changes the address of an account: first the old one confirms it by a link, then the new one.

A link holds what it confirms, so nothing is stored. It works for a day, in the account's own session, and no longer
once the address or the password has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from thanxportal.accounts.mail import send_address_link
from thanxportal.accounts.models import Membership, User, record_activity

VALID_FOR = timedelta(days=1)
TAKEN = "Somebody else signs in with this email already."


class AddressRefusal(Exception):
    """The change isn't possible; `args[0]` is the sentence for the person."""


@dataclass(frozen=True)
class Change:
    """A change that a link asks for; `by_old` says whether it is the old address that confirms."""

    new: str
    by_old: bool


def ask_for_change(*, person: User, new: str) -> None:
    """Sends the first link, to the old address. Raises AddressRefusal."""
    new = new.lower()
    if new == person.email:
        raise AddressRefusal("This is your email already.")
    _refuse_taken(new)
    _send(person, Change(new, by_old=True))


def change_by(*, token: str, person: User) -> Change | None:
    """Returns what this link changes; None if it is no link of this person, or works no longer."""
    try:
        new, by_old = signing.loads(token, salt=_salt(person), max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    return Change(new, by_old)


def confirm(*, change: Change, person: User) -> bool:
    """Sends the second link, or changes the address. Returns whether it is changed. Raises AddressRefusal."""
    _refuse_taken(change.new)
    if change.by_old:
        _send(person, Change(change.new, by_old=False))
        return False
    try:
        _change(person, change.new)
    except IntegrityError:  # Somebody has taken it at this very moment.
        raise AddressRefusal(TAKEN) from None
    return True


@transaction.atomic
def _change(person: User, new: str) -> None:
    old, person.email = person.email, new
    person.save(update_fields=["email"])
    for membership in Membership.objects.filter(user=person).select_related("merchant").order_by("merchant_id"):
        sentence = f"Changed the own email from {old} to {new}."
        record_activity(merchant=membership.merchant, actor=person, sentence=sentence)


def _send(person: User, change: Change) -> None:
    token = signing.dumps([change.new, change.by_old], salt=_salt(person))
    to = person.email if change.by_old else change.new
    send_address_link(to, reverse("accounts:address_confirm", args=[token]), old=person.email, new=change.new)


def _salt(person: User) -> str:
    return f"address {person.pk} {person.email} {person.get_session_auth_hash()}"


def _refuse_taken(new: str) -> None:
    if User.objects.filter(email=new).exists():
        raise AddressRefusal(TAKEN)
