"""A state of a job that Thanx never announced: shown as it is, and a person looks at it within an hour."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from issuance.models import IssuanceJob
from issuance.models.states import JobState
from tests.world import ThroughTheSimulator, World
from thanxportal.accounts.models import Notification, User
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db


class Strange(ThroughTheSimulator):
    """Thanx, but every job is in the same state; empty: in its own one."""

    state = ""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        document = json.loads(response.read())
        if self.state and request.method == "GET" and "issuance_job" in document:
            document["issuance_job"]["state"] = self.state
        return httpx.Response(response.status_code, json=document, request=request)


@pytest.fixture
def thanx(accepted: IssuanceJob, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Strange:
    strange = Strange(simulator)
    monkeypatch.setattr(gated_client, "transport", lambda: strange)
    return strange


def page_of(job: IssuanceJob, browser: Client) -> str:
    return browser.get(reverse("issuance:list_detail", args=["harbor-grill", job.guest_list_id])).content.decode()


@pytest.mark.parametrize("state", ["Completed", "completed_with_errors", "on hold"])
def test_the_page_and_staff_see_the_word_itself(
    thanx: Strange, accepted: IssuanceJob, world: World, client_of: Any, ben: User, sam: User, state: str
) -> None:
    thanx.state = state
    world.drive(hours=0.1)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.partner_state) == (JobState.ACCEPTED, state)
    html = page_of(accepted, client_of(ben))
    assert f"Thanx reports a state that we don’t know: “{state}”." in html
    assert "staff look at it within an hour" in html
    admin = client_of(sam).get(reverse("admin:issuance_issuancejob_change", args=[accepted.pk])).content.decode()
    assert state in admin


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("<b>x</b>", "<b>x</b>"),
        ("held for ann@example.com", "held for [email]"),
        ("call +1 202 555 0142", "call +[number]"),
        ("w" * 500, "w" * 40),
        ("a\n\tb", "a b"),
    ],
)
def test_a_state_that_is_no_plain_word_is_shown_to_staff_cleaned(
    thanx: Strange, accepted: IssuanceJob, world: World, client_of: Any, ben: User, state: str, kept: str
) -> None:
    thanx.state = state
    world.drive(hours=0.1)
    accepted.refresh_from_db()
    assert accepted.partner_state == kept
    html = page_of(accepted, client_of(ben))
    assert "Thanx reports a state that we don’t know" in html
    assert "<b>x</b>" not in html
    assert "ann@example.com" not in html


def test_a_person_is_asked_within_an_hour_and_a_late_end_still_counts(
    thanx: Strange, accepted: IssuanceJob, world: World, client_of: Callable[[User], Client], ana: User
) -> None:
    thanx.state, since = "completed_with_errors", timezone.now()
    world.drive(hours=1)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == (JobState.NEEDS_STAFF, "UNKNOWN_STATE")
    assert accepted.ended_at
    assert timedelta(minutes=45) <= accepted.ended_at - since <= timedelta(hours=1)
    assert Notification.objects.filter(person=ana).exists()
    assert "“completed_with_errors”. Nobody knows what that means yet." in page_of(accepted, client_of(ana))
    thanx.state = ""
    world.drive(hours=1)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == (JobState.COMPLETED, 2)
    assert accepted.unknown_state_since is None


def test_a_state_that_becomes_known_again_in_time_is_nobodys_business(
    thanx: Strange, accepted: IssuanceJob, world: World
) -> None:
    for state in ("odd", "processing"):
        thanx.state = state
        world.drive(hours=0.6)
        accepted.refresh_from_db()
        assert accepted.state == JobState.ACCEPTED
    assert accepted.unknown_state_since is None


def test_how_long_it_may_last_is_a_setting(thanx: Strange, accepted: IssuanceJob, world: World, settings: Any) -> None:
    settings.UNKNOWN_STATE_MINUTES = 1
    thanx.state = "odd"
    world.drive(hours=0.1)
    accepted.refresh_from_db()
    assert accepted.problem_code == "UNKNOWN_STATE"
