"""However often a revocation is confirmed and whatever is lost on the way, Thanx is asked once for each state that it
confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from campaigns.models import Campaign
from issuance.engine.poll_waits import FIRST_POLL
from issuance.models import GuestList, IssuanceJob, RevocationPlan
from issuance.models.states import JOB_REVOCABLE, JobState
from issuance.staff.revocation_plans import (
    CantRevoke,
)
from tests.issuance.engine.revoking import Wire, click_twice, confirm, state_of
from tests.issuance.factories import job as made_job
from tests.world import World
from thanxportal.accounts.models import Notification, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
NOT_SENT = (JobState.READY, JobState.FORGOTTEN, JobState.CANCELLED)
LOST = [
    Fault.RESET_AFTER, Fault.TIMEOUT_AFTER, Fault.HALF_BODY, Fault.STATUS_504, Fault.RESET_BEFORE, Fault.STATUS_500,
    Fault.THROTTLE, Fault.UNAUTHORIZED,
]  # fmt: skip


@pytest.mark.parametrize("state", [state for state in JobState if state not in JOB_REVOCABLE])
def test_a_job_in_another_state_is_never_asked_for(
    state: JobState, campaign: Campaign, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire
) -> None:
    made = GuestList.objects.create(merchant=campaign.merchant, campaign=campaign, name="June guests")
    fields = {"first_sent_at": None, "accepted_at": None, "thanx_id": None} if state in NOT_SENT else {}
    fields |= {"problem_code": "NO_CLEAR_ANSWER"} if state == JobState.NEEDS_STAFF else {}
    job = made_job(made, 1, campaign.variants.all()[0], state, 3, **fields)
    plan = plan_of(job)
    for _ in range(2):
        with pytest.raises(CantRevoke, match="None of its jobs"):
            confirm(plan, rob)
    assert (state_of(job), wire.sent) == (state, 0)
    plan.refresh_from_db()
    assert plan.waits


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_and_a_double_click_ask_once_for_each_confirmed_state(
    fault: Fault,
    ended: IssuanceJob,
    plan_of: Callable[..., RevocationPlan],
    rob: User,
    wire: Wire,
    simulator: Simulator,
    world: World,
) -> None:
    simulator.script("POST", "/partner/issuance_jobs", [fault])
    click_twice(plan_of(ended), rob)
    world.drive()
    assert state_of(ended) == "revoked"
    assert wire.never_blind() or fault in (Fault.THROTTLE, Fault.UNAUTHORIZED)  # which executed nothing for certain
    assert wire.sent == (1 if fault.executes else 2)
    assert simulator.rewards_by_identifier() == {}


def test_a_refusal_with_422_is_looked_up_and_the_job_stays_as_it_was(
    ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire, world: World
) -> None:
    wire.refuses, before = 1, ended.state
    click_twice(plan_of(ended), rob)
    world.drive()
    assert (state_of(ended), wire.sent) == (before, 1)
    assert ended.events.filter(note="Thanx refused to revoke (422).").exists()
    click_twice(plan_of(IssuanceJob.objects.get(pk=ended.pk)), rob)
    world.drive()
    assert (state_of(ended), wire.sent, wire.never_blind()) == ("revoked", 2, True)


def test_what_somebody_else_revoked_at_thanx_ends_as_revoked_by_one_request(
    ended: IssuanceJob,
    plan_of: Callable[..., RevocationPlan],
    rob: User,
    wire: Wire,
    simulator: Simulator,
    world: World,
) -> None:
    simulator.jobs[ended.thanx_id or ""].revoke_asked_at = simulator.clock.time()
    click_twice(plan_of(ended), rob)
    world.drive()
    assert (state_of(ended), wire.sent) == ("revoked", 1)


def test_two_plans_about_one_job_ask_once(
    ended: IssuanceJob, plan_of: Callable[..., RevocationPlan], rob: User, wire: Wire, world: World
) -> None:
    first, second = plan_of(ended), plan_of(ended)
    click_twice(first, rob)
    world.work(1)
    for _ in range(2):
        with pytest.raises(CantRevoke, match="None of its jobs"):
            confirm(second, rob)
        world.drive()
    assert (state_of(ended), wire.sent) == ("revoked", 1)


def test_people_hear_of_what_was_taken_back_although_thanx_refused_the_last_job(
    campaign: Campaign,
    launched: Launch,
    plan_of: Callable[..., RevocationPlan],
    ana: User,
    rob: User,
    wire: Wire,
    world: World,
) -> None:
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(30)))
    world.drive()
    first, last = guest_list.jobs.order_by("number")
    assert confirm(plan_of(first), rob)
    world.work(1)
    world.advance(FIRST_POLL - 1)
    wire.refuses = 1
    assert confirm(plan_of(last), rob)
    world.drive()
    assert (state_of(first), state_of(last)) == ("revoked", "completed")
    told = Notification.objects.get(person=ana, kind="revoked")
    assert told.key == f"list:{guest_list.pk}:revoked:{last.pk}"
    assert f"so {first.success_count} guests have lost theirs: It was meant for July." in told.sentence
