"""Every request passes the shared gate, and the limits of Thanx are never reached."""

from collections import deque
from collections.abc import Callable

import pytest

from tests.world import World, asked
from thanxportal.partner import slots
from thanxportal.partner.gate import MOST_SPREAD, block_after_429, follow_arrivals, seconds_until, take_slot
from thanxportal.partner.gated_client import GateClosed, Urgency, partner_client, prove_that_thanx_answers
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner.slots import Window
from thanxportal.partner_api import InDoubt, RateLimited
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


def slots_in(world: World, seconds: float, urgency: Urgency) -> list[float]:
    """The moments at which somebody who always wants more gets a slot."""
    credential, taken = Credential.current().pk, []
    end = world.clock.time() + seconds
    while world.clock.time() < end:
        try:
            take_slot(credential, urgency)
            taken.append(world.clock.time())
        except GateClosed as closed:
            now = world.clock.time()
            world.advance(max(min(closed.retry_at.timestamp(), end) - now, 0.001))
    return taken


def busiest(moments: list[float], window: float) -> int:
    inside: deque[float] = deque()
    most = 0
    for moment in moments:
        inside.append(moment)
        while inside[0] <= moment - window:
            inside.popleft()
        most = max(most, len(inside))
    return most


def test_full_demand_stays_under_both_limits_and_uses_what_is_allowed(world: World) -> None:
    Credential.objects.create(client_id="demo-client", arrival_spread=0.11)
    moments = slots_in(world, 1_000, Urgency.REPLAY)
    assert busiest(moments, 1.11) <= 5
    assert busiest(moments, 900.11) == 1_960
    assert moments[1_959] - moments[0] <= 1_959 * 1.11 / 5 / 0.97


def test_first_sends_leave_a_few_requests_of_the_window_to_replays(world: World) -> None:
    Credential.objects.create(client_id="demo-client", arrival_spread=0.11)
    assert len(slots_in(world, 800, Urgency.ISSUE)) == 1_955
    assert len(slots_in(world, 50, Urgency.REPLAY)) == 5


def test_an_idle_credential_has_the_whole_window_at_once(world: World) -> None:
    idle = slots.look(Credential.current().pk)
    assert idle.free_in() < 0
    assert seconds_until(idle, 1_960) == pytest.approx(1_960 * 1.6 / 5)
    assert seconds_until(idle, 1_961) == pytest.approx(900, abs=1)


def test_who_waits_knows_how_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "LONG", Window(20, 60.0))
    credential = Credential.current().pk
    slots_in(world, 5.5, Urgency.REPLAY)
    ring = slots.look(credential)
    assert ring.used(slots.LONG) == 19  # 2 % are the margin.
    assert not slots_in(world, ring.free_in() - 0.1, Urgency.REPLAY)
    assert len(slots_in(world, seconds_until(ring, 19) - ring.free_in() + 0.2, Urgency.REPLAY)) == 19


def test_less_urgent_requests_leave_budget_to_more_urgent_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "LONG", Window(100, 900.0))
    credential = Credential.current().pk
    for urgency, more in ((Urgency.DISCOVERY, 78), (Urgency.POLL, 15), (Urgency.ISSUE, 4), (Urgency.REPLAY, 1)):
        assert len(slots_in(world, 100, urgency)) == more
        with pytest.raises(GateClosed):
            take_slot(credential, urgency)


def test_less_urgent_requests_leave_the_next_slot_to_more_urgent_ones(world: World) -> None:
    credential = Credential.current()
    for _ in range(5):
        take_slot(credential.pk, Urgency.DISCOVERY)
    world.advance(1 + credential.arrival_spread + 0.02)
    for urgency in (Urgency.DISCOVERY, Urgency.POLL):
        with pytest.raises(GateClosed):
            take_slot(credential.pk, urgency)
    take_slot(credential.pk, Urgency.ISSUE)


