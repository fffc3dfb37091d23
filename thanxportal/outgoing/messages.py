"""Writes messages for the endpoints that ask for them, and deletes old ones."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from thanxportal import database_clock
from thanxportal.accounts.models import User, record_activity
from thanxportal.outgoing.models import KEPT, TEST, Endpoint, Message
from thanxportal.outgoing.signing import BOTH_SIGN

AT_ONCE = 1_000  # rows in one statement


class Told(NamedTuple):
    """What happened, as endpoints are told: ids, codes, counts and times, no emails and no phones."""

    type: str
    data: dict[str, Any]


def endpoints_of(merchant_id: int) -> list[Endpoint]:
    """Those that are told what happens."""
    return list(Endpoint.objects.on().filter(merchant=merchant_id).order_by("pk"))


def tell(endpoints: Sequence[Endpoint], told: Iterable[Told], at: datetime) -> int:
    """Writes a message for each of the endpoints that asks for this type; returns how many. Call it in the transaction
    that makes sure that it is told once. `at` is when it happened."""
    now = database_clock.now()
    messages = [
        Message(endpoint=endpoint, type=each.type, body=body, due_at=now)
        for each, body in ((each, body_of(each, at)) for each in told)
        for endpoint in endpoints
        if each.type in endpoint.types
    ]
    return len(Message.objects.bulk_create(messages, batch_size=AT_ONCE))


def body_of(told: Told, at: datetime) -> str:
    return json.dumps({"type": told.type, "timestamp": written(at), "data": told.data}, ensure_ascii=False)


def written(at: datetime) -> str:
    """A time as messages have it, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@transaction.atomic
def send_test(endpoint: Endpoint, actor: User, path: str = "") -> bool:
    """Has a test message sent; False if one is still on its way, or the endpoint is off."""
    locked = _wake(endpoint)
    if locked is None or locked.messages.undelivered().filter(type=TEST).exists():
        return False
    now = database_clock.now()
    body = body_of(Told(TEST, {"message": "A test from Thanx Portal."}), now)
    Message.objects.create(endpoint=endpoint, type=TEST, body=body, due_at=now)
    _note(endpoint, actor, f"Sent a test message to {endpoint}.", path)
    return True


@transaction.atomic
def send_again(message: Message, actor: User, path: str = "") -> bool:
    """Has a message sent once more, under the same name; False if it is due anyway, or its endpoint is off."""
    now, endpoint = database_clock.now(), message.endpoint
    done = Message.objects.filter(pk=message.pk, due_at=None)
    if _wake(endpoint) is None or not done.update(due_at=now, asked_at=now):
        return False
    _note(endpoint, actor, f"Sent the message {message} ({message.type}) to {endpoint} again.", path)
    return True


def _wake(endpoint: Endpoint) -> Endpoint | None:
    """Ends its rest and locks its row; None if it is off. Who writes messages locks their endpoint first."""
    Endpoint.objects.on().filter(pk=endpoint.pk).update(rests_until=None)
    return Endpoint.objects.on().filter(pk=endpoint.pk).first()


def _note(endpoint: Endpoint, actor: User, sentence: str, path: str) -> None:
    record_activity(merchant=endpoint.merchant, actor=actor, sentence=sentence, target=endpoint.target, path=path)


def delete_old_messages(*, seconds: float | None = None) -> int:
    """Deletes messages made more than 30 days ago, with their log, for so many seconds at most, and secrets that no
    longer sign; returns how many messages."""
    now, count = timezone.now(), 0
    Endpoint.objects.filter(rotated_at__lt=now - BOTH_SIGN).exclude(earlier_seed="").update(earlier_seed="")
    end = None if seconds is None else time.monotonic() + seconds
    old = Message.objects.filter(made_at__lt=now - KEPT).order_by("made_at", "pk")
    while end is None or time.monotonic() < end:
        pks = list(old.values_list("pk", flat=True)[:AT_ONCE])
        if not pks:
            break
        Message.objects.filter(pk__in=pks).delete()
        count += len(pks)
    return count
