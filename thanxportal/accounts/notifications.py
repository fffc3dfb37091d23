"""Telling people: in the portal and by email, in the transaction of what happened, once per event and person."""

from __future__ import annotations

from collections.abc import Iterable

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
    """Tells everybody of the merchant's team who may do `right`, as each of them has chosen.

    Call it inside the transaction of the event that `key` names: told again under the same key, nobody hears it
    twice. `only` one person, or all `but` the one who did it. No guest's data in the sentence or the facts.
    """
    members = Membership.objects.of_merchant(merchant).who_may(right)
    people = [member.user for member in members if member.user != but and only in (None, member.user)]
    choices = {choice.person_id: choice for choice in NotificationChoice.objects.filter(person__in=people, kind=kind)}
    now = timezone.now()
    rows = [
        Notification(
            person=person,
            merchant=merchant,
            kind=kind,
            key=key,
            sentence=sentence[:300],
            facts=list(facts),
            path=path,
            at=now,
            in_app=choice.in_app,
            mail_due_at=now if choice.email else None,
        )
        for person in people
        if (choice := choices.get(person.pk, NotificationChoice())).in_app or choice.email
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def mark_read(person: User, *, pk: int | None = None) -> None:
    """One notification of the person, or all of them."""
    unread = Notification.objects.filter(person=person, read_at=None)
    (unread if pk is None else unread.filter(pk=pk)).update(read_at=timezone.now())


def choices_of(person: User) -> list[NotificationChoice]:
    """One choice per kind, in the order of the kinds; those never made are as if everything was wanted."""
    made = {choice.kind: choice for choice in NotificationChoice.objects.filter(person=person)}
    return [made.get(kind, NotificationChoice(person=person, kind=kind)) for kind in Kind.values]


def choose(person: User, *, in_app: Iterable[str], email: Iterable[str]) -> None:
    """Keeps of which kinds the person wants to hear where."""
    rows = [NotificationChoice(person=person, kind=kind, in_app=kind in in_app, email=kind in email) for kind in Kind]
    NotificationChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["in_app", "email"]
    )
