"""Four processes with wrong clocks, full demand and a jittery network, against true sliding windows."""

import heapq
import json
import os
import random
import subprocess
import sys
from itertools import count
from typing import NamedTuple

import pytest
import time_machine

from tests.crash import FULL, as_often
from tests.crash.database import POSTGRESQL, reachable
from tests.crash.demand import fewest_in
from tests.crash.partner import Shortened
from thanxportal import database_clock
from thanxportal.partner import slots
from thanxportal.partner.gate import GateClosed, Urgency, block_after_429, follow_arrivals, take_slot
from thanxportal.partner.gated_client import LOOK_AT_ARRIVALS
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner.slots import Window
from thanxportal.partner_simulator.limits import RequestLimits

CLOCKS = (-300, 0, 0, 300)  # seconds by which the clock of each process is wrong
JITTER = 0.4  # seconds between taking a slot and arriving at Thanx, at most
START = 1_780_315_200.0
SHORTENED = as_often(usually=5, ci=1, full=1)
USED = 0.97 if SHORTENED == 1 else 0.93  # The spread of arrival takes the same seconds from a shorter window.


class Demand:
    """Processes that ask for their next slot as soon as the last request was answered, in virtual time."""

    def __init__(self, traveller: time_machine.Traveller, seed: int) -> None:
        self.traveller, self.dice, self.limits, self.order = traveller, random.Random(seed), RequestLimits(), count()
        self.now, self.credential = START, Credential.current().pk
        self.arrived: list[float] = []
        self.answered: list[int] = []  # milliseconds
        self.refused = 0
        self.sent = [0] * len(CLOCKS)
        self.longest_wait = [0.0] * len(CLOCKS)
        self.agenda: list[tuple[float, int, Step]] = []

    def play(self, seconds: float) -> None:
        for process in range(len(CLOCKS)):
            self.plan(START + self.dice.uniform(0, 1), Step(process, START))
        while self.agenda[0][0] < START + seconds:
            self.now, _, step = heapq.heappop(self.agenda)
            self.traveller.move_to(self.now + CLOCKS[step.process])
            if step.arrives:
                self.arrive(step)
            else:
                self.ask(step)

    def plan(self, at: float, step: "Step") -> None:
        heapq.heappush(self.agenda, (at, next(self.order), step))

    def ask(self, step: "Step") -> None:
        try:
            take_slot(self.credential, Urgency.ISSUE)
        except GateClosed as closed:
            own_clock = self.now + CLOCKS[step.process]
            self.plan(self.now + closed.retry_at.timestamp() - own_clock, step)
        else:
            waited = self.now - step.since
            self.longest_wait[step.process] = max(self.longest_wait[step.process], waited)
            self.sent[step.process] += 1
            self.plan(self.now + self.dice.uniform(0, JITTER), Step(step.process, self.now, arrives=True))

    def arrive(self, step: "Step") -> None:
        self.arrived.append(self.now)
        self.answered.append(round((self.now - step.since) * 1_000))
        if not self.limits.admit(self.now):
            self.refused += 1
            block_after_429(self.credential, None)
        if len(self.answered) == LOOK_AT_ARRIVALS:
            self.learn()
        self.plan(self.now + 0.01, Step(step.process, self.now))

    def learn(self) -> None:
        """What the client does, but for all requests since the last look at once."""
        ApiRequest.objects.bulk_create(
            ApiRequest(method="GET", path="/partner/scopes", status=200, duration_ms=duration)
            for duration in self.answered
        )
        follow_arrivals(self.credential)
        self.answered = []


class Step(NamedTuple):
    """A process asks for a slot, which it wants since then; or its request, sent then, arrives."""

    process: int
    since: float
    arrives: bool = False


@pytest.fixture
def demand(db: None, traveller: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> Demand:
    demand = Demand(traveller, seed=1)
    monkeypatch.setattr(database_clock, "seconds", lambda: repr(demand.now))
    return demand


@pytest.mark.repeats
def test_full_demand_meets_no_429_uses_the_window_and_no_process_waits_for_the_clock_of_another(
    demand: Demand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The longer window is shortened in `make test`, and has its true length where there is more time."""
    window = Window(2_000 // SHORTENED, 900 / SHORTENED)
    monkeypatch.setattr(slots, "LONG", window)
    demand.limits = Shortened(SHORTENED)
    demand.play(2_000 / SHORTENED)
    assert demand.refused == 0
    assert fewest_in(demand.arrived, window.seconds) >= USED * window.requests
    assert len(demand.arrived) > 4_500 / SHORTENED
    assert min(demand.sent) > 0.8 * max(demand.sent)
    assert max(demand.longest_wait) < 400 / SHORTENED  # A clock of another would add 300 s.


@pytest.mark.parametrize("jitter", [0.0, 0.2])
def test_less_jitter_lets_more_pass_and_still_meets_no_429(
    jitter: float, demand: Demand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.JITTER", jitter)
    demand.play(160)
    assert demand.refused == 0
    late = [moment for moment in demand.arrived if moment >= START + 100]
    assert len(late) >= 57 * 5 / (1 + max(jitter + 0.05, 0.11))


def test_the_simulated_limits_do_refuse_what_is_too_fast() -> None:
    limits = RequestLimits()
    assert sum(not limits.admit(START + number * 0.19) for number in range(100)) > 0
    limits = RequestLimits()
    assert sum(not limits.admit(START + number * 0.4) for number in range(2_500)) > 0


@pytest.mark.crash
@pytest.mark.parametrize("url", ["sqlite://", os.environ.get("DATABASE_URL", POSTGRESQL)], ids=["sqlite", "postgresql"])
def test_real_processes_with_wrong_clocks_use_the_windows_and_bugs_of_the_gate_are_caught(url: str) -> None:
    """The longer window is 22.5 seconds for 50 requests here, and its true length with CRASH_SIZE=full."""
    if not url.startswith("sqlite") and not reachable(url):
        pytest.skip("PostgreSQL isn't reachable.")
    command = [sys.executable, "-m", "tests.crash.play", "--database", url, "--part", "demand"]
    answer = subprocess.run([*command, "--size", "full" if FULL else "ci"], stdout=subprocess.PIPE, text=True)
    counts = json.loads(answer.stdout)
    assert (counts["runs"], counts["throttled"], counts["unused"], answer.returncode) == (1, 0, 0, 0)
    assert counts["mutants_caught"] == counts["mutants"] > 0
