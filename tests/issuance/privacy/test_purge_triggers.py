"""The database lets the purge through, and nothing that only looks like it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import Attempt, Erasure, Guest, GuestList, IssuanceJob
from issuance.models.states import JOB_UNSETTLED, JobState, ListState
from issuance.models.triggers import installation, triggers
from issuance.privacy.emptying import empty_job
from issuance.privacy.erasing import order_erasure
from tests.issuance.factories import checked, job, make_list
from tests.issuance.privacy.tables import refused
from tests.world import World
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def settled(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> IssuanceJob:
    guest_list = launched(one_arm, "one@example.com two@example.com")
    world.drive()
    return guest_list.jobs.get()


def mine(job: IssuanceJob) -> Any:
    return IssuanceJob.objects.filter(pk=job.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"x"},
        {"body": b""},
        {"body": b"{}", "purged_at": True},
        {"purged_at": True},
        {"body": b"", "purged_at": True, "body_sha256": ""},
        {"body": b"", "purged_at": True, "total_count": 1},
        {"body": b"", "purged_at": True, "state": "revoking"},
        {"body": b"", "purged_at": True, "label": "Store 5"},
        {"label": "Store 5"},
    ],
    ids=str,
)
def test_a_body_is_emptied_with_its_mark_or_not_at_all(settled: IssuanceJob, change: dict[str, Any]) -> None:
    change = {key: timezone.now() if value is True else value for key, value in change.items()}
    assert refused(mine(settled), **change)


def test_a_settled_job_is_emptied_once_and_for_good(settled: IssuanceJob) -> None:
    body = bytes(settled.body)
    assert empty_job(settled.pk) == 1
    assert empty_job(settled.pk) == 0
    assert refused(mine(settled), body=body)
    assert refused(mine(settled), body=body, purged_at=None)
    assert refused(mine(settled), purged_at=None)
    assert refused(mine(settled), purged_at=timezone.now() + timedelta(1))


@pytest.mark.parametrize("state", [*JobState])
def test_only_a_settled_job_is_emptied(campaign_here: Campaign, state: JobState) -> None:
    guest_list = make_list(campaign_here, ListState.ISSUING, rewarded=1)
    fields: dict[str, Any] = {"problem_code": "x"} if state in (JobState.NEEDS_STAFF, JobState.REJECTED) else {}
    if state in (JobState.READY, JobState.FORGOTTEN, JobState.CANCELLED):
        fields |= {"first_sent_at": None, "thanx_id": None, "accepted_at": None}
    other = job(guest_list, 9, guest_list.jobs.get().variant, state, 1, **fields)
    assert empty_job(other.pk) == (state not in JOB_UNSETTLED)
    if state in JOB_UNSETTLED:
        assert refused(mine(other), body=b"", purged_at=timezone.now())


def test_words_of_thanx_go_only_with_the_body(settled: IssuanceJob, unguarded: None) -> None:
    Attempt.objects.update(words="some words")
    with connection.cursor() as cursor:
        for statement in installation(triggers(), connection.vendor):
            cursor.execute(statement)
    attempts = Attempt.objects.filter(job=settled)
    assert refused(attempts, words="")
    assert refused(attempts, words="other words")
    empty_job(settled.pk)
    assert attempts.get().words == ""
    assert refused(attempts, words="other words")
    assert refused(attempts, words="", result="in_doubt")


@pytest.mark.parametrize("state", [ListState.CHECKED, ListState.ISSUING])
def test_a_running_list_is_not_purged(campaign_here: Campaign, state: ListState) -> None:
    guest_list = make_list(campaign_here, state, rewarded=1)
    assert refused(GuestList.objects.filter(pk=guest_list.pk), purged_at=timezone.now())


def test_a_purge_is_not_taken_back(campaign_here: Campaign) -> None:
    guest_list = make_list(campaign_here, ListState.FINISHED, rewarded=1)
    rows = GuestList.objects.filter(pk=guest_list.pk)
    assert rows.update(purged_at=timezone.now(), purge_left=True) == 1
    assert refused(rows, purged_at=None, purge_left=False)
    assert refused(rows, purged_at=timezone.now() + timedelta(1))


def test_a_guest_who_may_still_be_sent_keeps_the_identifier(
    one_arm: Campaign, launched: Callable[[Campaign, str], GuestList]
) -> None:
    waiting = checked(one_arm, "one@example.com")
    assert refused(Guest.objects.filter(guest_list=waiting), value="")
    assert not refused(Guest.objects.filter(guest_list=waiting), value="other@example.com")
    held = launched(one_arm, "two@example.com")
    assert refused(Guest.objects.filter(guest_list=held), value="")


def test_an_erasure_is_kept_as_it_was_ordered_and_never_named_again(harbor: Merchant, ana: User, sam: User) -> None:
    erasure = order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    rows = Erasure.objects.filter(pk=erasure.pk)
    assert refused(rows, ordered_by=sam)
    assert refused(rows, guest_hash="0" * 32)
    assert refused(rows, identifier="bob@example.com")
    assert refused(rows, identifier="")
    assert refused(rows, done_at=timezone.now())
    rows.update(identifier="", done_at=timezone.now(), waits_for="")
    assert refused(rows, counts={"guests": 7})
    assert refused(rows, identifier="ann@example.com", done_at=None)
