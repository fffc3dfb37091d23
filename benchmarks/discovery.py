"""A day of 2,000 merchants in simulated time: how old the mirror gets, and what it costs of Thanx's limit.

    python -m benchmarks.discovery [MERCHANTS] [ACTIVE] [MINUTES]

The real turns read the simulator, through the real client and gate with Thanx's limits, into a database of its own (a
SQLite file, or PostgreSQL by DATABASE_URL). ACTIVE merchants have somebody at their pages, who comes and goes. Ends
with one JSON line: minutes that the oldest rewards of an active merchant had, hours that of the others, and the
percentage of the limit that was used over all and in the busiest 15 minutes.
"""

from __future__ import annotations

import json
import os
import sys
import time

import django
import time_machine
from django.conf import settings
from django.db import connection

from benchmarks.webhooks import own_database


def main(merchants: int = 2_000, active: int = 25, minutes: int = 24 * 60) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    from tests.campaigns.mirror_day import MirrorDay
    from tests.world import NOON, ThroughTheSimulator, World
    from thanxportal import database_clock
    from thanxportal.partner import gate, gated_client
    from thanxportal.partner_simulator import ManualClock, Simulator

    began, clock = time.perf_counter(), ManualClock(NOON)
    who = {"client_id": settings.THANX_CLIENT_ID, "access_token": settings.THANX_ACCESS_TOKEN}
    simulator = Simulator(**who, clock=clock, weather="calm")
    with own_database(), time_machine.travel(NOON, tick=False) as traveller:
        world = World(traveller, clock)
        database_clock.seconds = lambda: repr(time.time())
        gate.sleep = world.advance
        gated_client.transport = lambda: ThroughTheSimulator(simulator)
        day = MirrorDay(simulator, world, merchants, active)
        day.live(minutes)
    requests = sum(simulator.statuses.values())
    figures = {
        "name": f"discovery-{connection.vendor}",
        "oldest_active_minutes": round(day.oldest_active.total_seconds() / 60, 1),
        "oldest_idle_hours": round(day.oldest_idle.total_seconds() / 3600, 1),
        "requests": requests,
        "percent_of_limit": round(requests / (minutes / 15) / 20, 2),
        "percent_in_busiest_quarter": day.busiest / 20,
        "answers_429": simulator.statuses[429],
        "seconds": round(time.perf_counter() - began),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
