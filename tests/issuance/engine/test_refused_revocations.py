"""What Thanx doesn’t revoke is asked for ever later, then given up: people are told, and staff may ask again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.engine.not_revoked import MOST_REQUESTS
from issuance.models import GuestList, IssuanceJob, RevocationPlan, RevocationRequest
from issuance.outcomes.taking_back import ask_to_take_back
from issuance.staff.asking_again import ask_again
from issuance.staff.revocation_plans import (
    progress_of,
    propose_plan,
)
from issuance.staff.revocation_scope import Scope
from tests.issuance.engine.revoking import GUESTS, Wire, click_twice, confirm, state_of, words
from tests.world import World
from thanxportal.accounts.models import Notification, User
from thanxportal.counted import counted
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]


@pytest.mark.parametrize("status", [409, 500, 503, 403])
def test_what_thanx_refuses_for_good_is_given_up_told_and_asked_for_again(
    status: int, ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], sam: User, rob: User, wire: Wire,
    world: World, client_of: Callable[[User], Client],
) -> None:  # fmt: skip
    wire.refuses, wire.status, browser = 1_000, status, client_of(sam)
    click_twice(plan_of(ended), rob)
    world.drive(hours=3)
    given_up = IssuanceJob.objects.get(pk=ended.pk)
    assert (given_up.state, given_up.next_attempt_at, wire.sent) == ("revoking", None, MOST_REQUESTS)
    assert status == 403 or wire.never_blind()
    told = Notification.objects.filter(person=rob, kind="take_back").get()
    assert told.sentence.startswith("Not all rewards of “June guests” are taken back. Job 1: Thanx doesn’t revoke it.")
    assert "1 job isn’t revoked by Thanx: ask again" in words(browser.get("/admin/"))
    page = words(browser.get(told.path))
    assert f"Asked to take the rewards back, Thanx answered {status}." in page
    assert f"after {MOST_REQUESTS} requests Thanx still hasn’t taken the rewards back" in page
    assert "1 job waits for staff to ask Thanx again" in progress_of(RevocationPlan.objects.get())

    wire.refuses = 0
    for _ in range(2):
        browser.post(reverse("admin:issuance_ask", args=[ended.pk]))
    wire.log.append("again")
    world.drive()
    assert (state_of(ended), wire.sent) == ("revoked", MOST_REQUESTS + 1)
    again = wire.log[wire.log.index("again") + 1 :]
    assert again.index("revoke") > 0, "It begins with a look."
    assert status == 403 or wire.never_blind()
    assert "isn’t revoked by Thanx" not in words(browser.get("/admin/"))


def test_between_two_requests_passes_ever_more_time(
    one_arm: Campaign, launched: Launch, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire, world: World
) -> None:
    guest_list = launched(one_arm, GUESTS)
    world.drive()
    wire.refuses, wire.status = 1_000, 409
    confirm(plan_of(guest_list.jobs.get()), rob)
    world.drive(hours=1)
    assert wire.sent == 6, "after 0, 1, 3, 7, 15 and 31 minutes, or a poll later"


def test_a_revocation_without_an_end_in_a_day_is_given_up(
    ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire, simulator: Simulator,
    world: World,
) -> None:  # fmt: skip
    theirs = simulator.jobs[ended.thanx_id or ""]
    theirs.revoke_seconds = 1e9
    confirm(plan_of(ended), rob)
    world.drive(hours=36)
    assert IssuanceJob.objects.get(pk=ended.pk).next_attempt_at is None
    assert wire.sent == 1
    assert Notification.objects.filter(person=rob, kind="take_back").exists()
    theirs.revoke_seconds = 0
    assert ask_again(job=IssuanceJob.objects.get(pk=ended.pk), actor=rob)
    world.drive()
    assert (state_of(ended), wire.sent) == ("revoked", 1)


def test_what_was_never_sent_is_not_given_up_however_long_no_worker_ran(
    ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire, world: World
) -> None:
    confirm(plan_of(ended), rob)
    world.advance(30 * 3_600)
    world.drive()
    assert (state_of(ended), wire.sent) == ("revoked", 1)


@pytest.mark.parametrize("status", [404, 422])
def test_a_definite_refusal_is_told_to_staff_and_to_the_manager_who_asked(
    status: int, ended: IssuanceJob, ana: User, sam: User, rob: User, wire: Wire, world: World
) -> None:
    ask_to_take_back(guest_list=ended.guest_list, arm=None, reason="We took the wrong file.", actor=ana)
    asked, scope = RevocationRequest.objects.get(), Scope("other", ended.merchant, ended.guest_list)
    plan = propose_plan(scope=scope, jobs=[ended], note="It was meant for July.", actor=sam, request=asked)
    wire.refuses, wire.status, before = 1, status, ended.state
    confirm(plan, rob)
    world.drive()
    assert (state_of(ended), wire.sent) == (before, 1)
    sentence = f"Not all rewards of “June guests” are taken back. Job 1: Thanx refused to revoke ({status})."
    assert sentence in Notification.objects.filter(person=sam).values_list("sentence", flat=True)
    sentence = "Thanx hasn’t taken back all rewards of “June guests” so far. Staff are looking into it."
    assert sentence in Notification.objects.filter(person=ana).values_list("sentence", flat=True)


def test_a_job_in_two_plans_counts_in_the_one_that_asked_for_it(
    ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], sam: User, rob: User, wire: Wire, world: World
) -> None:
    first, wire.refuses = plan_of(ended), 1
    confirm(first, rob)
    world.drive()
    second = plan_of(IssuanceJob.objects.get(pk=ended.pk))
    assert "1 job wasn’t taken back" in progress_of(RevocationPlan.objects.get(pk=first.pk))
    confirm(second, rob)
    world.drive()
    taken = f"{counted(ended.not_refused, 'reward')} taken back in 1 job"
    first, second = RevocationPlan.objects.order_by("pk")
    assert progress_of(first) == "0 rewards taken back in 0 jobs; 1 job counts in another plan"
    assert progress_of(second) == taken
