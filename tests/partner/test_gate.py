"""Every request passes the shared gate, and the limits of Thanx are never reached."""

from collections import deque

import pytest

from tests.world import World
from thanxportal.partner.client import GateClosed, Urgency, partner_client
from thanxportal.partner.gate import BURST, block_after_429, take_slot
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner_api import RateLimited
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
            world.advance(max(closed.retry_at.timestamp() - world.clock.time(), 0.001))
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
    moments = slots_in(world, 1_000, Urgency.REPLAY)
    assert busiest(moments, 1.0) <= 4
    assert busiest(moments, 900.0) <= 2_000
    assert len(moments) >= 0.95 * (BURST + 2 * 1_000)


def test_less_urgent_requests_leave_budget_to_more_urgent_ones(world: World) -> None:
    slots_in(world, 300, Urgency.DISCOVERY)
    credential = Credential.current().pk
    take_slot(credential, Urgency.DISCOVERY)
    world.advance(0.42)
    with pytest.raises(GateClosed):
        take_slot(credential, Urgency.DISCOVERY)
    take_slot(credential, Urgency.REPLAY)


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
