"""Delivers messages at least once: one worker at a time sends to an endpoint, in turns, and notes each answer.

A message is due again until its answer is stored, so whoever comes after a worker that died sends it again, under the
same name. An endpoint that fails rests, so that none makes the others wait.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from thanxportal import database_clock
from thanxportal.accounts.models import Kind, Right
from thanxportal.accounts.notifications import notify
from thanxportal.outgoing.models import Endpoint, EndpointQuerySet, Message, Try
from thanxportal.outgoing.posting import Answer, Network, Poster
from thanxportal.outgoing.signing import headers_of

TURN = 15.0  # seconds in which one endpoint is sent to, before others have their turn
LEASE = timedelta(seconds=60)  # far longer than a turn and one more request
WAITS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200)  # seconds before the next try
LONGEST_REST = 300.0  # seconds between two tries at an endpoint that fails
PATIENCE = timedelta(days=3)  # how long a message is tried, and an endpoint may fail
GONE = 410
MayGoOn = Callable[[], bool]


def network() -> Network:
    """Returns the way to receivers. Tests replace it."""
    return Network()


def endpoints_to_serve() -> list[int]:
    """Their ids, those that work first."""
    return list(Endpoint.objects.due(database_clock.now()).values_list("pk", flat=True)[:100])


def serve(endpoint_id: int, may_go_on: MayGoOn = lambda: True) -> int:
    """Sends what is due to an endpoint, one after the other, until something fails or its turn is over; returns how
    many were sent. Nothing is sent if another worker serves it."""
    lease = database_clock.now() + LEASE
    if not Endpoint.objects.due(database_clock.now()).filter(pk=endpoint_id).update(lease_until=lease):
        return 0
    mine = Endpoint.objects.filter(pk=endpoint_id, lease_until=lease)
    try:
        return sum(_take_turn(endpoint, mine, may_go_on) for endpoint in mine)
    finally:
        mine.update(lease_until=None)


def _take_turn(endpoint: Endpoint, mine: EndpointQuerySet, may_go_on: MayGoOn) -> int:
    rules: dict[str, Any] = {"ports": settings.ENDPOINT_PORTS, "this_machine": settings.ENDPOINTS_HERE}
    sent, end = 0, time.monotonic() + TURN
    with Poster(endpoint.address, network(), user_agent=settings.THANX_USER_AGENT, **rules) as poster:
        while may_go_on() and time.monotonic() < end and _send_next(mine, poster):
            sent += 1
    return sent


def _send_next(mine: EndpointQuerySet, poster: Poster) -> bool:
    """False if nothing is to be sent just now, also if the endpoint was changed meanwhile."""
    now = database_clock.now()
    endpoint = mine.on().filter(address=poster.address).first()
    if endpoint is None or (endpoint.rests_until and endpoint.rests_until > now):
        return False
    message = endpoint.messages.filter(due_at__lte=now).order_by("due_at", "pk").first()
    if message is None or not _begin(message, now):
        return False
    answer = poster.post(message.body.encode(), headers_of(message, endpoint, now))
    _record(endpoint.pk, message, answer)
    return True


def _begin(message: Message, now: datetime) -> bool:
    """Counts the try, and puts the message off as one that failed, before it is sent: one that kills whoever sends it
    holds up no other. False if it was removed meanwhile."""
    mine = Message.objects.filter(pk=message.pk, due_at=message.due_at)
    return bool(mine.update(tries=F("tries") + 1, due_at=_next_try(message, timedelta(0), now)))


@transaction.atomic
def _record(endpoint_id: int, message: Message, answer: Answer) -> None:
    """Nothing is written of what was removed meanwhile. Who writes messages locks their endpoint first."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    if endpoint is None:
        return
    now = database_clock.now()
    due_at = None if answer.taken else _next_try(message, _asked_to_wait(answer), now)
    fields = {"due_at": due_at, "delivered_at": now if answer.taken else message.delivered_at}
    if Message.objects.filter(pk=message.pk).update(**fields):
        told = {"status": answer.status, "code": answer.code, "answer": answer.words}
        Try.objects.create(message=message, at=now, duration_ms=answer.duration_ms, **told)
        _learn(endpoint, answer, now)
        if due_at is None and not answer.taken:
            # It may take others, so that nothing else would say so: once a day.
            lost = "didn’t take a message for three days, so the portal gave it up. Send it again later."
            _tell(endpoint, f"given-up:{now:%Y%m%d}", lost)


def _next_try(message: Message, asked: timedelta, now: datetime) -> datetime | None:
    """When a message is tried next that is being tried now, not before the wait that the receiver asked for; None if it
    is given up, three days after it was made or last asked for."""
    wait = WAITS[min(message.tries, len(WAITS) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
    due = now + max(timedelta(seconds=wait), asked)
    return due if due < message.asked_at + PATIENCE else None


def _asked_to_wait(answer: Answer) -> timedelta:
    """By the receiver; a day at most."""
    return timedelta(seconds=min(answer.retry_after or 0.0, 86_400.0))


def _learn(endpoint: Endpoint, answer: Answer, now: datetime) -> None:
    row = Endpoint.objects.filter(pk=endpoint.pk)
    if answer.taken:
        row.update(succeeded_at=now, failing_since=None, failures=0, rests_until=None)
        return
    rest = max(timedelta(seconds=min(2.0 ** min(endpoint.failures, 10), LONGEST_REST)), _asked_to_wait(answer))
    since = Coalesce("failing_since", Value(now))
    row.update(failed_at=now, failing_since=since, failures=F("failures") + 1, rests_until=now + rest)
    long_ago = endpoint.failing_since is not None and endpoint.failing_since <= now - PATIENCE
    if answer.status == GONE or long_ago:
        _switch_off(endpoint, Endpoint.GONE if answer.status == GONE else Endpoint.FAILED, now)


def _switch_off(endpoint: Endpoint, why: str, now: datetime) -> None:
    """Tells the managers. What wasn't delivered waits for somebody to turn it on again."""
    if not Endpoint.objects.on().filter(pk=endpoint.pk).update(off_since=now, off_why=why):
        return
    said = "answered that nobody listens there any more" if why == Endpoint.GONE else "took no message for three days"
    nothing = f"{said}, so the portal sends it nothing more. Turn it on again once it works."
    _tell(endpoint, f"off:{now:%Y%m%dT%H%M%S}", nothing)


def _tell(endpoint: Endpoint, event: str, what: str) -> None:
    """The managers."""
    path = reverse("issuance:endpoint", args=[endpoint.merchant.handle, endpoint.pk])
    about: dict[str, Any] = {"merchant": endpoint.merchant, "kind": Kind.ENDPOINT_OFF, "right": Right.MANAGE}
    notify(key=f"{endpoint.target}:{event}", sentence=f"{endpoint} {what}", path=path, **about)
