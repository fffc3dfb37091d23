"""Jobs chosen in the admin are taken back by a plan: with the right, with what it would undo, and by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob, RevocationPlan
from issuance.models.states import JOB_REVOCABLE, JobState
from issuance.staff.revocation import WHY_NOT
from tests.issuance.factories import job as made_job
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
JOBS = "/admin/issuance/issuancejob/"
NOT_SENT = (JobState.READY, JobState.FORGOTTEN, JobState.CANCELLED)


def choose(browser: Client, *jobs: IssuanceJob) -> Any:
    form = {"action": "plan_to_revoke", "_selected_action": [job.pk for job in jobs]}
    return browser.post(JOBS, form, follow=True)


def page_of(job: IssuanceJob) -> str:
    return reverse("admin:issuance_issuancejob_change", args=[job.pk])


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def states(guest_list: GuestList) -> list[str]:
    return list(guest_list.jobs.order_by("number").values_list("state", flat=True))


def test_staff_without_the_right_are_not_offered_it_and_cant_do_it(
    finished: GuestList, onlooker: User, client_of: ClientOf
) -> None:
    browser, job = client_of(onlooker), finished.jobs.get(number=1)
    assert "Plan to revoke selected jobs" not in words(browser.get(JOBS))
    assert "Plan to take its rewards back" not in words(browser.get(page_of(job)))
    assert "Take rewards back" not in words(choose(browser, job))


def test_the_right_to_propose_plans_is_enough(finished: GuestList, onlooker: User, client_of: ClientOf) -> None:
    onlooker.user_permissions.add(Permission.objects.get(codename="add_revocationplan"))
    assert "Take rewards back" in words(choose(client_of(onlooker), finished.jobs.get(number=1)))


def test_what_would_be_undone_is_shown_and_nothing_happens(finished: GuestList, staff: Client) -> None:
    first, second = finished.jobs.order_by("number")
    page = words(choose(staff, first))
    assert f"You are about to take back <strong>{first.success_count} rewards</strong>" in page
    assert f"Other jobs of this list stay as they are: {second}" in page
    assert f"Propose to take back {first.success_count} rewards in 1 job" in page
    assert " style=" not in page
    assert states(finished) == ["completed", "completed"]


def test_the_page_of_a_job_leads_to_a_plan_of_that_job_alone(finished: GuestList, staff: Client, world: World) -> None:
    job = finished.jobs.get(number=2)
    asked = staff.get(page_of(job)).context["plan_page"]
    assert staff.get(asked).context["ticked"] == {job.pk}
    IssuanceJob.objects.filter(pk=job.pk).update(
        state=JobState.REVOKING, next_attempt_at="2026-06-01T12:00:00Z", thanx_id=job.thanx_id
    )
    assert staff.get(page_of(job)).context["plan_page"] == ""


def test_one_person_alone_takes_nothing_back(
    finished: GuestList, staff: Client, rob: User, client_of: ClientOf, world: World
) -> None:
    """Neither whom it was proposed by, nor an old address of the act that took one."""
    job = finished.jobs.get(number=1)
    found: Any = choose(staff, job)
    page = found.redirect_chain[-1][0]
    form = {"job": [job.pk], "propose": "1", "reason": "It was meant for July.", "seen": found.context["seen"]}
    staff.post(page, form)
    plan = RevocationPlan.objects.get()
    confirm = reverse("admin:issuance_confirm_plan", args=[plan.pk])
    seen = staff.get(reverse("admin:issuance_revocationplan_change", args=[plan.pk])).context["seen"]
    staff.post(confirm, {"seen": seen})
    staff.post(JOBS, {"action": "revoke", "_selected_action": job.pk, "confirmed": "yes", "reason": "Just like that."})
    assert states(finished) == ["completed", "completed"]
    client_of(rob).post(confirm, {"seen": seen})
    world.drive()
    assert states(finished) == ["revoked", "completed"]


@pytest.mark.parametrize("state", [state for state in JobState if state not in JOB_REVOCABLE])
def test_a_job_that_cant_be_revoked_is_named_with_the_reason(
    state: JobState, campaign: Campaign, staff: Client
) -> None:
    made = GuestList.objects.create(merchant=campaign.merchant, campaign=campaign, name="June guests")
    fields = {"first_sent_at": None, "accepted_at": None, "thanx_id": None} if state in NOT_SENT else {}
    fields |= {"problem_code": "NO_CLEAR_ANSWER"} if state == JobState.NEEDS_STAFF else {}
    job = made_job(made, 1, campaign.variants.all()[0], state, 3, **fields)
    assert f"{job} can’t be revoked. {WHY_NOT[state]}" in words(choose(staff, job))
    assert not RevocationPlan.objects.exists()


def test_what_cant_be_revoked_does_not_hold_up_the_rest(
    finished: GuestList, staff: Client, one_arm: Campaign, launched: Any
) -> None:
    waiting = launched(one_arm, "a@example.com")
    first = finished.jobs.get(number=1)
    page: Any = choose(staff, first, *waiting.jobs.all())
    assert page.context["ticked"] == {first.pk}


def test_jobs_of_two_lists_take_a_plan_each(
    finished: GuestList, staff: Client, one_arm: Campaign, launched: Any, world: World
) -> None:
    other = launched(one_arm, "a@example.com")
    world.drive()
    page = words(choose(staff, finished.jobs.get(number=1), other.jobs.get()))
    assert "Select jobs of one list: each list takes a plan of its own." in page
