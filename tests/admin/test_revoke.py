"""Taking rewards back: with the right, with a reason, only from jobs that have ended, and once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.admin import revocation
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import JOB_DUE, JOB_KNOWN, JOB_OPEN, JobState
from tests.world import World
from thanxportal.accounts.models import Activity, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
JOBS = "/admin/issuance/issuancejob/"
REASON = "The offer was meant for July."


def choose(browser: Client, *jobs: IssuanceJob, **more: Any) -> HttpResponse:
    form = {"action": "revoke", "_selected_action": [job.pk for job in jobs], **more}
    return browser.post(JOBS, form, follow=True)  # type: ignore[return-value]


def confirm(browser: Client, *jobs: IssuanceJob, reason: str = REASON) -> HttpResponse:
    """Looks at what would be undone, and confirms that."""
    page: Any = choose(browser, *jobs)
    return choose(browser, *jobs, confirmed="yes", reason=reason, seen=page.context.get("seen", ""))


def words(answer: HttpResponse) -> str:
    return " ".join(answer.content.decode().split())


def states(guest_list: GuestList) -> list[str]:
    return list(guest_list.jobs.order_by("number").values_list("state", flat=True))


def test_staff_without_the_right_are_not_offered_it_and_cant_do_it(
    finished: GuestList, onlooker: User, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(onlooker)
    assert "Revoke selected jobs" not in words(browser.get(JOBS))  # type: ignore[arg-type]
    confirm(browser, *finished.jobs.all())
    assert states(finished) == ["completed", "completed"]


def test_the_right_to_revoke_is_enough(
    finished: GuestList, onlooker: User, client_of: Callable[[User], Client]
) -> None:
    onlooker.user_permissions.add(Permission.objects.get(codename="revoke_issuancejob"))
    confirm(client_of(onlooker), finished.jobs.get(number=1))
    assert states(finished) == ["revoking", "completed"]


def test_without_a_reason_nothing_is_revoked(finished: GuestList, staff: Client) -> None:
    answer = confirm(staff, *finished.jobs.all(), reason="   ")
    assert answer.status_code == 422
    assert "Write why these rewards are taken back." in words(answer)
    assert states(finished) == ["completed", "completed"]


def test_one_word_is_no_reason(finished: GuestList, staff: Client) -> None:
    assert "Write a whole sentence" in words(confirm(staff, *finished.jobs.all(), reason="oops"))
    assert states(finished) == ["completed", "completed"]


@pytest.mark.parametrize("state", [JobState.READY, JobState.CANCELLED, JobState.ACCEPTED, JobState.NEEDS_STAFF])
def test_a_job_that_has_not_ended_is_named_with_the_reason(
    state: JobState,
    campaign: Campaign,
    launched: Callable[[Campaign, str], GuestList],
    world: World,
    staff: Client,
) -> None:
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(20)))
    world.work(2)
    job = guest_list.jobs.get(number=1)
    IssuanceJob.objects.filter(pk=job.pk).update(state=JobState.ACCEPTED, thanx_id=job.thanx_id or "job1")
    if state != JobState.ACCEPTED:
        job = _other_job_in(guest_list, state)
    answer = confirm(staff, job)
    assert f"{job} can’t be revoked." in words(answer)
    job.refresh_from_db()
    assert job.state == state


def _other_job_in(guest_list: GuestList, state: JobState) -> IssuanceJob:
    """A job that stands where it can't be revoked; written directly, for the admin looks only at its state."""
    first = guest_list.jobs.get(number=1)
    first.pk, first.number, first.state = None, 99, state
    first.idempotency_key, first.problem_code = guest_list.uuid, "NO_CLEAR_ANSWER"
    if state not in JOB_OPEN:
        first.ended_at = timezone.now()
    if state not in JOB_DUE:
        first.lease_until = first.next_attempt_at = None
    if state in (JobState.READY, JobState.CANCELLED):
        first.first_sent_at = None
    first.thanx_id = "job99" if state in JOB_KNOWN else None
    first.revoked_at = timezone.now() if state == JobState.REVOKED else None
    first.save(force_insert=True)
    return first


