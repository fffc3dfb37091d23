"""A job that nobody can tell the end of is settled by two people, with Thanx's own words."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from campaigns.models import Campaign
from issuance.engine.settlement import apply_snapshot
from issuance.models import GuestClaim, GuestList, IssuanceJob, Resolution
from issuance.staff.resolution import EXECUTED, CantResolve, confirm_resolution, why_not_resolvable
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner_api import IssuanceJob as Snapshot
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(30))


@pytest.fixture
def lost(
    one_arm: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    simulator: Simulator,
    world: World,
    settings: Any,
) -> IssuanceJob:
    """A job that Thanx executed, of which every answer was lost."""
    settings.IN_DOUBT_MINUTES = 2
    guest_list = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_AFTER] * 500)
    world.drive()
    job = guest_list.jobs.get()
    assert job.state == "needs_staff"
    return job


def proposed(job: IssuanceJob, by: User, thanx_id: str = "") -> Resolution:
    decision = Resolution.LINKED if thanx_id else Resolution.NEVER_EXECUTED
    return Resolution.objects.create(
        job=job, decision=decision, thanx_id=thanx_id, evidence="Ticket 12, Thanx support.", proposed_by=by
    )


def test_a_linked_job_is_believed_only_after_a_look(
    lost: IssuanceJob, simulator: Simulator, world: World, sam: User, rob: User
) -> None:
    their_id = next(iter(simulator.jobs))
    confirm_resolution(resolution=proposed(lost, sam, their_id), actor=rob)
    lost.refresh_from_db()
    assert lost.state == "needs_staff"
    world.drive()
    lost.refresh_from_db()
    lost.guest_list.refresh_from_db()
    assert lost.state == "completed"
    assert lost.guest_list.closed
    rewarded = lost.guest_list.guests.filter(outcome="rewarded").values_list("value", flat=True)
    assert set(rewarded) == set(simulator.rewards_by_identifier())


def test_an_id_of_another_job_is_taken_off_again(
    lost: IssuanceJob, simulator: Simulator, world: World, sam: User, rob: User
) -> None:
    other = next(iter(simulator.jobs))
    simulator.jobs[other].variant_id = "another"
    confirm_resolution(resolution=proposed(lost, sam, other), actor=rob)
    world.drive()
    lost.refresh_from_db()
    assert (lost.state, lost.thanx_id, lost.problem_code) == ("needs_staff", None, "OTHER_JOB")
    assert lost.guest_list.unknown_count == 30


def test_never_executed_frees_the_guests(lost: IssuanceJob, sam: User, rob: User) -> None:
    confirm_resolution(resolution=proposed(lost, sam), actor=rob)
    lost.refresh_from_db()
    lost.guest_list.refresh_from_db()
    assert (lost.state, lost.guest_list.refused_count) == ("rejected", 30)
    assert not GuestClaim.objects.exists()


@pytest.fixture
def contradictory(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> IssuanceJob:
    """A job that Thanx has completed, with figures that contradict each other."""
    guest_list = launched(one_arm, GUESTS)
    world.work()
    job = guest_list.jobs.get()
    summary = {"success_count": 20, "failure_count": 0, "failures": []}
    apply_snapshot(job.pk, Snapshot.model_validate({"id": job.thanx_id, "state": "completed", "summary": summary}))
    job.refresh_from_db()
    assert (job.state, job.problem_code) == ("needs_staff", "DOES_NOT_ADD_UP")
    return job


def test_nobody_can_say_that_a_job_which_thanx_shows_was_never_executed(
    contradictory: IssuanceJob, sam: User, rob: User, client_of: Callable[[User], Client]
) -> None:
    fields = {"job": contradictory.pk, "decision": "never_executed", "thanx_id": "", "evidence": "Ticket 12."}
    form = client_of(sam).post("/admin/issuance/resolution/add/", fields)
    assert EXECUTED in form.content.decode()
    with pytest.raises(CantResolve, match="executed"):
        confirm_resolution(resolution=proposed(contradictory, sam), actor=rob)
    assert GuestClaim.objects.count() == 30
    assert not Resolution.objects.filter(confirmed_at__isnull=False).exists()


def test_the_database_refuses_to_reject_a_job_that_thanx_knows(contradictory: IssuanceJob) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuanceJob.objects.filter(pk=contradictory.pk).update(state="rejected")


def test_a_job_that_thanx_took_and_then_never_knew_can_be_settled_as_never_executed(
    accepted: IssuanceJob, simulator: Simulator, world: World, sam: User, rob: User
) -> None:
    simulator.books.jobs.clear()
    world.drive(hours=0.1)
    assert why_not_resolvable(accepted, Resolution.NEVER_EXECUTED, "")
    world.drive(hours=0.3)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_staff", "JOB_NOT_FOUND")
    assert why_not_resolvable(accepted, Resolution.NEVER_EXECUTED, "") == ""
    confirm_resolution(resolution=proposed(accepted, sam), actor=rob)
    accepted.refresh_from_db()
    assert accepted.state == "rejected"


def test_an_id_that_thanx_does_not_know_leaves_the_way_open_to_never_executed(
    lost: IssuanceJob, world: World, sam: User, rob: User
) -> None:
    confirm_resolution(resolution=proposed(lost, sam, "a-slip-of-the-pen"), actor=rob)
    lost.refresh_from_db()
    assert why_not_resolvable(lost, Resolution.NEVER_EXECUTED, "") == EXECUTED
    world.drive(hours=0.5)
    lost.refresh_from_db()
    assert why_not_resolvable(lost, Resolution.NEVER_EXECUTED, "") == ""


def test_nobody_confirms_their_own_proposal_or_confirms_twice(lost: IssuanceJob, sam: User, rob: User) -> None:
    resolution = proposed(lost, sam)
    with pytest.raises(CantResolve, match="Somebody else"):
        confirm_resolution(resolution=resolution, actor=sam)
    confirm_resolution(resolution=resolution, actor=rob)
    with pytest.raises(CantResolve, match="meanwhile"):
        confirm_resolution(resolution=resolution, actor=rob)


def test_staff_settle_a_job_in_the_admin(
    lost: IssuanceJob, sam: User, rob: User, client_of: Callable[[User], Client]
) -> None:
    fields = {"job": lost.pk, "decision": "never_executed", "thanx_id": "", "evidence": "Ticket 12."}
    address = "/admin/issuance/resolution/"
    assert client_of(sam).post(f"{address}add/", fields | {"thanx_id": "abc"}).status_code == 200
    assert client_of(sam).post(f"{address}add/", fields).status_code == 302
    resolution = Resolution.objects.get()
    act = {"action": "confirm", "_selected_action": [resolution.pk]}
    client_of(sam).post(address, act)
    lost.refresh_from_db()
    assert lost.state == "needs_staff"
    client_of(rob).post(address, act)
    lost.refresh_from_db()
    assert lost.state == "rejected"
