"""Every way in which a send can go wrong, before and after Thanx accepted: one key per job, one body per key."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx
import pytest

from campaigns.models import Campaign
from issuance import engine
from issuance.models import Attempt, RecipientList
from tests.conftest import ThroughTheSimulator, World
from thanxportal.partner import client
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
ISSUE = "/partner/campaigns/issue"
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(30))
Launch = Callable[[Campaign, str], RecipientList]


class Unsent(NamedTuple):
    """No connection came about."""

    error: type[httpx.TransportError]
    words: str


BEFORE = [
    Unsent(httpx.ConnectError, "[Errno 111] Connection refused"),
    Unsent(httpx.ConnectError, "[Errno -2] Name or service not known"),
    Unsent(httpx.ConnectError, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"),
    Unsent(httpx.ConnectTimeout, "timed out"),
    Unsent(httpx.PoolTimeout, "timed out"),
    Fault.RESET_BEFORE,
    Fault.STATUS_500,
    Fault.HTML_502,
    Fault.EMPTY_503,
    Fault.THROTTLE,
    Fault.THROTTLE_RETRY_AFTER,
    Fault.UNAUTHORIZED,
]
AFTER = [
    Fault.RESET_AFTER,
    Fault.HALF_HEADERS,
    Fault.HALF_BODY,
    Fault.TIMEOUT_AFTER,
    Fault.STATUS_500_AFTER,
    Fault.HTML_502_AFTER,
    Fault.STATUS_504,
    Fault.ACCEPTED_WITHOUT_ID,
    httpx.ReadError,
    httpx.ReadTimeout,
    httpx.WriteTimeout,
    httpx.RemoteProtocolError,
]
Trouble = Unsent | Fault | type[httpx.TransportError]


class TroubledNetwork(httpx.BaseTransport):
    """Passes everything on, but for the first issue requests, which meet the trouble of the test."""

    def __init__(self, simulator: Simulator, troubles: list[Trouble]) -> None:
        self.calm = ThroughTheSimulator(simulator)
        self.troubles: Iterator[Trouble] = iter(troubles)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        trouble = next(self.troubles, None) if request.url.path == ISSUE else None
        if isinstance(trouble, Unsent):
            raise trouble.error(trouble.words, request=request)
        response = self.calm.handle_request(request)
        if isinstance(trouble, type):
            raise trouble("The answer is lost.", request=request)
        return response


def name_of(trouble: Trouble) -> str:
    if isinstance(trouble, Unsent):
        return f"{trouble.error.__name__} {trouble.words}"
    return trouble.name if isinstance(trouble, Fault) else trouble.__name__


@pytest.mark.parametrize("trouble", [*BEFORE, *AFTER], ids=name_of)
def test_a_job_has_one_key_and_a_key_has_one_body_whatever_happens_to_the_answer(
    trouble: Trouble,
    one_arm: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = TroubledNetwork(simulator, [] if isinstance(trouble, Fault) else [trouble] * 3)
    monkeypatch.setattr(client, "transport", lambda: network)
    guests = launched(one_arm, GUESTS)
    if isinstance(trouble, Fault):
        simulator.script("POST", ISSUE, [trouble] * 3)
    world.drive()

    guests.refresh_from_db()
    job = guests.jobs.get()
    assert guests.closed, job.problem_code
    assert Attempt.objects.filter(job=job).count() == 4
    sent = {(one.idempotency_key, one.body_sha256) for one in simulator.requests if one.path == ISSUE}
    assert sent == {(str(job.idempotency_key), job.body_sha256)}
    assert {key: len(record.body_hashes) for key, record in simulator.books.keys.items()} == {
        str(job.idempotency_key): 1
    }
    rewards = simulator.rewards_by_identifier()
    assert max(rewards.values()) == 1
    assert set(rewards) == set(guests.recipients.filter(outcome="rewarded").values_list("value", flat=True))


@pytest.mark.parametrize("trouble", BEFORE[:5], ids=name_of)
def test_a_request_that_never_left_raises_no_doubt(
    trouble: Unsent,
    one_arm: Campaign,
    launched: Launch,
    simulator: Simulator,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = TroubledNetwork(simulator, [trouble] * 200)
    monkeypatch.setattr(client, "transport", lambda: network)
    guests = launched(one_arm, GUESTS)
    world.drive(hours=0.6)
    job = guests.jobs.get()
    assert (job.state, job.in_doubt, job.first_sent_at) == ("ready", False, None)
    assert not simulator.jobs


def test_a_partner_that_is_away_for_hours_is_waited_for(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[Trouble] = [Unsent(httpx.ConnectError, "Connection refused")] * 100
    network = TroubledNetwork(simulator, troubles)
    monkeypatch.setattr(client, "transport", lambda: network)
    guests = launched(one_arm, GUESTS)
    world.drive(hours=4)
    guests.refresh_from_db()
    assert guests.closed
    assert engine.next_due() is None
