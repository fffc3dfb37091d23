"""Time, work and the network of the tests: one clock for portal and simulator, and no socket between them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import time_machine
from django.utils import timezone

from issuance.worker import due_work
from thanxportal.partner_simulator import ManualClock, Simulator
from thanxportal.queues import READING, SENDING

NOON = 1_780_315_200  # 1 June 2026, 12:00 UTC


class ThroughTheSimulator(httpx.BaseTransport):
    """The network of the tests: what the simulator cuts or leaves unanswered looks as it would on a socket."""

    def __init__(self, simulator: Simulator) -> None:
        self.wsgi = httpx.WSGITransport(app=simulator)  # type: ignore[arg-type]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self.wsgi.handle_request(request)
        except ConnectionResetError as cut:
            raise httpx.RemoteProtocolError("The connection was cut.", request=request) from cut
        except TimeoutError as silence:
            raise httpx.ReadTimeout("No answer in time.", request=request) from silence


def asked(simulator: Simulator, path: str) -> int:
    """How often the portal has asked Thanx at this path, or below it."""
    return sum(request.path.startswith(path) for request in simulator.requests)


class World:
    """Time and work: turns the clocks of portal and simulator together, and does what is due."""

    def __init__(self, traveller: time_machine.Traveller, clock: ManualClock) -> None:
        self.traveller, self.clock = traveller, clock

    def advance(self, seconds: float) -> None:
        self.traveller.shift(seconds)
        self.clock.advance(seconds)

    def work(self, times: int = 4) -> None:
        """Does what is due now and in the next two seconds: enough to send one job, not to poll it."""
        due_work.drive_due_work(kinds=[READING])
        for _ in range(times):
            due_work.drive_due_work(kinds=[SENDING])
            self.advance(0.5)

    def drive(self, *, hours: float = 2, list_id: int | None = None) -> None:
        """Works and waits until nothing is due within `hours`, of one list or of all; reads first, as what is sent
        brings nothing to read."""
        due_work.drive_due_work(kinds=[READING], list_id=list_id)
        end = timezone.now() + timedelta(hours=hours)
        while timezone.now() < end:
            due_work.drive_due_work(kinds=[SENDING], list_id=list_id)
            due = due_work.next_due(kinds=[SENDING], list_id=list_id)
            if due is None:
                return
            self.advance(max(0.05, (min(due, end) - timezone.now()).total_seconds()))
