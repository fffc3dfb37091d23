"""While Thanx refuses the credential, or doesn't answer, one look is made for all, and everything waits for it."""

from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests.world import World, asked
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
SCOPES, ISSUE, JOBS = "/partner/scopes", "/partner/campaigns/issue", "/partner/issuance_jobs"


@pytest.fixture
def ten_jobs(one_arm: Campaign, launched: Launch, settings: Any, world: World) -> GuestList:
    settings.JOB_SIZE = 2
    guest_list = launched(one_arm, "\n".join(f"guest{number}@example.com" for number in range(20)))
    assert due_work.plan_list(guest_list.pk)
    return guest_list


def refuse(simulator: Simulator, world: World, probes: int) -> None:
    """Thanx refuses the credential from now on until so many probes have failed."""
    Credential.objects.update(refused_at="2026-06-01T12:00:00Z")
    simulator.script("GET", SCOPES, [Fault.UNAUTHORIZED] * probes)


def work_for(world: World, seconds: float, *, every: float = 5) -> None:
    """Does all due work every few seconds."""
    for _ in range(round(seconds / every)):
        due_work.drive_due_work()
        world.advance(every)


def finished(guest_list: GuestList) -> bool:
    guest_list.refresh_from_db()
    return guest_list.state == "finished" and guest_list.closed


def test_a_full_queue_asks_once_a_minute_and_goes_on_by_itself(
    ten_jobs: GuestList, simulator: Simulator, world: World
) -> None:
    simulator.script("POST", ISSUE, [Fault.UNAUTHORIZED])
    simulator.script("GET", SCOPES, [Fault.UNAUTHORIZED] * 5)
    before = len(simulator.requests)
    work_for(world, 30)
    assert (asked(simulator, ISSUE), asked(simulator, SCOPES)) == (1, 1)
    work_for(world, 240)
    assert asked(simulator, ISSUE) == 1
    assert asked(simulator, SCOPES) == 5
    assert len(simulator.requests) == before + 6
    world.drive()
    assert finished(ten_jobs)
    assert Credential.current().refused_at is None
    assert asked(simulator, ISSUE) == 11


def test_polls_wait_and_resume_by_themselves(accepted: IssuanceJob, simulator: Simulator, world: World) -> None:
    refuse(simulator, world, probes=3)
    world.advance(10)
    work_for(world, 130)
    assert (asked(simulator, JOBS), asked(simulator, SCOPES)) == (0, 3)
    work_for(world, 120)
    accepted.refresh_from_db()
    assert accepted.state == "completed"


def test_replays_wait_and_resume_by_themselves(
    one_arm: Campaign, launched: Launch, simulator: Simulator, world: World
) -> None:
    guest_list = launched(one_arm, "a@example.com")
    simulator.script("POST", ISSUE, [Fault.RESET_AFTER])
    world.work(1)
    assert guest_list.jobs.get().in_doubt
    refuse(simulator, world, probes=3)
    work_for(world, 130)
    assert (asked(simulator, ISSUE), asked(simulator, SCOPES)) == (1, 3)
    world.drive()
    assert finished(guest_list)
    assert simulator.rewards_by_identifier() == {"a@example.com": 1}


def test_revocations_wait_and_resume_by_themselves(
    accepted: IssuanceJob, simulator: Simulator, world: World, ana: User
) -> None:
    world.drive()
    accepted.refresh_from_db()
    assert request_revocation(job=accepted, actor=ana, reason="Wrong reward.")
    refuse(simulator, world, probes=2)
    before = asked(simulator, JOBS)
    work_for(world, 50)
    assert asked(simulator, JOBS) == before
    world.drive()
    accepted.refresh_from_db()
    assert accepted.state == "revoked"


def test_a_refusal_of_one_job_alone_holds_the_others_up_for_seconds_only(
    ten_jobs: GuestList, simulator: Simulator, world: World
) -> None:
    simulator.script("POST", ISSUE, [Fault.UNAUTHORIZED])
    work_for(world, 20, every=1)
    assert asked(simulator, ISSUE) > 8
    world.drive()
    assert finished(ten_jobs)


def test_a_terminal_without_a_worker_probes_as_well(ten_jobs: GuestList, simulator: Simulator, world: World) -> None:
    refuse(simulator, world, probes=1)
    for _ in range(60):
        due_work.drive_due_work(list_id=ten_jobs.pk)
        world.advance(5)
    assert finished(ten_jobs)
    assert asked(simulator, SCOPES) == 2


def test_jobs_that_wait_for_a_proof_that_thanx_answers_share_it(
    ten_jobs: GuestList, simulator: Simulator, world: World
) -> None:
    """While one job is in doubt no other is sent before a look succeeds."""
    simulator.script("POST", ISSUE, [Fault.RESET_BEFORE] * 1_000)
    simulator.script("GET", SCOPES, [Fault.EMPTY_503] * 1_000)
    work_for(world, 60)
    assert IssuanceJob.objects.filter(in_doubt=True).count() == 1
    assert asked(simulator, SCOPES) <= 5
