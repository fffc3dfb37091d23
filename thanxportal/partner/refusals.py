"""Merchants about whom Thanx answers 403: a first one is confirmed once, then hardly anything is asked about them.

In any quarter of an hour at most two requests are made about such a merchant, whoever wants to make them. The first
success sets it free; what is refused within an hour of that needs no new confirmation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When
from django.utils import timezone

from thanxportal.partner.gate import MerchantParked
from thanxportal.partner.models import MerchantRefusal

CONFIRM_AFTER = timedelta(seconds=60)  # Longer than a request takes.
ASK_EVERY = timedelta(seconds=910)
REMEMBERED = timedelta(hours=1)


def wait_for_turn(merchant_id: str | None) -> MerchantRefusal | None:
    """Raises MerchantParked until the next request about the merchant may pass; returns the refusal, if one counts."""
    row = MerchantRefusal.objects.in_force().filter(merchant_id=merchant_id).first() if merchant_id else None
    if row and row.next_at > timezone.now():
        raise MerchantParked((row.next_at - timezone.now()).total_seconds())
    return row


def take_turn(refusal: MerchantRefusal) -> None:
    """Lets one request about the merchant pass, and the others wait for what comes of it. Raises MerchantParked."""
    now = timezone.now()
    due = MerchantRefusal.objects.in_force().filter(pk=refusal.pk, next_at__lte=now)
    if not due.update(next_at=now + (CONFIRM_AFTER if refusal.refusals == 1 else ASK_EVERY)):
        raise MerchantParked(CONFIRM_AFTER.total_seconds())


def note_refusal(merchant_id: str, request: str, code: str) -> None:
    """Counts an answer 403 about the merchant. From the second in a row on it is parked."""
    now = timezone.now()
    fields = {"request": request[:300], "code": code[:80]}
    first = fields | {"next_at": now + CONFIRM_AFTER}
    row, is_new = MerchantRefusal.objects.get_or_create(merchant_id=merchant_id, defaults=first)
    if is_new:
        return
    mine = MerchantRefusal.objects.filter(pk=row.pk)
    if mine.filter(ended_at__lte=now - REMEMBERED).update(**_anew(now), **first):
        return
    since = Case(When(ended_at=None, then=F("since")), default=Value(now))
    mine.update(refusals=F("refusals") + 1, since=since, ended_at=None, next_at=now + ASK_EVERY, **fields)


def _anew(now: datetime) -> dict[str, object]:
    return {"refusals": 1, "since": now, "ended_at": None, "told_at": None}


def note_answer(merchant_id: str) -> None:
    """Sets a merchant free about whom Thanx has answered."""
    MerchantRefusal.objects.in_force().filter(merchant_id=merchant_id).update(ended_at=timezone.now())


def forget() -> None:
    """Forgets all refusals: something else explains them."""
    MerchantRefusal.objects.all().delete()
