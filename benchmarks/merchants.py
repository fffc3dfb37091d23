"""Many merchants of one credential launch in the same minute: how long it takes, and what it costs of Thanx's limit.

    python -m benchmarks.merchants [MERCHANTS] [LISTS]

In simulated time, through the real engine, client and gate with Thanx's limits, in a database of its own (a SQLite
file, or PostgreSQL by DATABASE_URL). Of 2,000 merchants whose mirror is kept all the while, 200 launch a list of one
arm. Each is sent in two jobs, as one of up to 10,000 guests would be: a canary of a second and a job of ten seconds. No
webhooks come, so that every end has to be polled. Ends with one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

import django
import time_machine
from django.conf import settings
from django.db import connection

from benchmarks.webhooks import own_database
from thanxportal.partner_simulator import Weather

GUESTS, AHEAD = 16, 2  # of a list, and of its canary
QUARTER = 900  # seconds


@dataclass(frozen=True)
class TenSeconds(Weather):
    def processing_seconds(self, guests: int) -> float:
        return 1 if guests <= AHEAD else 10


def main(merchants: int = 2_000, lists: int = 200) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    from tests.campaigns.mirror_day import MirrorDay
    from tests.world import NOON, ThroughTheSimulator, World
    from thanxportal import database_clock
    from thanxportal.partner import gate, gated_client
    from thanxportal.partner_simulator import ManualClock, Simulator

    settings.CANARY_ABOVE, settings.CANARY_SIZE, settings.THANX_WEBHOOK_SECRETS = GUESTS // 2, AHEAD, []
    began, clock = time.perf_counter(), ManualClock(NOON)
    who = {"client_id": settings.THANX_CLIENT_ID, "access_token": settings.THANX_ACCESS_TOKEN}
    simulator = Simulator(**who, clock=clock, weather=TenSeconds("ten seconds", refused_share=0.0))
    with own_database(), time_machine.travel(NOON, tick=False) as traveller:
        world = World(traveller, clock)
        database_clock.seconds = lambda: repr(time.time())
        gate.sleep = world.advance
        gated_client.transport = lambda: ThroughTheSimulator(simulator)
        MirrorDay(simulator, world, merchants, 25)
        figures = _play(simulator, world, lists)
    print(
        json.dumps({**figures, "answers_429": simulator.statuses[429], "seconds": round(time.perf_counter() - began)})
    )


def _play(simulator: Any, world: Any, lists: int) -> dict[str, Any]:
    from django.utils import timezone

    from campaigns import refreshing
    from issuance.models import GuestList, IssuanceJob
    from issuance.models.states import ListState
    from issuance.worker import due_work
    from thanxportal.queues import SENDING

    _launch(simulator, lists)
    before, launched = len(simulator.requests), timezone.now()
    while GuestList.objects.exclude(state=ListState.FINISHED).exists():
        refreshing.refresh_mirror()
        minute = timezone.now().timestamp() // 60
        while timezone.now().timestamp() // 60 == minute:
            due_work.drive_due_work(kinds=(SENDING,))
            world.advance(min(due_work.seconds_to_next_due(most=5, kinds=(SENDING,)), 5))
    sent = list(simulator.requests)[before:]
    ended = GuestList.objects.values_list("ended_at", flat=True)
    minutes = [(end - launched).total_seconds() / 60 for end in ended if end]
    of_lists = [request for request in sent if "issue" in request.path or "job" in request.path]
    return {
        "name": f"merchants-{connection.vendor}",
        "lists": lists,
        "jobs": IssuanceJob.objects.count(),
        "requests": len(sent),
        "requests_of_a_list": round(len(of_lists) / lists, 2),
        "minutes_median": round(median(minutes), 1),
        "minutes_slowest": round(max(minutes), 1),
        "busiest_quarter": _busiest([request.at for request in sent]),
        "rewards": simulator.rewards_by_identifier().total(),
    }


def _launch(simulator: Any, lists: int) -> None:
    from django.utils import timezone

    from campaigns.models import Campaign
    from issuance.launching.launch import launch_list
    from tests import cast
    from tests.issuance.factories import checked, known_at_thanx
    from thanxportal.accounts.models import Merchant

    Merchant.objects.update(approval_threshold=None)
    for merchant in Merchant.objects.order_by("pk")[:lists]:
        [theirs] = simulator.merchants[merchant.thanx_id].templates
        merchant.reward_templates.create(thanx_id=theirs.id, name=theirs.name, seen_at=timezone.now())
        campaign: Campaign = known_at_thanx(cast.draft_campaign(merchant, (100,)), simulator)
        text = "\n".join(f"guest{number}.of{merchant.pk}@example.com" for number in range(GUESTS))
        guest_list = checked(campaign, text)
        launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None, hold=False)


def _busiest(moments: list[float]) -> int:
    """The most requests in any quarter of an hour."""
    moments = sorted(moments)
    first, most = 0, 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - QUARTER:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
