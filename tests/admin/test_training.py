"""Staff practice against the simulator what goes wrong at Thanx, and nothing of that can reach Thanx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.models import Attempt, GuestList
from issuance.staff.training import SCENARIOS
from issuance.staff.training import WEATHERS as WORDS
from tests.admin.test_staff_rights import in_group
from tests.world import ThroughTheSimulator, World
from thanxportal.accounts.models import User
from thanxportal.partner import gated_client, simulator_control
from thanxportal.partner.models import ApiRequest
from thanxportal.partner_simulator import WEATHERS, Simulator

pytestmark = pytest.mark.django_db
PAGE, ACT = "/admin/issuance/rehearsal/training/", "/admin/issuance/rehearsal/train/"
Launch = Callable[[Campaign, str], GuestList]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_every_weather_is_explained_and_can_be_chosen(staff: Client, simulator: Simulator) -> None:
    assert {*WORDS} == {*WEATHERS}
    for name in WORDS:
        assert f"The weather is {name} now." in words(staff.post(ACT, {"weather": name}, follow=True))
        assert simulator.weather.name == name


def test_every_page_of_staff_says_that_this_is_a_simulation(staff: Client, simulator: Simulator) -> None:
    assert "This is a simulation." in words(staff.get(PAGE))
    for page in ("/admin/", "/admin/issuance/issuancejob/", PAGE):
        assert '<span class="env-tag simulation">Simulation</span>' in words(staff.get(page))


def test_each_scenario_says_what_happens_what_to_look_at_and_how_it_ends(staff: Client, simulator: Simulator) -> None:
    page = words(staff.get(PAGE))
    for name, scenario in SCENARIOS.items():
        assert all(text in page for text in (scenario.title, scenario.happens, scenario.look[0], scenario.ends))
        assert scenario.title in words(staff.post(ACT, {"scenario": name}, follow=True))


def test_a_lost_answer_ends_with_every_guest_rewarded_once(
    staff: Client, simulator: Simulator, one_arm: Campaign, launched: Launch, world: World
) -> None:
    staff.post(ACT, {"scenario": "lost"})
    assert "1 bad answer still to come" in words(staff.get(PAGE))
    launched(one_arm, "ann@example.com")
    world.drive()
    assert [attempt.result for attempt in Attempt.objects.order_by("pk")] == ["in_doubt", "accepted"]
    assert len({attempt.idempotency_key for attempt in Attempt.objects.all()}) == 1
    assert simulator.rewards_by_identifier() == {"ann@example.com": 1}


def test_a_storm_ends_by_itself(
    staff: Client, simulator: Simulator, one_arm: Campaign, launched: Launch, world: World
) -> None:
    staff.post(ACT, {"scenario": "storm"})
    guest_list = launched(one_arm, "ann@example.com")
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert ApiRequest.objects.filter(status=429).count() == 12
    assert simulator.rewards_by_identifier() == {"ann@example.com": 1}


def test_choosing_a_weather_ends_what_is_left_of_a_scenario(staff: Client, simulator: Simulator) -> None:
    staff.post(ACT, {"scenario": "storm"})
    assert simulator.faults_left == 12
    staff.post(ACT, {"weather": "calm"})
    assert simulator.faults_left == 0


def test_support_looks_and_changes_nothing(simulator: Simulator, client_of: Callable[[User], Client]) -> None:
    browser = client_of(in_group("Support"))
    page = words(browser.get(PAGE))
    assert "How it ends" in page
    assert 'name="scenario"' not in page
    assert browser.post(ACT, {"weather": "flaky"}).status_code == 403
    assert simulator.weather.name == "calm"


class Recorder(httpx.BaseTransport):
    """Notes the host of each request, which it hands to the simulator if there is one."""

    def __init__(self, simulator: Simulator) -> None:
        self.hosts: list[str] = []
        self.inner = ThroughTheSimulator(simulator)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.host)
        assert "Authorization" not in request.headers
        return self.inner.handle_request(request)


@pytest.fixture
def recorder(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder(simulator)
    monkeypatch.setattr(gated_client, "transport", lambda: recorder)
    return recorder


def everything(browser: Client) -> list[int]:
    """Asks for the page, and for all that its buttons do."""
    acts = [*({"scenario": name} for name in SCENARIOS), *({"weather": name} for name in WORDS), {}]
    return [browser.get(PAGE).status_code, *(browser.post(ACT, act).status_code for act in acts)]


def test_only_the_simulator_is_asked(recorder: Recorder, staff: Client) -> None:
    assert {*everything(staff)} == {200, 302}
    assert {*recorder.hosts} == {"127.0.0.1"}


@pytest.mark.parametrize("address", ["https://api.thanx.com", "https://api.thanxsandbox.com", "http://api.thanx.com"])
@pytest.mark.parametrize("named", ["simulation", "live"])
def test_where_thanx_is_asked_there_is_no_such_page_and_no_request_leaves(
    address: str, named: str, recorder: Recorder, staff: Client, settings: Any
) -> None:
    settings.THANX_BASE_URL, settings.THANX_ENVIRONMENT = address, named
    assert {*everything(staff)} == {404}
    for act in (simulator_control.stats, lambda: simulator_control.change_weather("calm"), SCENARIOS["storm"].begin):
        with pytest.raises(simulator_control.NoSimulator):
            act()
    assert recorder.hosts == []


def test_a_simulator_that_does_not_answer_is_named(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    monkeypatch.setattr(gated_client, "transport", lambda: httpx.MockTransport(fail))
    assert "doesn’t answer" in words(staff.get(PAGE))
    assert "doesn’t answer" in words(staff.post(ACT, {"weather": "calm"}, follow=True))
