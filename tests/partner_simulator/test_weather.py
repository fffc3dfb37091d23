"""The weather and scripted faults of the simulator do what they say."""

import uuid

import pytest

from tests.partner_simulator.calling import HEADERS, Caller, make_caller
from thanxportal.partner_simulator import WEATHERS, Fault, Simulator
from thanxportal.partner_simulator.wire import Cut, Request


def _outcomes(seed: int, weather: str) -> list[int | str]:
    caller = make_caller(seed=seed, weather=weather)
    outcomes: list[int | str] = []
    for _ in range(80):
        try:
            outcomes.append(caller.get("/partner/scopes").status)
        except (ConnectionResetError, TimeoutError) as problem:
            outcomes.append(type(problem).__name__)
    return outcomes


def test_an_unknown_weather_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="calm, slow, flaky"):
        Simulator(client_id="a", access_token="b", weather="hail")


def test_the_same_seed_brings_the_same_weather() -> None:
    assert _outcomes(7, "flaky") == _outcomes(7, "flaky")
    assert _outcomes(7, "flaky") != _outcomes(8, "flaky")


def test_flaky_weather_is_bad_a_quarter_of_the_time() -> None:
    assert sum(WEATHERS["flaky"].faults.values()) == pytest.approx(0.25)
    assert len(set(_outcomes(7, "flaky"))) >= 4


def test_throttled_weather_answers_429_with_and_without_retry_after() -> None:
    caller = make_caller(weather="throttled")
    replies = [caller.get("/partner/scopes") for _ in range(60)]
    told = ["Retry-After" in reply.headers for reply in replies if reply.status == 429]
    assert {True, False} == set(told)


def test_calm_weather_is_never_bad() -> None:
    assert set(_outcomes(7, "calm")) == {200}


@pytest.mark.parametrize("weather", ["calm", "partial"])
def test_the_share_of_refused_guests_follows_the_weather(weather: str) -> None:
    caller = make_caller(weather=weather, refused_share=None)
    caller.new_job([f"guest{number}@example.com" for number in range(10_000)])
    refused = len(next(iter(caller.simulator.jobs.values())).failures)
    assert refused == pytest.approx(WEATHERS[weather].refused_share * 10_000, rel=0.1)


@pytest.mark.parametrize("fault", list(Fault))
def test_a_scripted_fault_executes_exactly_when_it_says_so(caller: Caller, fault: Fault) -> None:
    body, key = caller.issue_body(caller.new_campaign(), ["ana@example.com"]), str(uuid.uuid4())
    caller.simulator.script("POST", "/partner/campaigns/issue", [fault])
    answered = True
    try:
        reply = caller.issue(body, key)
    except (ConnectionResetError, TimeoutError):
        answered = False
    if answered and reply.status == 202:
        assert "id" not in reply.json["issuance_job"]
    assert len(caller.simulator.jobs) == fault.executes
    assert caller.simulator.requests[-1].fault is fault
    again = caller.issue(body, key)
    assert (again.status, len(caller.simulator.jobs)) == (202, 1)
    assert again.json["issuance_job"]["id"] in caller.simulator.jobs


def test_faults_are_used_up_in_order_and_only_where_they_match(caller: Caller) -> None:
    caller.simulator.script("GET", "/partner/mer", [Fault.STATUS_500, Fault.HTML_502, Fault.UNAUTHORIZED])
    assert caller.get("/partner/scopes").status == 200
    assert [caller.get("/partner/merchants").status for _ in range(4)] == [500, 502, 401, 200]


def test_half_a_body_says_so_to_the_server(caller: Caller) -> None:
    caller.simulator.script("GET", "/partner/scopes", [Fault.HALF_BODY])
    lowered = {name.lower(): value for name, value in HEADERS.items()}
    answer = caller.simulator.handle(Request("GET", "/partner/scopes", headers=lowered))
    assert (answer.status, answer.cut) == (200, Cut.HALF_BODY)


def test_the_weather_can_be_changed_from_outside(caller: Caller) -> None:
    assert caller.call("POST", "/_simulator/weather", {"weather": "hail"}).status == 400
    assert caller.call("POST", "/_simulator/weather", {"weather": "slow"}).status == 200
    assert caller.get("/_simulator/stats").json["weather"] == "slow"


def test_a_fault_can_be_scripted_from_outside_and_a_new_weather_forgets_it() -> None:
    caller = make_caller()
    order = {"method": "GET", "path": "/partner/scopes", "fault": "STATUS_500", "times": 2}
    assert caller.call("POST", "/_simulator/script", order).status == 200
    assert caller.get("/partner/scopes").status == 500
    assert caller.simulator.faults_left == 1
    caller.call("POST", "/_simulator/weather", {"weather": "calm"})
    assert caller.get("/partner/scopes").status == 200


@pytest.mark.parametrize("change", [{"fault": "HAIL"}, {"times": 0}, {"times": 101}, {"times": "2"}, {"method": ""}])
def test_a_script_that_says_nothing_sensible_is_refused(change: dict[str, object]) -> None:
    order = {"method": "GET", "path": "/partner/scopes", "fault": "STATUS_500", "times": 1} | change
    assert make_caller().call("POST", "/_simulator/script", order).status == 400
