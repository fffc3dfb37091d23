"""How much of Thanx's limit was used over the last hour, for a picture."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from thanxportal.partner import slots
from thanxportal.partner.models import ApiRequest

MINUTE = timedelta(minutes=1)
SHOWN = 60  # minutes
WINDOW = int(slots.LONG.seconds // 60)  # minutes


class Minute(NamedTuple):
    """`used` are the requests of the longer window that ends with this minute, and `left` the percent of the limit that
    still might have passed; `refused` if Thanx said 429 in it."""

    at: datetime
    used: int
    left: int
    refused: bool


class Budget(NamedTuple):
    minutes: list[Minute]
    most: int

    @property
    def now(self) -> int:
        return self.minutes[-1].used

    @property
    def peak(self) -> Minute:
        return max(self.minutes, key=lambda minute: minute.used)


def budget_of_last_hour() -> Budget:
    """One query over the requests of 75 minutes, of which Thanx lets no more pass than 10,000."""
    last = timezone.now().replace(second=0, microsecond=0)
    rows = ApiRequest.objects.filter(at__gte=last - (SHOWN + WINDOW) * MINUTE).by_minute()
    counts = {at: (count, refused) for at, count, refused in rows}
    return Budget([_minute(counts, last - back * MINUTE) for back in reversed(range(SHOWN))], slots.usable())


def _minute(counts: dict[datetime, tuple[int, int]], at: datetime) -> Minute:
    used = sum(counts.get(at - back * MINUTE, (0, 0))[0] for back in range(WINDOW))
    left = max(0, 100 - 100 * used // slots.usable())
    return Minute(at, used, left, bool(counts.get(at, (0, 0))[1]))
