"""Four processes with wrong clocks that want all they can get, on real sockets and in real time, against the limits."""

from __future__ import annotations

import random
import sys
import time
from bisect import bisect_right
from collections.abc import MutableSequence
from datetime import timedelta
from multiprocessing.sharedctypes import RawArray

import httpx
import time_machine
from django.utils import timezone

from tests.crash import checker
from tests.crash.harness import Harness, ask, ended, start
from tests.crash.mutants import GATE_MUTANTS
from tests.crash.patching import put
from tests.crash.wire import PlainHTTP
from thanxportal.partner import gated_client, slots
from thanxportal.partner.models import Credential
from thanxportal.partner.slots import Window
from thanxportal.partner_api import PartnerApiError

CLOCKS = (-300, 0, 0, 300)  # seconds by which the clock of each process is wrong
JITTER = 0.4  # seconds between taking a slot and the first byte, at most
USED = 0.97  # of the longer window, whenever it is looked at
USED_SHORTENED = 0.7  # The spread of arrival and a busy machine take the same seconds from a shorter window.
FAIR = 0.5  # of an even share, for each process


def full_demand(harness: Harness, seconds: float, shortened: int, seed: int, *, mutant: str = "") -> checker.Findings:
    """One sentence for each answer 429, each request too few for a full use of the limits, each process left behind."""
    harness.partner.restart(seed=seed, shortened=shortened)
    harness.database.refresh()
    ask(_make_credential)
    sent = RawArray("i", len(CLOCKS))
    demand = (seconds, shortened, seed, mutant)
    children = [start(_demand, sent, number, *demand) for number in range(len(CLOCKS))]
    for child in children:
        if ended(child, seconds + 60) != 0:
            raise RuntimeError("A process that only asks for scopes failed.")
    arrived, refused = harness.partner.arrivals(), harness.partner.report()["status_429"]
    window = Window(2_000 // shortened, 900 / shortened)
    wanted = round((USED if shortened == 1 else USED_SHORTENED) * window.requests)
    fewest = fewest_in(arrived, window.seconds)
    print(
        f"{harness.database.name}: {len(arrived)} requests in {seconds:.0f} seconds of full demand,"
        f" {list(sent)} by clock, never fewer than {fewest} of {window.requests} in {window.seconds:.0f} seconds,"
        f" {refused} answered 429",
        file=sys.stderr,
    )
    behind = [f"a clock wrong by {clock} s" for clock, own in zip(CLOCKS, sent, strict=True) if own < _fair(sent)]
    return {"throttled": ["429"] * refused, "unused": ["one request too few"] * max(0, wanted - fewest) + behind}


def gate_bug_caught(harness: Harness, mutant: str) -> bool:
    """Whether Thanx answers 429 when all processes have this bug; on a busy machine that may take three tries."""
    return any(full_demand(harness, 5, 200, seed=seed, mutant=mutant)["throttled"] for seed in (1, 2, 3))


def fewest_in(moments: list[float], seconds: float) -> int:
    """The fewest of these sorted moments that lie within any so many seconds between the first and the last."""
    whole = [moment for moment in moments if moment + seconds <= moments[-1]]
    return min((bisect_right(moments, moment + seconds) - start for start, moment in enumerate(whole, 1)), default=0)


def _fair(sent: MutableSequence[int]) -> float:
    return FAIR * sum(sent) / len(sent)


def _make_credential() -> None:
    Credential.current()


def _demand(sent: MutableSequence[int], number: int, seconds: float, shortened: int, seed: int, mutant: str) -> None:
    dice = random.Random(seed + number)

    class Jittery(PlainHTTP):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(dice.uniform(0, JITTER))
            return super().handle_request(request)

    put(gated_client, transport=Jittery)
    put(slots, LONG=Window(2_000 // shortened, 900 / shortened))
    if mutant:
        GATE_MUTANTS[mutant]()
    deadline = time.monotonic() + seconds
    with time_machine.travel(timezone.now() + timedelta(seconds=CLOCKS[number])):
        while time.monotonic() < deadline:
            try:
                with gated_client.partner_client(gated_client.Urgency.ISSUE, patience=5) as partner:
                    partner.get_scopes()
                sent[number] += 1
            except gated_client.GateClosed as closed:
                time.sleep(min(closed.wait, max(deadline - time.monotonic(), 0.0)))
            except PartnerApiError:
                time.sleep(0.01)
