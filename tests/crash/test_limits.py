"""Four processes with full demand and a jittery network, against true sliding windows, in virtual time."""

import heapq
import random
from itertools import count

import pytest

from tests.crash import FULL
from thanxportal.partner import gate
from thanxportal.partner.gate import GateClosed, Urgency, take_slot
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator.limits import RequestLimits

pytestmark = pytest.mark.django_db
PROCESSES = 4
JITTER = 0.4  # seconds between taking a slot and arriving at Thanx, at most
START = 1_780_315_200.0


class VirtualTime:
    """Stands in for the module `time` in the gate."""

    def __init__(self) -> None:
        self.now = START

    def time(self) -> float:
        return self.now


def arrivals(monkeypatch: pytest.MonkeyPatch, seconds: float, seed: int) -> list[float]:
    """When the requests of all processes reach Thanx, each process asking for its next slot at once."""
    clock, dice, order = VirtualTime(), random.Random(seed), count()
    monkeypatch.setattr(gate, "time", clock)
    credential = Credential.current().pk
    asking = [(START + dice.uniform(0, 1), next(order)) for _ in range(PROCESSES)]
    arrived: list[float] = []
    heapq.heapify(asking)
    while asking[0][0] < START + seconds:
        clock.now, _ = heapq.heappop(asking)
        try:
            take_slot(credential, Urgency.ISSUE)
            arrived.append(clock.now + dice.uniform(0, JITTER))
            again = arrived[-1] + 0.01
        except GateClosed as closed:
            again = closed.retry_at.timestamp()
        heapq.heappush(asking, (again, next(order)))
    return sorted(arrived)


def test_full_demand_meets_no_429_and_uses_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = 2_000 if FULL else 1_000  # longer than the longer window
    reached = arrivals(monkeypatch, seconds, seed=1)
    limits = RequestLimits()
    assert sum(not limits.admit(at) for at in reached) == 0
    assert len(reached) >= 0.95 * 2 * seconds


def test_the_simulated_limits_do_refuse_what_is_too_fast() -> None:
    limits = RequestLimits()
    assert sum(not limits.admit(START + number * 0.19) for number in range(100)) > 0
    limits = RequestLimits()
    assert sum(not limits.admit(START + number * 0.4) for number in range(2_500)) > 0
