"""A job that Thanx forgets, or never ends, is given to a person; asking goes on, and a late end still counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from issuance.models import IssuanceJob
from issuance.staff.revocation import request_revocation
from issuance.worker import due_work
from tests.world import World
from thanxportal.accounts.models import Notification, User
from thanxportal.partner_simulator import Fault, Simulator

pytestmark = pytest.mark.django_db


def change(job: IssuanceJob, **fields: object) -> None:
    IssuanceJob.objects.filter(pk=job.pk).update(**fields)


def test_a_job_that_thanx_does_not_find_for_a_quarter_of_an_hour_needs_staff(
    accepted: IssuanceJob, world: World
) -> None:
    known_as = accepted.thanx_id
    change(accepted, thanx_id="nobody-knows-this")
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_staff", "JOB_NOT_FOUND")
    change(accepted, thanx_id=known_as)
    world.drive()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)


def test_a_job_without_an_end_in_a_day_needs_staff_until_it_ends(accepted: IssuanceJob, world: World) -> None:
    world.advance(0.5)  # Until the gate has a slot again.
    now = timezone.now()
    change(accepted, accepted_at=now - timedelta(hours=25), next_attempt_at=now)
    due_work.drive_due_work()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_staff", "NO_END_IN_A_DAY")
    assert accepted.guest_list.guests.filter(outcome="unknown").count() == 3
    world.drive()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)


def test_one_404_after_an_hour_of_good_answers_is_a_hiccup(
    accepted: IssuanceJob, simulator: Simulator, world: World
) -> None:
    simulator.jobs[accepted.thanx_id or ""].processing_seconds = 1_800
    change(accepted, accepted_at=timezone.now() - timedelta(hours=1))
    world.drive(hours=0.1)
    forgotten = simulator.books.jobs.pop(accepted.thanx_id or "")
    world.drive(hours=0.1)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.lost_since is None) == ("accepted", False)
    simulator.books.jobs[forgotten.id] = forgotten
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.lost_since) == ("accepted", None)
    world.drive(hours=1)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)


def test_a_job_that_gets_no_answer_for_a_day_needs_staff(
    accepted: IssuanceJob, simulator: Simulator, world: World
) -> None:
    simulator.script("GET", "/partner/issuance_jobs", [Fault.STATUS_500] * 100)
    change(accepted, accepted_at=timezone.now() - timedelta(hours=23))
    world.drive(hours=0.9)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_staff", "NO_END_IN_A_DAY")


def test_a_job_that_thanx_forgets_while_it_is_revoked_stays_as_it_was_and_staff_are_told(
    accepted: IssuanceJob, simulator: Simulator, world: World, ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    world.drive()
    accepted.refresh_from_db()
    assert request_revocation(job=accepted, actor=ana, reason="Wrong reward.")
    simulator.script("POST", "/partner/issuance_jobs", [Fault.RESET_AFTER])
    world.work(1)
    simulator.books.jobs.clear()
    world.drive(hours=0.5)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.next_attempt_at, accepted.success_count) == ("completed", None, 2)
    assert "no longer knows" in caplog.text
    assert accepted.events.filter(note__contains="nobody can tell").exists()
    assert Notification.objects.filter(person=ana, kind="needs_staff").exists()
