"""The shared rate gate: every request to Thanx, from any process, first takes a slot here.

Thanx allows 5 requests a second and 2,000 in 15 minutes per credential, hard. The gate keeps two GCRA
counters on the credential's row and moves both in ONE conditional UPDATE, so that any number of
processes share them without locks: 3.3 a second at peak, and 2 a second sustained after a burst of 150.
Both leave room for network jitter, which bunches requests on their way.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from enum import Enum

from django.db.models import F, FloatField, Value
from django.db.models.functions import Greatest

from thanxportal.partner.models import Credential

PEAK_INTERVAL = 0.303  # seconds between two requests
SUSTAINED_INTERVAL = 0.5
BURST = 150  # requests that may run ahead of the sustained rate
LONGEST_BLOCK = 900  # seconds; a longer Retry-After is not believed
PROBE_EVERY = 60.0  # seconds between two looks whether a refused credential works again


sleep = time.sleep  # Tests turn the clock here instead.


class Urgency(Enum):
    """Who goes first when slots are short: (requests of the burst left to more urgent ones, seconds of slack)."""

    REPLAY = (0, 0.0)
    PROBE = (5, 0.0)  # The one request that passes while the credential is refused.
    ISSUE = (10, 0.0)
    POLL = (30, 0.03)
    DISCOVERY = (70, 0.1)


class GateClosed(Exception):
    """No slot now; nothing was sent. Come back at `retry_at` (aware, UTC)."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"No slot before {retry_at:%H:%M:%S}.")
        self.retry_at = retry_at


class CredentialPaused(GateClosed):
    """Thanx refuses the credential, so that everybody waits for the next probe."""


def take_slot(credential_id: int, urgency: Urgency) -> None:
    """Takes one slot or raises GateClosed; never sleeps."""
    now = time.time()
    reserve, slack = urgency.value
    ahead = (BURST - reserve) * SUSTAINED_INTERVAL
    free = Credential.objects.filter(
        pk=credential_id, peak_tat__lte=now - slack, sustained_tat__lte=now + ahead, blocked_until__lte=now
    )
    taken = (free if urgency is Urgency.PROBE else free.filter(refused_at=None)).update(
        peak_tat=now + PEAK_INTERVAL,
        sustained_tat=Greatest(F("sustained_tat"), Value(now, FloatField())) + SUSTAINED_INTERVAL,
    )
    if not taken:
        row = Credential.objects.get(pk=credential_id)
        if row.refused_at and urgency is not Urgency.PROBE:
            raise CredentialPaused(_after_the_next_probe(row, now))
        raise GateClosed(_next_slot(row, slack, ahead, now))


def wait_for_slot(credential_id: int, urgency: Urgency, patience: float) -> None:
    """Takes one slot, waiting for it up to `patience` seconds; for callers that need several in a row."""
    give_up = time.time() + patience
    while True:
        try:
            return take_slot(credential_id, urgency)
        except CredentialPaused:
            raise
        except GateClosed as closed:
            if closed.retry_at.timestamp() > give_up:
                raise
            sleep(max(closed.retry_at.timestamp() - time.time(), 0.001))


def _after_the_next_probe(row: Credential, now: float) -> datetime:
    probe_at = row.probed_at.timestamp() + PROBE_EVERY if row.probed_at else now
    spread = random.uniform(PROBE_EVERY / 300, PROBE_EVERY / 30)  # noqa: S311 - spreads waiters, no secret
    return datetime.fromtimestamp(max(probe_at, now) + spread, UTC)


def _next_slot(row: Credential, slack: float, ahead: float, now: float) -> datetime:
    free_at = max(row.peak_tat + slack, row.sustained_tat - ahead, row.blocked_until, now + 0.01)
    return datetime.fromtimestamp(free_at + random.uniform(0, 0.05), UTC)  # noqa: S311 - spreads waiters, no secret


def burst_used(credential: Credential) -> float:
    """How much of the burst is used up just now, 0 to 1; at 1 only one request in half a second passes."""
    ahead = credential.sustained_tat - time.time()
    return min(max(ahead / (BURST * SUSTAINED_INTERVAL), 0.0), 1.0)


def block_after_429(credential_id: int, retry_after: float | None) -> None:
    """Closes the gate for the whole credential: as long as Thanx asks, else exponentially longer with jitter."""
    now = time.time()
    row = Credential.objects.get(pk=credential_id)
    backoff = min(2.0 ** min(row.throttled_in_a_row + 1, 9), 300) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    pause = retry_after if retry_after is not None and 0 < retry_after <= LONGEST_BLOCK else backoff
    Credential.objects.filter(pk=credential_id).update(
        blocked_until=Greatest(F("blocked_until"), Value(now + pause, FloatField())),
        throttled_in_a_row=F("throttled_in_a_row") + 1,
    )
