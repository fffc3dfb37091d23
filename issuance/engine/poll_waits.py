"""How long until Thanx is asked again about a job."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from issuance.models import IssuanceJob, WebhookDelivery

FIRST_POLL = 4.0  # seconds
FIRST_POLL_OF_CANARY = 2.0  # seconds; it is small, and all other jobs wait for it
FIRST_POLL_BESIDE_WEBHOOKS = 30.0  # seconds, for the case that this one is lost
WEBHOOKS_COME = timedelta(hours=1)  # since the last
LEAST_WAIT, LONGEST_WAIT = 2.5, 60.0  # seconds, before jitter
SLOW_AFTER = timedelta(minutes=30)


def first_wait(job: IssuanceJob) -> float:
    """Seconds to the first poll: if webhooks are coming in, one of them tells the end sooner."""
    lately = WebhookDelivery.objects.ends_since(timezone.now() - WEBHOOKS_COME)
    if settings.THANX_WEBHOOK_SECRETS and lately.exists():
        return FIRST_POLL_BESIDE_WEBHOOKS
    return FIRST_POLL_OF_CANARY if job.canary else FIRST_POLL


def polling_delay(polls: int, since: datetime, done: float = 0.0) -> float:
    """Seconds to the next poll: until the job should end, if a share of it is done; else 5, 10, 20, 40, 60 … After half
    an hour 300. All with a fifth of jitter."""
    passed = timezone.now() - since
    if passed > SLOW_AFTER:
        wait = 300.0
    elif 0 < done < 1:
        seconds = max(passed.total_seconds(), FIRST_POLL)  # The clock that wrote `since` may go before ours.
        wait = max(seconds * (1 - done) / done * 1.2, seconds / 4, LEAST_WAIT)  # A quarter, should it get stuck.
        wait = min(wait, LONGEST_WAIT)
    else:
        wait = min(5.0 * 2 ** min(polls - 1, 4), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads polls, no secret
