"""What staff see of the way to Thanx; pausing, resuming and taking up work again need the right and a reason."""

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
from issuance.engine.planning import plan_list
from issuance.engine.sending_pauses import pause_sending, sending_is_paused
from issuance.models import GuestList, IssuanceJob, SendingPause
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential

pytestmark = pytest.mark.django_db
PAUSES, JOBS = "/admin/issuance/sendingpause/", "/admin/issuance/issuancejob/"
WHY = "Thanx has confirmed that none of these jobs exists."
ClientOf = Callable[[User], Client]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def resume(browser: Client, reason: str = WHY) -> HttpResponse:
    rows = list(SendingPause.objects.values_list("pk", flat=True))
    form = {"action": "resume", "_selected_action": rows, "confirmed": "yes", "reason": reason}
    return browser.post(PAUSES, form, follow=True)  # type: ignore[return-value]


@pytest.fixture
def parked(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> IssuanceJob:
    guest_list = launched(one_arm, "a@example.com")
    world.advance(1)
    assert plan_list(guest_list.pk)
    IssuanceJob.objects.update(problem_code="parked", next_attempt_at=None, crash_count=5)
    return guest_list.jobs.get()


def return_to_work(browser: Client, job: IssuanceJob, **more: str) -> Any:
    return browser.post(JOBS, {"action": "return_to_work", "_selected_action": [job.pk], **more}, follow=True)


def test_staff_without_the_rights_neither_pause_nor_resume(onlooker: User, client_of: ClientOf, sam: User) -> None:
    browser = client_of(onlooker)
    assert browser.post(f"{PAUSES}add/", {"reason": "We look into something."}).status_code == 403
    pause_sending(actor=sam, reason="We look into something.")
    resume(browser)
    assert sending_is_paused()


def test_staff_pause_and_resume_with_reasons(staff: Client, sam: User) -> None:
    staff.post(f"{PAUSES}add/", {"reason": "We look into something."})
    pause = SendingPause.objects.get()
    assert (pause.started_by, pause.reason) == (sam, "We look into something.")
    assert resume(staff, reason="ok").status_code == 422
    assert sending_is_paused()
    assert "Sending has resumed." in words(resume(staff))
    pause.refresh_from_db()
    assert (pause.resumed_by, pause.resume_reason) == (sam, WHY)
    assert not sending_is_paused()


def test_pausing_twice_makes_one_pause(staff: Client) -> None:
    for _ in range(2):
        answer = staff.post(f"{PAUSES}add/", {"reason": "We look into something."}, follow=True)
    assert "Sending is paused already." in words(answer)
    assert SendingPause.objects.count() == 1


def test_sending_is_not_resumed_while_reconcile_names_a_difference(staff: Client, finished: GuestList) -> None:
    pause_sending(actor=None, reason="Restored.")
    finished.guests.filter(outcome="rewarded").update(outcome="unknown")
    assert "Reconcile names" in words(resume(staff))
    assert sending_is_paused()


def test_the_gate_is_not_for_staff_without_the_right(onlooker: User, client_of: ClientOf) -> None:
    onlooker.user_permissions.remove(Permission.objects.get(codename="view_credential"))
    assert client_of(onlooker).get(reverse("admin:issuance_gate")).status_code == 403


def test_the_gate_is_not_for_merchants(ana: User, client_of: ClientOf) -> None:
    assert client_of(ana).get(reverse("admin:issuance_gate"), follow=True).status_code == 403


def test_the_gate_shows_budget_queue_and_time_left_in_few_queries(
    staff: Client, finished: GuestList, parked: IssuanceJob, django_assert_num_queries: Any
) -> None:
    gate = reverse("admin:issuance_gate")
    IssuanceJob.objects.filter(pk=parked.pk).update(problem_code="", next_attempt_at=timezone.now())
    staff.get(gate)
    with django_assert_num_queries(8):
        page = words(staff.get(gate))
    assert "<b>Open.</b>" in page
    assert "of 2,000" in page
    assert 'max="2000"' in page
    assert '<th scope="row">First sends</th> <td>1</td> <td>0</td>' in page
    assert "in about <b>" in page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"refused_at": "2026-06-01T12:00:00Z"}, "Thanx refuses the credential"),
        ({"blocked_until": 4_000_000_000.0}, "Thanx asked for a pause"),
    ],
)
def test_the_gate_says_what_stands_in_the_way(
    change: dict[str, object], sentence: str, staff: Client, finished: GuestList
) -> None:
    Credential.objects.update(**change)
    assert sentence in words(staff.get(reverse("admin:issuance_gate")))


def test_the_gate_says_that_sending_is_paused(staff: Client, finished: GuestList) -> None:
    pause_sending(actor=None, reason="Restored from a backup.")
    page = words(staff.get(reverse("admin:issuance_gate")))
    assert "Sending has been paused" in page
    assert "Restored from a backup." in page
    assert "not yet" in page


def test_parked_jobs_are_found_and_taken_up_again_with_a_reason(
    staff: Client, parked: IssuanceJob, sam: User, world: World
) -> None:
    assert str(parked) in words(staff.get(JOBS, {"parked": "yes"}))
    assert return_to_work(staff, parked).status_code == 200
    assert return_to_work(staff, parked, confirmed="yes", reason="").status_code == 422
    parked.refresh_from_db()
    assert parked.problem_code == "parked"
    return_to_work(staff, parked, confirmed="yes", reason="The worker had too little memory.")
    world.drive()
    parked.refresh_from_db()
    assert (parked.state, parked.crash_count) == ("completed", 0)
    assert parked.events.filter(actor=sam, note__contains="too little memory").exists()


def test_staff_without_the_right_take_nothing_up_again(
    onlooker: User, client_of: ClientOf, parked: IssuanceJob
) -> None:
    return_to_work(client_of(onlooker), parked, confirmed="yes", reason="The worker had too little memory.")
    parked.refresh_from_db()
    assert parked.problem_code == "parked"
