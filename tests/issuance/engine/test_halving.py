"""One guest spoils a whole job: who it is, is found in few requests, and everybody else is rewarded once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from math import ceil, log2
from typing import Any

import httpx
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.launching.launch import launch_list, stop_list
from issuance.models import Guest, GuestClaim, GuestList, IssuanceJob
from issuance.models.states import JobState, ListState, Outcome
from tests import cast
from tests.crash import as_often
from tests.issuance.factories import checked, published
from tests.world import ThroughTheSimulator, World
from thanxportal.accounts.models import User
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
BAD = "spoils-the-job@example.com"
CODES = ("USER_EMAIL_INVALID", "BAD_REQUEST")
UNPROVEN = (
    (422, "UNPROCESSABLE_ENTITY"),
    (422, "BAD_REQUEST"),
    (422, None),
    (400, None),
    (400, "NEW_CODE"),
    (404, None),
)


class Refusing(ThroughTheSimulator):
    """Thanx, but it refuses each job that holds one of the `spoilers`, or every job."""

    def __init__(self, simulator: Simulator, status: int, code: str | None, *spoilers: str) -> None:
        super().__init__(simulator)
        self.status, self.code, self.spoilers = status, code, spoilers
        self.issues: list[int] = []  # how many guests were in each issue request

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/issue"):
            return super().handle_request(request)
        guests = [identifier["value"] for identifier in json.loads(request.content)["identifiers"]]
        self.issues.append(len(guests))
        if self.spoilers and not {*guests} & {*self.spoilers}:
            return super().handle_request(request)
        error = {"code": self.code, "message": "No."} if self.code else {}
        return httpx.Response(self.status, json={"error": error}, request=request)


@pytest.fixture
def refusing(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Refusing]:
    def refuse(status: int, code: str | None, *spoilers: str) -> Refusing:
        thanx = Refusing(simulator, status, code, *spoilers)
        monkeypatch.setattr(gated_client, "transport", lambda: thanx)
        return thanx

    return refuse


@pytest.fixture
def calm(simulator: Simulator) -> None:
    simulator._refused_share = 0.0


def text_of(guests: int, *bad_at: int) -> str:
    return "\n".join(f"bad{at}@example.com" if at in bad_at else f"guest{at}@example.com" for at in range(guests))


def outcomes(guest_list: GuestList) -> dict[str, str]:
    return {guest.value: guest.outcome for guest in guest_list.guests.all()}


def ends(guest_list: GuestList) -> GuestList:
    guest_list.refresh_from_db()
    assert guest_list.state == ListState.FINISHED
    assert reconcile().differences == []
    return guest_list


@pytest.mark.usefixtures("calm")
def test_the_simulated_thanx_refuses_a_whole_job_for_one_guest(
    one_arm: Campaign, launched: Launch, world: World, simulator: Simulator
) -> None:
    guest_list = launched(one_arm, f"ann@example.com\n{BAD}\nbob@example.com\ncy@example.com")
    world.drive()
    ended = ends(guest_list)
    assert (ended.rewarded_count, ended.refused_count) == (3, 1)
    guest = guest_list.guests.get(outcome=Outcome.REFUSED)
    assert (guest.value, guest.reason) == (BAD, "USER_EMAIL_INVALID")
    assert max(simulator.rewards_by_identifier().values()) == 1


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(
    ("at", "status", "code", "reason"),
    [
        (0, 400, "USER_EMAIL_INVALID", "USER_EMAIL_INVALID"),
        (77, 422, "USER_PHONE_INVALID", "USER_PHONE_INVALID"),
        (199, 400, "BAD_REQUEST", "SPOILED_ITS_JOB"),
    ],
)
def test_the_one_guest_is_found_in_two_requests_for_each_halving(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, at: int, status: int, code: str, reason: str
) -> None:
    thanx = refusing(status, code, f"bad{at}@example.com")
    guest_list = launched(one_arm, text_of(200, at))
    world.drive()
    ended = ends(guest_list)
    assert (ended.rewarded_count, ended.refused_count) == (199, 1)
    assert guest_list.guests.get(outcome=Outcome.REFUSED).reason == reason
    assert len(thanx.issues) <= 1 + 2 * ceil(log2(200))
    assert not GuestClaim.objects.filter(identity=guest_list.guests.get(outcome=Outcome.REFUSED).identity).exists()


@settings(max_examples=as_often(usually=4, full=100))
@given(st.integers(2, 40), st.sets(st.integers(0, 39), max_size=8), st.sampled_from(CODES))
def test_nobody_is_rewarded_twice_or_lost_however_many_spoil_their_jobs(
    harbor: Any, simulator: Simulator, world: World, guests: int, bad: set[int], code: str
) -> None:
    with transaction.atomic():
        play_with(simulator, world, harbor, guests, {at for at in bad if at < guests}, code)
        transaction.set_rollback(True)


def play_with(simulator: Simulator, world: World, harbor: Any, guests: int, bad: set[int], code: str) -> None:
    world.advance(60)  # The requests of the example before are past for Thanx.
    simulator._refused_share = 0.0
    campaign = published(cast.draft_campaign(harbor, weights=(100,)))
    guest_list = checked(campaign, text_of(guests, *bad))
    thanx = Refusing(simulator, 400, code, *(f"bad{at}@example.com" for at in bad)) if bad else None
    with pytest.MonkeyPatch.context() as patch:
        if thanx:
            patch.setattr(gated_client, "transport", lambda: thanx)
        assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
        world.drive()
    ended = ends(guest_list)
    rewards = simulator.rewards_by_identifier(campaign.thanx_id)
    rewarded = {value for value, outcome in outcomes(ended).items() if outcome == Outcome.REWARDED}
    assert set(rewards) == rewarded
    assert set(rewards.values()) <= {1}
    assert ended.rewarded_count + ended.refused_count == guests
    assert all(outcomes(ended)[f"bad{at}@example.com"] == Outcome.REFUSED for at in bad)
    if thanx:
        assert len(thanx.issues) <= 1 + 4 * ceil(log2(guests))


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(("status", "code"), UNPROVEN)
def test_a_refusal_that_doesnt_prove_that_nothing_was_issued_is_never_halved(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, status: int, code: str | None
) -> None:
    thanx = refusing(status, code, "bad3@example.com")
    guest_list = launched(one_arm, text_of(10, 3))
    world.drive()
    assert ends(guest_list).refused_count == 10
    assert thanx.issues == [10]
    reasons = set(guest_list.guests.values_list("reason", flat=True))
    assert len(reasons) == 1
    assert reasons.pop().startswith("JOB_")


@pytest.mark.usefixtures("calm")
def test_a_refusal_after_doubt_is_never_halved(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any
) -> None:
    thanx = refusing(502, None, "bad3@example.com")
    launched(one_arm, text_of(10, 3))
    world.work(2)
    assert IssuanceJob.objects.get().in_doubt
    thanx.status, thanx.code = 400, "USER_EMAIL_INVALID"
    world.drive(hours=0.2)
    assert IssuanceJob.objects.get().state == JobState.NEEDS_STAFF


@pytest.mark.usefixtures("calm")
def test_what_thanx_refuses_for_everybody_costs_five_requests_and_blames_nobody(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, client_of: Callable[[User], Client], ben: User
) -> None:
    thanx = refusing(400, "BAD_REQUEST")
    guest_list = launched(one_arm, text_of(64))
    world.drive()
    assert ends(guest_list).refused_count == 64
    assert len(thanx.issues) == 5
    assert set(guest_list.guests.values_list("reason", flat=True)) == {"JOB_BAD_REQUEST"}
    html = client_of(ben).get(reverse("issuance:list_detail", args=["harbor-grill", guest_list.pk])).content.decode()
    words, causes = " ".join(re.sub("<[^>]*>", " ", html).split()), html.partition('"causes"')[2]
    assert "weren’t taken. Thanx refused this job: it isn’t as Thanx wants it." in words
    assert causes.count('class="fix"') == 1
    assert "Thanx refused this job, not this guest:" in causes
    assert "BAD_REQUEST" not in words


@pytest.mark.usefixtures("calm")
def test_while_the_guest_is_looked_for_all_wait_in_the_same_ledger_and_the_page_says_why(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, client_of: Callable[[User], Client], ben: User
) -> None:
    refusing(400, "USER_EMAIL_INVALID", "bad3@example.com")
    guest_list = launched(one_arm, text_of(40, 3))
    world.work(2)
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.waiting_count, guest_list.rows_count) == (ListState.ISSUING, 40, 40)
    assert reconcile().differences == []
    page = client_of(ben).get(reverse("issuance:list_detail", args=["harbor-grill", guest_list.pk]))
    assert "so it is sent in parts to find out because of whom" in page.content.decode()
    assert page.context["progress"].total == 40
    assert sum(job.total_count for job in page.context["progress"].jobs) == 40


@pytest.mark.usefixtures("calm")
def test_a_list_that_was_stopped_is_sent_no_parts(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, settings: Any
) -> None:
    settings.JOB_SIZE = 10
    thanx = refusing(400, "USER_EMAIL_INVALID", "bad3@example.com")
    guest_list = launched(one_arm, text_of(40, 3))
    real = thanx.handle_request

    def stopped_meanwhile(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/issue") and len(thanx.issues) == 0:
            fresh = GuestList.objects.get(pk=guest_list.pk)
            assert stop_list(guest_list=fresh, actor=None)
        response: httpx.Response = real(request)
        return response

    thanx.handle_request = stopped_meanwhile
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == ListState.STOPPED
    assert (guest_list.refused_count, guest_list.waiting_count) == (10, 30)
    assert thanx.issues == [10]


@pytest.mark.usefixtures("calm")
def test_parts_of_the_guests_sent_ahead_count_together(
    one_arm: Campaign, launched: Launch, world: World, refusing: Any, settings: Any
) -> None:
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 20, 10
    refusing(400, "USER_EMAIL_INVALID", "bad3@example.com")
    guest_list = launched(one_arm, text_of(40, 3))
    world.drive()
    ended = ends(guest_list)
    assert ended.safety_stop_at is None
    assert (ended.rewarded_count, ended.refused_count) == (39, 1)


@pytest.mark.usefixtures("calm")
def test_the_database_lets_no_guest_leave_a_job_that_isnt_halved(
    one_arm: Campaign, launched: Launch, world: World
) -> None:
    guest_list = launched(one_arm, text_of(4))
    world.drive()
    with pytest.raises(IntegrityError), transaction.atomic():
        Guest.objects.filter(guest_list=guest_list).update(position=99)
