"""Four processes that want all they can get, on real sockets and in real time, against the true limits."""

from __future__ import annotations

import random
import sys
import time

import httpx

from tests.crash import checker
from tests.crash.harness import Harness, ask, ended, start
from tests.crash.patching import put
from tests.crash.wire import PlainHTTP
from thanxportal.partner import client
from thanxportal.partner.models import Credential
from thanxportal.partner_api import PartnerApiError

PROCESSES = 4
JITTER = 0.4  # seconds between taking a slot and the first byte, at most
USED = 0.95  # of two requests a second


def full_demand(harness: Harness, seconds: float, seed: int) -> checker.Findings:
    """One sentence for each answer 429, and for each request too few for a full use of the limits."""
    harness.partner.restart(seed=seed, limited=True)
    harness.database.refresh()
    ask(_make_credential)
    children = [start(_demand, seconds, seed + number) for number in range(PROCESSES)]
    for child in children:
        if ended(child, seconds + 60) != 0:
            raise RuntimeError("A process that only asks for scopes failed.")
    report = harness.partner.report()
    missing = max(0, round(USED * 2 * seconds) - report["requests"])
    print(
        f"{harness.database.name}: {report['requests']} requests in {seconds:.0f} seconds of full demand",
        file=sys.stderr,
    )
    return {"throttled": ["429"] * report["status_429"], "unused": ["one request too few"] * missing}


def _make_credential() -> None:
    Credential.current()


def _demand(seconds: float, seed: int) -> None:
    dice = random.Random(seed)

    class Jittery(PlainHTTP):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            time.sleep(dice.uniform(0, JITTER))
            return super().handle_request(request)

    put(client, transport=Jittery)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with client.partner_client(client.Urgency.ISSUE, patience=5) as partner:
                partner.get_scopes()
        except (client.GateClosed, PartnerApiError):
            time.sleep(0.01)
