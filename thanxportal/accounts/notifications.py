"""Notifies people in the portal and by email: in the transaction of the event, once per event and person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from thanxportal.accounts.models import Kind, Membership, Merchant, Notification, NotificationChoice, Right, User


def notify(
    *,
    merchant: Merchant,
    kind: Kind,
    key: str,
    sentence: str,
    path: str,
    right: Right = Right.VIEW,
    facts: Iterable[tuple[str, int]] = (),
    only: User | None = None,
    but: User | None = None,
) -> None:
    """Notifies the members of the merchant's team who may do `right`, as each of them has chosen.

    Call it in the transaction of the event that `key` names: nobody is notified twice under one key. It notifies
    `only` one person, or all `but` one. Sentence and facts must hold no data of guests.
    """
    members = Membership.objects.of_merchant(merchant).who_may(right)
    people = [member.user for member in members if member.user != but and only in (None, member.user)]
    _write(people, merchant=merchant, kind=kind, key=key, sentence=sentence, path=path, facts=list(facts))


def notify_staff(*, merchant: Merchant, kind: Kind, key: str, sentence: str, path: str) -> None:
    """Notifies partner staff of something about a merchant, as `notify` does the merchant's team."""
    people = list(User.objects.filter(is_staff=True, is_active=True))
    _write(people, merchant=merchant, kind=kind, key=key, sentence=sentence, path=path)


def _write(people: list[User], *, kind: Kind, sentence: str, **fields: Any) -> None:
    choices = {choice.person_id: choice for choice in NotificationChoice.objects.filter(person__in=people, kind=kind)}
    now = timezone.now()
    rows = [
        Notification(
            person=person,
            kind=kind,
            sentence=sentence[:300],
            at=now,
            in_app=choice.in_app,
            mail_due_at=now if choice.email else None,
            **fields,
        )
        for person in people
        if (choice := choices.get(person.pk, NotificationChoice())).in_app or choice.email
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def mark_read(person: User, *, pk: int | None = None) -> None:
    """Marks one notification of the person as read, or all."""
    unread = Notification.objects.filter(person=person, read_at=None)
    (unread if pk is None else unread.filter(pk=pk)).update(read_at=timezone.now())


def choices_of(person: User) -> list[NotificationChoice]:
    """Returns one choice per kind, in their order. A choice that was never made means: everywhere."""
    made = {choice.kind: choice for choice in NotificationChoice.objects.filter(person=person)}
    return [made.get(kind, NotificationChoice(person=person, kind=kind)) for kind in Kind.values]


def choose(person: User, *, in_app: Iterable[str], email: Iterable[str]) -> None:
    """Stores which kinds the person wants where."""
    rows = [NotificationChoice(person=person, kind=kind, in_app=kind in in_app, email=kind in email) for kind in Kind]
    NotificationChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["in_app", "email"]
    )
