"""Prometheus sees at a glance what waits for how long, and a scrape costs few queries however much there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.models.states import ListState
from tests.health.metrics import TOKEN
from tests.issuance.factories import make_list
from tests.world import NOON, World
from thanxportal.partner.models import Credential

pytestmark = pytest.mark.django_db


def test_without_a_token_there_is_no_such_address() -> None:
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"])
def test_who_does_not_know_the_token_learns_nothing(given: str, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", HTTP_AUTHORIZATION=given)
    assert (answer.status_code, answer.content) == (401, b"")


def test_what_was_asked_of_thanx_is_counted_by_kind_and_status(
    one_arm: Campaign, launched: Callable[..., GuestList], world: World, scrape: Callable[[], dict[str, float]]
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    seen = scrape()
    assert seen['thanx_requests{kind="issue",status="202"}'] == 1
    assert seen['thanx_requests{kind="poll",status="200"}'] >= 1
    assert seen["thanx_requests_sent_total"] + seen["thanx_requests_left"] == 1_960


def test_work_that_nobody_does_grows_old(
    one_arm: Campaign, launched: Callable[..., GuestList], world: World, scrape: Callable[[], dict[str, float]]
) -> None:
    launched(one_arm, "a@example.com")
    world.advance(600)
    seen = scrape()
    assert 300 < seen['oldest_due_seconds{queue="sending"}'] <= 600
    assert seen['oldest_due_seconds{queue="reading"}'] == 0
    assert seen['lists{state="held"}'] == 1
    make_list(one_arm, ListState.UPLOADED, rewarded=0)
    world.advance(600)
    assert scrape()['oldest_due_seconds{queue="reading"}'] >= 600


@pytest.mark.parametrize("fields", [{"refused_at": "2026-06-01T12:00:00Z"}, {"blocked_until": NOON + 3_600.0}])
def test_work_that_waits_for_thanx_alone_calls_for_no_workers(
    fields: dict[str, Any],
    one_arm: Campaign,
    launched: Callable[..., GuestList],
    world: World,
    scrape: Callable[[], dict[str, float]],
) -> None:
    launched(one_arm, "a@example.com")
    world.advance(600)
    assert scrape()['oldest_due_seconds{queue="sending"}'] > 300
    Credential.objects.update(**fields)
    assert scrape()['oldest_due_seconds{queue="sending"}'] == 0


def test_a_scrape_looks_at_no_guest(scrape: Callable[[], dict[str, float]], campaign: Campaign) -> None:
    scrape()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        scrape()
    asked = [query["sql"] for query in queries]
    assert not [sql for sql in asked if '"issuance_guest"' in sql or "issuance_guestclaim" in sql]
    assert len(asked) <= 33


def test_what_is_not_fine_is_a_zero(scrape: Callable[[], dict[str, float]]) -> None:
    seen = scrape()
    assert (seen['check_ok{check="database"}'], seen['check_ok{check="beat"}']) == (1, 0)
