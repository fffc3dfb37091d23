"""The shared rate gate: every request to Thanx, from any process, first takes a slot here.

Thanx allows 5 requests a second and 2,000 in 15 minutes per credential, hard. Both are counted as exact sliding
windows in the database (`slots`), so that any number of processes share them. Requests arrive unevenly late, which
could bring six of them into one second: both windows are longer by the spread of arrival that was observed.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta
from enum import Enum
from math import ceil

from django.db.models import F, FloatField, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from thanxportal.partner import slots
from thanxportal.partner.models import ApiRequest, Credential

LONGEST_BLOCK = 900  # seconds; a longer Retry-After is not believed
PROBE_EVERY = 60.0  # seconds between two looks whether a refused credential works again
LEAST_SPREAD, MOST_SPREAD = 0.11, 1.25  # seconds; 4.5 requests a second, and what the longer window sustains
SAMPLE = 200  # requests; one in a hundred may be late for a reason of its own
SMALL_SAMPLE = 20  # says too little to go faster

sleep = time.sleep  # Tests turn the clock here instead.


class Urgency(Enum):
    """Who goes first when slots are short: (share of the longer window that may be used, seconds of slack)."""

    REPLAY = (1.0, 0.0)
    PROBE = (0.999, 0.0)  # The one request that passes while the credential is refused.
    ISSUE = (0.9975, 0.0)
    POLL = (0.95, 0.03)
    DISCOVERY = (0.8, 0.1)


class GateClosed(Exception):
    """No slot now; nothing was sent. Come back after `wait` seconds, at `retry_at` by the clock of this process."""

    def __init__(self, wait: float) -> None:
        self.wait = wait
        self.retry_at: datetime = timezone.now() + timedelta(seconds=wait)
        super().__init__(f"No slot before {self.retry_at:%H:%M:%S}.")


class CredentialPaused(GateClosed):
    """Thanx refuses the credential, so that everybody waits for the next probe."""


class MerchantParked(GateClosed):
    """Thanx refuses requests about this merchant, so that hardly any are made."""


def take_slot(credential_id: int, urgency: Urgency) -> None:
    """Takes one slot or raises GateClosed; never sleeps."""
    share, slack = urgency.value
    if slots.take(credential_id, share=share, slack=slack, refused=urgency is Urgency.PROBE):
        return
    ring = slots.look(credential_id, share=share)
    if ring.refused and urgency is not Urgency.PROBE:
        spread = random.uniform(PROBE_EVERY / 300, PROBE_EVERY / 30)  # noqa: S311 - spreads waiters, no secret
        raise CredentialPaused(max(ring.probed_at + PROBE_EVERY - ring.now, 0.0) + spread)
    wait = max(ring.free_in(share=share, slack=slack), 0.01)
    raise GateClosed(wait + random.uniform(0, 0.05))  # noqa: S311 - as above


def wait_for_slot(credential_id: int, urgency: Urgency, patience: float) -> None:
    """Takes one slot, waiting for it up to `patience` seconds; for callers that need several in a row."""
    while True:
        try:
            return take_slot(credential_id, urgency)
        except CredentialPaused:
            raise
        except GateClosed as closed:
            patience -= closed.wait
            if patience < 0:
                raise
            sleep(closed.wait)


def block_after_429(credential_id: int, retry_after: float | None) -> None:
    """Closes the gate for the whole credential: as long as Thanx asks, else exponentially longer with jitter.

    Then it opens for as much as the longer window sustains; `follow_arrivals` finds the way back.
    """
    row = Credential.objects.get(pk=credential_id)
    backoff = min(2.0 ** min(row.throttled_in_a_row + 1, 9), 300) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    pause = retry_after if retry_after is not None and 0 < retry_after <= LONGEST_BLOCK else backoff
    Credential.objects.filter(pk=credential_id).update(
        blocked_until=Greatest(F("blocked_until"), slots.clock() + Value(pause, FloatField())),
        throttled_in_a_row=F("throttled_in_a_row") + 1,
        arrival_spread=MOST_SPREAD,
    )


def follow_arrivals(credential_id: int) -> None:
    """Fits the spread of arrival to the last answers: wider at once, narrower by a fifth at a time.

    Requests that only read are all alike, so that what differs in how long they take is their way.
    """
    read = ApiRequest.objects.filter(method="GET", status__isnull=False).order_by("-pk")
    durations = sorted(read.values_list("duration_ms", flat=True)[:SAMPLE])
    if len(durations) < SMALL_SAMPLE:
        return
    spread = (durations[ceil(len(durations) * 0.99) - 1] - durations[0]) / 1000 + 0.05
    seen = Value(min(max(spread, LEAST_SPREAD), MOST_SPREAD), FloatField())
    Credential.objects.filter(pk=credential_id).update(arrival_spread=Greatest(seen, F("arrival_spread") * 0.8))


def seconds_at_best(requests: int) -> float:
    """How long so many requests take on a credential that was idle, when all of them arrive evenly late."""
    windows, rest = divmod(max(requests - 1, 0), slots.usable())
    return windows * slots.LONG.seconds + rest * _pace(LEAST_SPREAD)


def seconds_until(ring: slots.Ring, requests: int) -> float:
    """How long so many of the most urgent requests take as things are, if nobody else sends any."""
    if not requests:
        return 0.0
    windows, rest = divmod(requests - 1, slots.usable())
    first = max(ring.free_in(), 0.0) + (rest + 1) * _pace(ring.arrival_spread)
    return windows * slots.LONG.seconds + max(first, ring.free_in(ahead=rest))


def _pace(spread: float) -> float:
    """Seconds from one request to the next while the shorter window is all that counts."""
    return (slots.SHORT.seconds + spread) / slots.SHORT.requests
