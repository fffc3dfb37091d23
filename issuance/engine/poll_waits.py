"""How long until Thanx is asked again about a job."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.utils import timezone

FIRST_POLL = 4.0  # seconds
SLOW_AFTER = timedelta(minutes=30)


def polling_delay(polls: int, since: datetime) -> float:
    """Seconds to the next poll: 5, 10, 20, 40, 60 …, and 300 after half an hour; a fifth of jitter. The first
    one comes after FIRST_POLL."""
    slow = timezone.now() - since > SLOW_AFTER
    seconds = 300.0 if slow else min(5.0 * 2 ** min(polls - 1, 4), 60.0)
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - spreads polls, no secret
