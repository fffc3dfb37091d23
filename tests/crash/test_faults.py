"""Every way in which a send can go wrong, before and after Thanx accepted: one key per job, one body per key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain, repeat
from typing import NamedTuple

import httpx
import pytest

from campaigns.models import Campaign
from issuance.models import Attempt, GuestList
from issuance.worker import due_work
from tests.world import ThroughTheSimulator, World
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ISSUE = "/partner/campaigns/issue"
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(30))
Launch = Callable[[Campaign, str], GuestList]
Kind = Callable[[httpx.Request], httpx.Response]  # what the portal gets to see; most raise


def fails(error: type[httpx.TransportError], words: str) -> Kind:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(words, request=request)

    return fail


def answers(status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> Kind:
    return lambda request: httpx.Response(status, content=content, headers=headers)


class HalfBody(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b'{"issuance_job": {"id": "'
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


UNSENT = {
    "connection refused": fails(httpx.ConnectError, "[Errno 111] Connection refused"),
    "name not found": fails(httpx.ConnectError, "[Errno -2] Name or service not known"),
    "bad certificate": fails(httpx.ConnectError, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
    "no connection in time": fails(httpx.ConnectTimeout, "timed out"),
    "no free connection": fails(httpx.PoolTimeout, "timed out"),
}
REFUSED = {
    "429": answers(429, b'{"error": {"code": "RATE_LIMITED", "message": "Slow down."}}'),
    "429 with Retry-After": answers(429, headers={"Retry-After": "2"}),
    "401": answers(401, b'{"error": {"code": "AUTHENTICATION_GENERIC", "message": "No."}}'),
}
UNCLEAR = {
    "reset": fails(httpx.ReadError, "[Errno 104] Connection reset by peer"),
    "half the headers": fails(httpx.RemoteProtocolError, "Server disconnected without sending a response."),
    "half the body": lambda request: httpx.Response(202, stream=HalfBody()),
    "timeout": fails(httpx.ReadTimeout, "The read operation timed out"),
    "timeout while sending": fails(httpx.WriteTimeout, "The write operation timed out"),
    "500": answers(500, b'{"error": {"code": "GENERIC_ERROR", "message": "Oh."}}'),
    "502 in HTML": answers(502, b"<html><h1>Bad Gateway</h1></html>", {"Content-Type": "text/html"}),
    "503 without a body": answers(503),
    "504": answers(504, b'{"error": {"code": "GENERIC_ERROR", "message": "Late."}}'),
    "202 without an id": answers(202, b'{"issuance_job": {"state": "pending", "total_count": 30}}'),
}


class Trouble(NamedTuple):
    """What happens to one issue request: whether Thanx executes it, and what the portal sees instead of the answer."""

    executed: bool
    seen: Kind


class TroubledNetwork(httpx.BaseTransport):
    """Passes everything on, but for the first issue requests, which meet the troubles of the test."""

    def __init__(self, simulator: Simulator, troubles: list[Trouble]) -> None:
        self.calm = ThroughTheSimulator(simulator)
        self.troubles: Iterator[Trouble | None] = chain(troubles, repeat(None))
        self.sent: list[tuple[str, str]] = []  # key and hash of the body of each issue request

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != ISSUE:
            return self.calm.handle_request(request)
        self.sent.append((request.headers["X-Idempotency-Key"], sha256(request.read()).hexdigest()))
        trouble = next(self.troubles)
        if trouble is None:
            return self.calm.handle_request(request)
        if trouble.executed:
            self.calm.handle_request(request)
        return trouble.seen(request)


BEFORE = {f"{name}, never accepted": [Trouble(False, kind)] * 3 for name, kind in (UNSENT | REFUSED | UNCLEAR).items()}
AFTER = {f"{name}, accepted": [Trouble(True, kind)] * 3 for name, kind in UNCLEAR.items()}
LOST_ANSWER = Trouble(True, UNCLEAR["reset"])
REPLAYED = {
    f"{name}, accepted before": [LOST_ANSWER, *[Trouble(False, kind)] * 2] for name, kind in (UNSENT | REFUSED).items()
}
WAYS = BEFORE | AFTER | REPLAYED


@pytest.mark.parametrize("way", WAYS)
def test_a_job_has_one_key_and_a_key_has_one_body_whatever_happens_to_the_answer(
    way: str,
    one_arm: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = TroubledNetwork(simulator, WAYS[way])
    monkeypatch.setattr(gated_client, "transport", lambda: network)
    guest_list = launched(one_arm, GUESTS)
    world.drive()

    guest_list.refresh_from_db()
    job = guest_list.jobs.get()
    assert guest_list.closed, job.problem_code
    assert Attempt.objects.filter(job=job).count() == len(network.sent) == 4
    assert set(network.sent) == {(str(job.idempotency_key), job.body_sha256)}
    assert {key: len(record.body_hashes) for key, record in simulator.books.keys.items()} == {
        str(job.idempotency_key): 1
    }
    rewards = simulator.rewards_by_identifier()
    assert max(rewards.values()) == 1
    assert set(rewards) == set(guest_list.guests.filter(outcome="rewarded").values_list("value", flat=True))


@pytest.mark.parametrize("kind", UNSENT)
def test_a_request_that_never_left_raises_no_doubt(
    kind: str,
    one_arm: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = TroubledNetwork(simulator, [Trouble(False, UNSENT[kind])] * 200)
    monkeypatch.setattr(gated_client, "transport", lambda: network)
    guest_list = launched(one_arm, GUESTS)
    world.drive(hours=0.1)
    job = guest_list.jobs.get()
    assert (job.state, job.in_doubt, job.first_sent_at) == ("ready", False, None)
    assert not simulator.jobs


def test_a_partner_that_is_away_for_longer_than_doubt_may_last_is_waited_for(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = TroubledNetwork(simulator, [Trouble(False, UNSENT["connection refused"])] * 30)
    monkeypatch.setattr(gated_client, "transport", lambda: network)
    guest_list = launched(one_arm, GUESTS)
    world.drive(hours=0.4)
    assert guest_list.jobs.get().state == "ready"
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.closed
    assert due_work.next_due() is None