def test_the_impact_is_shown_before_anything_happens(finished: GuestList, staff: Client) -> None:
    first, second = finished.jobs.order_by("number")
    page = words(choose(staff, first))
    assert f"You are about to take back <strong>{first.success_count} rewards</strong>" in page
    assert "Harbor Grill · Win-back June · June guests" in page
    assert f"Other jobs of this list stay as they are: {second}" in page
    assert f"Revoke {first.success_count} rewards in 1 job" in page
    assert " style=" not in page
    assert states(finished) == ["completed", "completed"]


def test_the_reason_is_kept_and_the_merchant_is_told(finished: GuestList, staff: Client, sam: User) -> None:
    job = finished.jobs.get(number=1)
    assert f"Asked Thanx to revoke 1 job with {job.total_count} guests" in words(confirm(staff, job))
    job.refresh_from_db()
    assert (job.revoke_reason, job.revoke_requested_by) == (REASON, sam)
    assert REASON in Activity.objects.for_merchant(finished.merchant).first().sentence  # type: ignore[union-attr]


def test_the_worker_is_nudged_for_each_job(
    finished: GuestList,
    staff: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nudged: list[int] = []
    monkeypatch.setattr(revocation, "nudge", lambda task, job_id: nudged.append(job_id))
    confirm(staff, *finished.jobs.all())
    assert sorted(nudged) == sorted(finished.jobs.values_list("pk", flat=True))


def test_a_second_submit_revokes_nothing_twice(
    finished: GuestList, staff: Client, world: World, simulator: Simulator
) -> None:
    job = finished.jobs.get(number=1)
    confirm(staff, job)
    assert "It is being revoked already." in words(confirm(staff, job, reason="Another reason altogether."))
    world.drive()
    assert "It was revoked before." in words(confirm(staff, job))
    job.refresh_from_db()
    assert (job.state, job.revoke_reason) == ("revoked", REASON)
    assert finished.events.filter(job=job, new_state="revoking").count() == 1


def test_the_way_to_revoked_is_visible_in_the_list_of_jobs(finished: GuestList, staff: Client, world: World) -> None:
    jobs = list(finished.jobs.all())
    answer = confirm(staff, *jobs)
    assert words(answer).count("Being revoked</td>") == 2
    world.drive()
    page = staff.get(JOBS, {"id__in": ",".join(str(job.pk) for job in jobs)})
    assert words(page).count("Revoked</td>") == 2  # type: ignore[arg-type]
    finished.refresh_from_db()
    assert finished.revoked_count == sum(job.success_count for job in jobs)


def test_what_cant_be_revoked_does_not_hold_up_the_rest(finished: GuestList, staff: Client) -> None:
    first, second = finished.jobs.order_by("number")
    confirm(staff, first)
    page = words(choose(staff, first, second))
    assert "Left out" in page
    assert "It is being revoked already." in page
    confirm(staff, first, second)
    assert states(finished) == ["revoking", "revoking"]


def test_a_job_that_changed_while_staff_were_reading_is_left_alone(
    finished: GuestList, staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "request_revocation", lambda **kwargs: False)
    assert "1 job changed meanwhile, so it stays as before." in words(confirm(staff, finished.jobs.get(number=1)))


def test_a_job_that_was_revoked_while_staff_were_reading_is_named_and_the_reason_is_kept(
    finished: GuestList, staff: Client
) -> None:
    first, second = finished.jobs.order_by("number")
    page: Any = choose(staff, first, second)
    confirm(staff, first)
    answer = choose(staff, first, second, confirmed="yes", reason=REASON, seen=page.context["seen"])
    assert answer.status_code == 409
    assert f"{first} was “" in words(answer)
    assert "and is “Being revoked” now." in words(answer)
    assert REASON in words(answer)
    assert states(finished) == ["revoking", "completed"]


def test_the_change_list_is_where_the_action_lives(staff: Client) -> None:
    assert reverse("admin:issuance_issuancejob_changelist") == JOBS
