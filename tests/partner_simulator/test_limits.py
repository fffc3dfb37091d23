"""The simulator enforces the documented limits of requests."""

from tests.partner_simulator.calling import Caller
from thanxportal.partner_simulator.limits import RequestLimits


def test_the_sixth_request_within_a_second_is_429_without_retry_after(caller: Caller) -> None:
    caller.pace = 0
    assert [caller.get("/partner/scopes").status for _ in range(6)] == [200] * 5 + [429]
    assert "Retry-After" not in caller.get("/partner/scopes").headers


def test_the_window_slides_to_the_microsecond(caller: Caller) -> None:
    caller.pace = 0
    for _ in range(5):
        caller.clock.advance(0.1)
        caller.get("/partner/scopes")
    caller.clock.advance(0.599999)
    assert caller.get("/partner/scopes").status == 429
    caller.clock.advance(0.000001)
    assert caller.get("/partner/scopes").status == 200
    assert caller.get("/partner/scopes").status == 429


def test_a_429_executes_nothing(caller: Caller) -> None:
    caller.pace = 0
    for _ in range(5):
        caller.get("/partner/scopes")
    assert caller.call("POST", "/partner/campaigns", caller.campaign_body()).status == 429
    assert caller.simulator.books.campaigns == {}


def test_two_thousand_requests_fill_any_fifteen_minutes() -> None:
    limits = RequestLimits()
    assert all(limits.admit(step * 0.25) for step in range(2_000))
    assert not limits.admit(899.999999)
    assert limits.admit(900)
    assert not limits.admit(900.249999)
    assert limits.admit(900.25)
