"""What the code would never do, the database refuses as well."""

from itertools import product

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from issuance.models import Attempt, ControlLeak, Event, GuestClaim, GuestList, IssuanceJob
from issuance.models.states import JOB_MOVES, LIST_MOVES, JobState, ListState
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(campaign_here: Campaign) -> IssuanceJob:
    """The completed job of a finished list, with all that is written on the way there."""
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=2)
    job = guest_list.jobs.get()
    Event.objects.create(guest_list=guest_list, job=job, old_state="accepted", new_state="completed")
    sent = {"body_sha256": job.body_sha256, "idempotency_key": job.idempotency_key}
    Attempt.objects.create(job=job, epoch=1, result="accepted", finished_at=job.accepted_at, **sent)
    for guest in job.guests.all():
        GuestClaim.objects.create(campaign=campaign_here, guest_list=guest_list, identity=guest.identity, primary=True)
    return job


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
    rows = GuestList.objects.filter(pk=job.guest_list_id)
    for new in ListState:
        assert refused(rows, state=new) is not (new == ListState.FINISHED), new


def test_the_tables_name_every_state() -> None:
    assert set(JOB_MOVES) == set(JobState)
    assert set(LIST_MOVES) == set(ListState)
    assert all(new in JobState for _, news in product(JOB_MOVES, JOB_MOVES.values()) for new in news)


def test_a_ledger_that_does_not_close_is_refused(job: IssuanceJob) -> None:
    assert refused(GuestList.objects.filter(pk=job.guest_list_id), rewarded_count=7)


def test_a_job_for_another_merchant_is_refused(job: IssuanceJob, sunny: Merchant) -> None:
    assert refused(IssuanceJob.objects.filter(pk=job.pk), merchant=sunny)


def test_a_finished_attempt_is_never_rewritten(job: IssuanceJob) -> None:
    assert refused(Attempt.objects.filter(job=job), result="in_doubt")


def test_a_guest_keeps_the_place_in_the_job(job: IssuanceJob) -> None:
    """Thanx names refused guests by their index, so another order would refuse somebody else."""
    first = job.guests.filter(position=0)
    assert refused(first, position=7)
    assert refused(first, position=None)
    assert refused(first, job=None)
    assert refused(first, job_id=job.pk + 1)
    assert not refused(first, job=job, position=0, outcome="unknown")


def test_a_launched_list_keeps_its_unit_of_undo(job: IssuanceJob) -> None:
    mine = GuestList.objects.filter(pk=job.guest_list_id)
    assert refused(mine, guests_per_job=500)
    assert refused(mine, job_column="Store")


def test_a_retry_belongs_to_the_campaign_of_its_parent(job: IssuanceJob, campaign: Campaign) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestList.objects.create(merchant=campaign.merchant, campaign=campaign, parent=job.guest_list, name="Retry")


@pytest.mark.parametrize(
    "changes",
    [
        {"problem_code": "", "state": "needs_staff"},
        {"accepted_at": None},
        {"thanx_id": None},
        {"ended_at": None},
        {"revoked_at": "2026-06-01T12:00:00Z"},
        {"next_attempt_at": "2026-06-01T12:00:00Z"},
        {"lease_until": "2026-06-01T12:00:00Z"},
        {"processed_count": 3},
        {"success_count": 3},
        {"failure_count": 1},
        {"canary": True},
        {"in_doubt": True, "first_sent_at": None},
    ],
)
def test_a_completed_job_says_what_its_state_says(job: IssuanceJob, changes: dict[str, object]) -> None:
    assert refused(IssuanceJob.objects.filter(pk=job.pk), **changes)


@pytest.mark.parametrize("column", ["old_state", "new_state", "at", "note", "job"])
def test_history_is_never_rewritten(job: IssuanceJob, column: str) -> None:
    other: dict[str, object] = {"at": "2020-06-01T12:00:00Z", "job": None}
    assert refused(job.events.all(), **{column: other.get(column, "x")})


@pytest.mark.parametrize("column", ["epoch", "body_sha256", "idempotency_key", "started_at"])
def test_what_was_sent_is_never_rewritten_even_before_the_answer(job: IssuanceJob, column: str) -> None:
    Attempt.objects.create(job=job, epoch=9, body_sha256=job.body_sha256, idempotency_key=job.idempotency_key)
    open_attempt = Attempt.objects.filter(finished_at=None)
    other: dict[str, object] = {
        "epoch": 10, "body_sha256": "x", "idempotency_key": "00000000-0000-0000-0000-000000000000",
        "started_at": "2020-06-01T12:00:00Z",
    }  # fmt: skip
    assert refused(open_attempt, **{column: other[column]})
    assert refused(open_attempt, result="accepted")
    assert not refused(open_attempt, result="accepted", finished_at="2026-06-01T12:00:00Z")


@pytest.fixture
def leak(job: IssuanceJob) -> ControlLeak:
    made = job.guest_list
    return ControlLeak.objects.create(campaign=made.campaign, guest_list=made, identity=b"0" * 16)


@pytest.mark.parametrize("change", [{"identity": b"1" * 16}, {"decided_at": "2020-06-01T12:00:00Z"}, {"guest": 1}])
def test_a_leak_of_control_never_changes(leak: ControlLeak, change: dict[str, object]) -> None:
    assert refused(ControlLeak.objects.filter(pk=leak.pk), **change)


@pytest.mark.usefixtures("leak")
@pytest.mark.parametrize("model", [Attempt, ControlLeak, Event, IssuanceJob, GuestClaim])
def test_jobs_their_history_and_the_claims_of_the_rewarded_are_kept(
    job: IssuanceJob, model: type[Attempt | ControlLeak | Event | IssuanceJob | GuestClaim]
) -> None:
    assert model.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete(using="default")


@pytest.mark.parametrize("changes", [{"ended_at": None}, {"state": "checked"}, {"rows_count": 3}])
def test_a_finished_list_says_what_its_state_says(job: IssuanceJob, changes: dict[str, object]) -> None:
    assert refused(GuestList.objects.filter(pk=job.guest_list_id), **changes)
