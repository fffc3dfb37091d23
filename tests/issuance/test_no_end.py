"""A job that Thanx forgets, or never ends, is given to a person; asking goes on, and a late end still counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from issuance import engine
from issuance.models import IssuanceJob
from tests.conftest import World

pytestmark = pytest.mark.django_db


def change(job: IssuanceJob, **fields: object) -> None:
    IssuanceJob.objects.filter(pk=job.pk).update(**fields)


def test_a_job_that_thanx_does_not_find_for_a_quarter_of_an_hour_needs_review(
    accepted: IssuanceJob, world: World
) -> None:
    known_as = accepted.thanx_id
    change(accepted, thanx_id="nobody-knows-this")
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert accepted.state == "accepted"
    world.drive(hours=0.2)
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_review", "JOB_NOT_FOUND")
    change(accepted, thanx_id=known_as)
    world.drive()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)


def test_a_job_without_an_end_in_a_day_needs_review_until_it_ends(accepted: IssuanceJob, world: World) -> None:
    world.advance(0.5)  # Until the gate has a slot again.
    now = timezone.now()
    change(accepted, accepted_at=now - timedelta(hours=25), next_attempt_at=now)
    engine.drive_due_work()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.problem_code) == ("needs_review", "NO_END_IN_A_DAY")
    assert accepted.recipient_list.recipients.filter(outcome="unknown").count() == 3
    world.drive()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.success_count) == ("completed", 2)
