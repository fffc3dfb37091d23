"""A job that nobody can tell the end of is settled by two people, with Thanx's own words."""

from collections.abc import Callable

import pytest
from django.test import Client

from campaigns.models import Campaign
from issuance.models import GuestClaim, IssuanceJob, RecipientList, Resolution
from issuance.resolution import CantResolve, confirm_resolution
from tests import cast
from tests.conftest import World
from thanxportal.accounts.models import User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
GUESTS = "\n".join(f"guest{number}@example.com" for number in range(30))


@pytest.fixture
def lost(
    one_arm: Campaign, launched: Callable[[Campaign, str], RecipientList], simulator: Simulator, world: World
) -> IssuanceJob:
    """A job that Thanx executed, of which every answer was lost."""
    guests = launched(one_arm, GUESTS)
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_AFTER] * 500)
    world.drive()
    job = guests.jobs.get()
    assert job.state == "needs_review"
    return job


@pytest.fixture
def rob(db: None) -> User:
    return cast.person("rob@example.com", is_staff=True, is_superuser=True)


def proposed(job: IssuanceJob, by: User, thanx_id: str = "") -> Resolution:
    verdict = Resolution.LINKED if thanx_id else Resolution.NEVER_EXECUTED
    return Resolution.objects.create(
        job=job, verdict=verdict, thanx_id=thanx_id, evidence="Ticket 12, Thanx support.", proposed_by=by
    )


def test_a_linked_job_is_believed_only_after_a_look(
    lost: IssuanceJob, simulator: Simulator, world: World, sam: User, rob: User
) -> None:
    their_id = next(iter(simulator.jobs))
    confirm_resolution(resolution=proposed(lost, sam, their_id), actor=rob)
    lost.refresh_from_db()
    assert lost.state == "needs_review"
    world.drive()
    lost.refresh_from_db()
    lost.recipient_list.refresh_from_db()
    assert lost.state == "completed"
    assert lost.recipient_list.closed
    rewarded = lost.recipient_list.recipients.filter(outcome="rewarded").values_list("value", flat=True)
    assert set(rewarded) == set(simulator.rewards_by_identifier())


def test_an_id_of_another_job_is_taken_off_again(
    lost: IssuanceJob, simulator: Simulator, world: World, sam: User, rob: User
) -> None:
    other = next(iter(simulator.jobs))
    simulator.jobs[other].variant_id = "another"
    confirm_resolution(resolution=proposed(lost, sam, other), actor=rob)
    world.drive()
    lost.refresh_from_db()
    assert (lost.state, lost.thanx_id, lost.problem_code) == ("needs_review", None, "OTHER_JOB")
    assert lost.recipient_list.unknown_count == 30


def test_never_executed_frees_the_guests(lost: IssuanceJob, sam: User, rob: User) -> None:
    confirm_resolution(resolution=proposed(lost, sam), actor=rob)
    lost.refresh_from_db()
    lost.recipient_list.refresh_from_db()
    assert (lost.state, lost.recipient_list.refused_count) == ("rejected", 30)
    assert not GuestClaim.objects.exists()


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
    fields = {"job": lost.pk, "verdict": "never_executed", "thanx_id": "", "evidence": "Ticket 12."}
    address = "/admin/issuance/resolution/"
    assert client_of(sam).post(f"{address}add/", fields | {"thanx_id": "abc"}).status_code == 200
    assert client_of(sam).post(f"{address}add/", fields).status_code == 302
    resolution = Resolution.objects.get()
    act = {"action": "confirm", "_selected_action": [resolution.pk]}
    client_of(sam).post(address, act)
    lost.refresh_from_db()
    assert lost.state == "needs_review"
    client_of(rob).post(address, act)
    lost.refresh_from_db()
    assert lost.state == "rejected"