def test_a_429_closes_the_gate_for_everybody(simulator: Simulator, world: World) -> None:
    simulator.script("GET", "/partner/scopes", [Fault.THROTTLE])
    with partner_client(Urgency.REPLAY) as partner:
        with pytest.raises(RateLimited):
            partner.get_scopes()
        with pytest.raises(GateClosed) as closed:
            partner.get_scopes()
        world.advance(closed.value.retry_at.timestamp() - world.clock.time())
        assert partner.get_scopes() == ["rewards.issue"]
    assert Credential.current().throttled_in_a_row == 0


def test_after_a_429_the_gate_goes_slowly_and_finds_its_way_back(world: World) -> None:
    credential = Credential.current()
    block_after_429(credential.pk, 1.0)
    world.advance(1.1)
    assert len(slots_in(world, 45, Urgency.REPLAY)) <= 45 * 5 / (1 + MOST_SPREAD) + 5
    answered(200, lambda number: 80)
    for _ in range(11):
        follow_arrivals(credential.pk)
    assert Credential.current().arrival_spread == pytest.approx(0.11)


def answered(requests: int, milliseconds: Callable[[int], int], method: str = "GET") -> None:
    ApiRequest.objects.bulk_create(
        ApiRequest(method=method, path="/partner/scopes", status=200, duration_ms=milliseconds(number))
        for number in range(requests)
    )


@pytest.mark.parametrize(
    ("milliseconds", "pace"),
    [
        (lambda number: 700, 4.5),
        (lambda number: 50 + number % 5 * 100, 3.45),
        (lambda number: 50 + (number == 3) * 20_000, 4.5),
        (lambda number: 50 + number % 2 * 20_000, 2.2),
    ],
    ids=["evenly late", "0.4 s of jitter", "one straggler", "hopeless"],
)
def test_the_pace_follows_the_spread_of_arrival(milliseconds: Callable[[int], int], pace: float, world: World) -> None:
    credential = Credential.current()
    answered(200, milliseconds)
    answered(100, lambda number: 25_000, "POST")  # A job of 10,000 guests may take its time.
    for _ in range(10):
        follow_arrivals(credential.pk)
    assert len(slots_in(world, 100, Urgency.REPLAY)) == pytest.approx(pace * 100, rel=0.03)


def test_requests_narrow_the_spread_by_themselves(simulator: Simulator, world: World) -> None:
    before = Credential.current().arrival_spread
    with partner_client(Urgency.REPLAY, patience=5) as partner:
        for _ in range(40):
            partner.get_scopes()
    assert Credential.current().arrival_spread < before


def test_an_absurd_retry_after_is_not_believed(world: World) -> None:
    credential = Credential.current()
    block_after_429(credential.pk, 86_400.0)
    credential.refresh_from_db()
    assert credential.blocked_until < world.clock.time() + 10


def test_every_request_is_logged_by_ids_and_codes_only(simulator: Simulator) -> None:
    with partner_client(Urgency.POLL) as partner:
        partner.get_scopes()
    request = ApiRequest.objects.get()
    assert (request.method, request.path, request.status) == ("GET", "/partner/scopes", 200)


def test_one_proof_that_thanx_answers_serves_all_callers_for_a_moment(simulator: Simulator, world: World) -> None:
    for _ in range(3):
        prove_that_thanx_answers(patience=5)
    assert asked(simulator, "/partner/scopes") == 1
    world.advance(2.1)
    prove_that_thanx_answers(patience=5)
    assert asked(simulator, "/partner/scopes") == 2


def test_a_proof_that_failed_serves_nobody(simulator: Simulator, world: World) -> None:
    prove_that_thanx_answers(patience=5)
    world.advance(2.1)
    simulator.script("GET", "/partner/scopes", [Fault.STATUS_500])
    with pytest.raises(InDoubt):
        prove_that_thanx_answers(patience=5)
    with pytest.raises(GateClosed):
        prove_that_thanx_answers(patience=5)
