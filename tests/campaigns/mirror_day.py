"""A day of many merchants in simulated time: people come and go, and the mirror takes its turns beside them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from campaigns import refreshing
from campaigns.discovery import sync_merchants
from campaigns.models import Part, Reading
from tests.world import World
from thanxportal.accounts.models import Merchant
from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.world import build_merchant

STAY = 60  # minutes that somebody stays, on average


@dataclass
class MirrorDay:
    """Merchants of whom `at_once` have somebody at their pages; each of them was last read at some time before.

    `oldest_active` is how old the rewards of a merchant got while somebody looked, `oldest_idle` those of all others,
    `busiest` the most requests of discovery in any 15 minutes.
    """

    simulator: Simulator
    world: World
    merchants: int
    at_once: int
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    since: dict[int, datetime] = field(default_factory=dict)
    oldest_active = oldest_idle = timedelta(0)
    busiest = 0

    def __post_init__(self) -> None:
        theirs = [build_merchant(f"m{number}", f"Grill {number}", ["Coffee"], 1) for number in range(self.merchants)]
        self.simulator.merchants = {merchant.id: merchant for merchant in theirs}
        sync_merchants()
        Reading.objects.add_for(Merchant.objects.all())
        readings = list(Reading.objects.all())
        for reading in readings:
            reading.read_at = timezone.now() - self.dice.random() * refreshing.PERIODS[Part(reading.part)].idle
        Reading.objects.bulk_update(readings, ["read_at"], batch_size=500)
        self.pks = list(Merchant.objects.values_list("pk", flat=True))
        while len(self.since) < self.at_once:
            self.somebody_comes()

    def somebody_comes(self) -> None:
        self.since.setdefault(self.dice.choice(self.pks), timezone.now())

    def live(self, minutes: int) -> None:
        for minute in range(1, minutes + 1):
            self._minute(sync=minute % 15 == 0)

    def _minute(self, *, sync: bool) -> None:
        end = timezone.now() + timedelta(minutes=1)
        for pk in [pk for pk in self.since if self.dice.random() < 1 / STAY]:
            del self.since[pk]
            self.somebody_comes()
        Merchant.objects.filter(pk__in=self.since).update(visited_at=timezone.now())
        if sync:
            sync_merchants()
        refreshing.refresh_mirror()
        self.world.advance(max((end - timezone.now()).total_seconds(), 0))
        self._look()

    def _look(self) -> None:
        now = timezone.now()
        for pk, read_at in Reading.objects.filter(part=Part.REWARDS).values_list("merchant", "read_at"):
            if pk in self.since:
                self.oldest_active = max(self.oldest_active, now - max(read_at, self.since[pk]))
            else:
                self.oldest_idle = max(self.oldest_idle, now - read_at)
        self.busiest = max(self.busiest, sum(1 for at in self._sent() if at > now.timestamp() - 900))

    def _sent(self) -> Iterator[float]:
        return (request.at for request in self.simulator.requests)
