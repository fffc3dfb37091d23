"""What the code would never do, the database refuses as well."""

from collections.abc import Callable
from itertools import product

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from issuance.models import Attempt, IssuanceJob, RecipientList
from issuance.states import JOB_MOVES, LIST_MOVES, JobState, ListState
from tests.conftest import World
from thanxportal.accounts.models import Merchant

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], RecipientList]


@pytest.fixture
def job(one_arm: Campaign, launched: Launch, world: World) -> IssuanceJob:
    guests = launched(one_arm, "one@example.com two@example.com")
    world.drive()
    return guests.jobs.get()


def refused(rows: object, **change: object) -> bool:
    try:
        with transaction.atomic():
            rows.update(**change)  # type: ignore[attr-defined]
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize("column", ["body", "body_sha256", "idempotency_key", "total_count", "number", "label"])
def test_a_planned_job_never_changes(job: IssuanceJob, column: str) -> None:
    other = {"body": b"x", "body_sha256": "x", "total_count": 3, "number": 9, "label": "x"}
    value = other.get(column, "00000000-0000-0000-0000-000000000000")
    assert refused(IssuanceJob.objects.filter(pk=job.pk), **{column: value})


def test_every_move_of_a_job_that_the_table_does_not_list_is_refused(job: IssuanceJob) -> None:
    rows = IssuanceJob.objects.filter(pk=job.pk)
    for new in JobState:
        legal = new == job.status or new in JOB_MOVES[job.status]
        assert refused(rows, state=new) is not legal, new


def test_every_move_of_a_list_that_the_table_does_not_list_is_refused(job: IssuanceJob) -> None:
    rows = RecipientList.objects.filter(pk=job.recipient_list_id)
    for new in ListState:
        assert refused(rows, state=new) is not (new == ListState.FINISHED), new


def test_the_tables_name_every_state() -> None:
    assert set(JOB_MOVES) == set(JobState)
    assert set(LIST_MOVES) == set(ListState)
    assert all(new in JobState for _, news in product(JOB_MOVES, JOB_MOVES.values()) for new in news)


def test_a_ledger_that_does_not_close_is_refused(job: IssuanceJob) -> None:
    assert refused(RecipientList.objects.filter(pk=job.recipient_list_id), rewarded_count=7)


def test_a_job_for_another_merchant_is_refused(job: IssuanceJob, sunny: Merchant) -> None:
    assert refused(IssuanceJob.objects.filter(pk=job.pk), merchant=sunny)


def test_a_finished_attempt_is_never_rewritten(job: IssuanceJob) -> None:
    assert refused(Attempt.objects.filter(job=job), verdict="in_doubt")


def test_a_launched_list_keeps_its_unit_of_undo(job: IssuanceJob) -> None:
    mine = RecipientList.objects.filter(pk=job.recipient_list_id)
    assert refused(mine, undo_size=500)
    assert refused(mine, undo_column="Store")


def test_a_retry_belongs_to_the_campaign_of_its_parent(job: IssuanceJob, campaign: Campaign) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecipientList.objects.create(
            merchant=campaign.merchant, campaign=campaign, parent=job.recipient_list, name="Retry"
        )
