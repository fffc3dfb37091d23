"""What tests of revocations share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob, RevocationPlan
from issuance.models.states import JOB_REVOCABLE, JobState
from tests.issuance.engine.revoking import GUESTS, Wire
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner import gated_client
from thanxportal.partner_simulator import Simulator
from thanxportal.partner_simulator.weather import Weather

Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture
def wire(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire(simulator)
    monkeypatch.setattr(gated_client, "transport", lambda: wire)
    return wire


@pytest.fixture
def plan_of(sam: User) -> Callable[..., RevocationPlan]:
    def plan(*jobs: IssuanceJob) -> RevocationPlan:
        fields = {"merchant": jobs[0].merchant, "cause": "wrong_list", "note": "It was meant for July."}
        made = RevocationPlan.objects.create(proposed_by=sam, **fields)
        made.jobs.set(jobs)
        return made

    return plan


@pytest.fixture(params=JOB_REVOCABLE)
def ended(
    request: pytest.FixtureRequest, one_arm: Campaign, launched: Launch, simulator: Simulator, world: World, wire: Wire
) -> IssuanceJob:
    """A job that Thanx has completed, or that failed there."""
    if request.param == JobState.FAILED:
        simulator.change_weather(Weather("dying", failed_job_share=1.0))
    guest_list = launched(one_arm, GUESTS)
    world.drive()
    wire.log.clear()
    job = guest_list.jobs.get()
    assert job.state == request.param
    return job
