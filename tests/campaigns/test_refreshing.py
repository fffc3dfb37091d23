"""The mirror is fresh where somebody looks, and costs little of Thanx's limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils import timezone

from campaigns import tasks
from campaigns.discovery import sync_merchants, sync_partner
from campaigns.models import Campaign, Location, Part, Reading, RewardTemplate
from campaigns.refreshing import active_merchants, due_readings, refresh_mirror
from issuance.models import GuestList
from tests import cast
from tests.campaigns.meddling import meddle_with
from tests.campaigns.mirror_day import MirrorDay
from tests.world import World
from thanxportal.accounts.models import Merchant, Role, User
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Launch = Callable[[Campaign, str], GuestList]
QUARTER = timedelta(minutes=15)
DAY = 24 * 3600  # seconds


def asked_about() -> Counter[str]:
    """Requests about each merchant since the last look, by handle, without those about all."""
    handles = dict(Merchant.objects.values_list("thanx_id", "handle"))
    ids = ApiRequest.objects.exclude(merchant_id="").values_list("merchant_id", flat=True)
    counts = Counter(handles[id] for id in ids)
    ApiRequest.objects.all().delete()
    return counts


def turns(world: World, minutes: int) -> None:
    for _ in range(minutes):
        refresh_mirror()
        world.advance(60)


@pytest.fixture
def mirrored(simulator: Simulator, world: World) -> Merchant:
    """Everything was read once, a minute ago; returns Harbor Grill."""
    sync_partner()
    world.advance(60)
    ApiRequest.objects.all().delete()
    return Merchant.objects.get(handle="harbor-grill")


@pytest.mark.slow
def test_in_hours_of_200_merchants_the_active_stay_fresh_within_the_share(
    simulator: Simulator, world: World, settings: Any
) -> None:
    settings.THANX_DISCOVERY_SHARE = 1
    day = MirrorDay(simulator, world, merchants=200, at_once=5)
    day.live(minutes=180)
    assert day.oldest_active <= QUARTER
    assert day.oldest_idle < timedelta(hours=26)
    assert 10 < day.busiest <= 20


@pytest.mark.slow
def test_many_more_active_merchants_than_the_share_allows_share_it(
    simulator: Simulator, world: World, settings: Any
) -> None:
    settings.THANX_DISCOVERY_SHARE = 1
    day = MirrorDay(simulator, world, merchants=60, at_once=30)
    day.live(minutes=120)
    assert day.busiest == 20
    assert QUARTER < day.oldest_active < timedelta(hours=1)


def test_refreshing_by_hand_reads_that_merchant_alone(mirrored: Merchant, client_of: ClientOf) -> None:
    ana = cast.person("ana@example.com", mirrored, Role.MANAGER)
    client_of(ana).post("/m/harbor-grill/rewards/refresh/")
    tasks.refresh_merchant(mirrored.pk)
    assert asked_about() == {"harbor-grill": len(Part)}
    tasks.refresh_merchant(mirrored.pk)
    assert asked_about() == {}


def test_a_refresh_whose_message_was_lost_is_the_first_of_the_next_turn(mirrored: Merchant, world: World) -> None:
    world.advance(2 * DAY)
    sunny = Merchant.objects.get(handle="sunny-side-coffee")
    assert Reading.objects.ask(sunny)
    assert {reading.merchant for reading in due_readings(timezone.now())[: len(Part)]} == {sunny}


def test_whoever_opens_a_page_after_a_long_time_sees_the_mirror_renewed(
    mirrored: Merchant, world: World, client_of: ClientOf
) -> None:
    ben = cast.person("ben@example.com", mirrored)
    world.advance(3000)
    refresh_mirror()
    assert asked_about() == {}
    client_of(ben).get("/m/harbor-grill/")
    refresh_mirror()
    assert asked_about() == {"harbor-grill": 1}


def test_the_rewards_of_others_are_read_once_a_day(mirrored: Merchant, world: World) -> None:
    world.advance(DAY - 120)
    turns(world, 10)
    assert asked_about() == {"corner-market": 2, "harbor-grill": 1, "nonnas-table": 1, "sunny-side-coffee": 1}
    assert not due_readings(timezone.now())


def test_a_merchant_for_whom_a_list_is_at_work_is_active(campaign: Campaign, launched: Launch, world: World) -> None:
    ApiRequest.objects.all().delete()  # of publishing
    Merchant.objects.update(visited_at=None)
    assert active_merchants(timezone.now()) == set()
    launched(campaign, "one@example.com\ntwo@example.com")
    world.work()
    assert active_merchants(timezone.now()) == {campaign.merchant_id}
    world.drive()
    world.advance(3600)
    assert active_merchants(timezone.now()) == set()


def test_looking_around_writes_once_in_five_minutes(
    harbor: Merchant, ben: User, client_of: ClientOf, world: World, django_assert_num_queries: Any
) -> None:
    def visited() -> Any:
        client.get("/m/harbor-grill/rewards/")
        return Merchant.objects.get(pk=harbor.pk).visited_at

    client = client_of(ben)
    world.advance(600)
    first = visited()
    world.advance(299)
    assert visited() == first
    world.advance(2)
    assert visited() == timezone.now() != first


def test_new_merchants_are_read_without_anybody_asking(simulator: Simulator, world: World) -> None:
    sync_merchants()
    turns(world, 5)
    assert Location.objects.count() == sum(len(theirs.locations) for theirs in simulator.merchants.values())
    assert set(RewardTemplate.objects.values_list("merchant__handle", flat=True)) == {
        theirs.handle for theirs in simulator.merchants.values()
    }


def test_a_merchant_that_left_is_not_asked_about(mirrored: Merchant, world: World) -> None:
    Merchant.objects.filter(pk=mirrored.pk).update(withdrawn_at=timezone.now())
    world.advance(8 * DAY)
    turns(world, 5)
    assert "harbor-grill" not in asked_about()


def test_the_mirror_waits_while_the_engine_needs_every_slot(mirrored: Merchant, world: World) -> None:
    world.advance(2 * DAY)
    credential = Credential.current()
    Credential.objects.filter(pk=credential.pk).update(blocked_until=world.clock.time() + 300)
    refresh_mirror()
    assert asked_about() == {}
    assert not Reading.objects.exclude(lease_until=None).exists()
    world.advance(301)
    refresh_mirror()
    assert asked_about()


def test_a_no_about_one_merchant_stops_no_other_and_is_not_repeated_for_a_quarter_of_an_hour(
    mirrored: Merchant, world: World
) -> None:
    world.advance(8 * DAY)
    Merchant.objects.filter(pk=mirrored.pk).update(thanx_id="left-us")
    turns(world, 14)
    asked = asked_about()
    assert asked.pop("harbor-grill") == 1
    assert len(asked) == 3
    assert not due_readings(timezone.now())


def test_an_unclear_answer_about_one_merchant_stops_no_other(
    mirrored: Merchant, simulator: Simulator, world: World
) -> None:
    world.advance(8 * DAY)
    simulator.script("GET", "/partner/reward_templates", [Fault.STATUS_500])
    turns(world, 14)
    assert not due_readings(timezone.now())
    assert asked_about()


def test_two_workers_never_read_the_same(mirrored: Merchant, world: World) -> None:
    world.advance(2 * DAY)
    mine, again = due_readings(timezone.now())[0], due_readings(timezone.now())[0]
    assert mine.take()
    assert not again.take()
    assert mine not in due_readings(timezone.now())


@pytest.mark.parametrize("share", [0, -1, 5.1])
def test_a_share_that_would_delay_issuing_is_refused(share: float, settings: Any) -> None:
    settings.THANX_DISCOVERY_SHARE = share
    assert "thanxportal.E008" in [message.id for message in run_checks()]


class Shifting:
    """A list that loses a row of its first page once that was read, so that the second page skips one."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, request: httpx.Request, answer: dict[str, Any]) -> None:
        rows = answer.get("reward_templates", [])
        if request.url.params.get("page") == "2" and rows and self.times:
            self.times -= 1
            del rows[0]


@pytest.mark.parametrize(("times", "withdrawn"), [(1, 0), (99, 1)])
def test_a_list_that_changes_between_two_pages_is_read_again_before_anything_is_withdrawn(
    times: int, withdrawn: int, simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_partner()
    world.advance(900)
    meddle_with(simulator, monkeypatch, Shifting(times))
    sync_partner()
    assert RewardTemplate.objects.exclude(withdrawn_at=None).count() == withdrawn


def test_a_list_that_never_holds_still_withdraws_nothing(
    simulator: Simulator, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_partner()
    world.advance(900)
    readings = [0]

    def lose_another(request: httpx.Request, answer: dict[str, Any]) -> None:
        if rows := answer.get("merchants"):
            readings[0] += 1
            del rows[readings[0] % len(rows)]

    meddle_with(simulator, monkeypatch, lose_another)
    sync_merchants()
    assert readings == [4]
    assert not Merchant.objects.exclude(withdrawn_at=None).exists()
