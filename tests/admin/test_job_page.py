"""The page of a job says in words what it has come to; asking Thanx again only makes the next poll due."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob, WebhookDelivery
from issuance.models.states import JobState
from issuance.staff.job_story import IN_WORDS, story_of_job
from issuance.staff.revocation import request_revocation
from tests.world import World, asked
from thanxportal.accounts.models import Activity, User
from thanxportal.partner.models import ApiRequest, Credential
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def page_of(job: IssuanceJob) -> str:
    return reverse("admin:issuance_issuancejob_change", args=[job.pk])


def ask(browser: Client, job: IssuanceJob) -> Any:
    return browser.post(reverse("admin:issuance_ask", args=[job.pk]), follow=True)


@pytest.fixture
def accepted(one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World) -> IssuanceJob:
    """Thanx has it, and the next poll is far away."""
    guest_list = launched(one_arm, "a@example.com\nb@example.com")
    world.advance(1)
    world.work()
    IssuanceJob.objects.filter(state="accepted").update(next_attempt_at=timezone.now() + timedelta(minutes=5))
    return guest_list.jobs.get(state="accepted")


def test_every_state_is_put_into_words() -> None:
    assert set(IN_WORDS) == set(JobState)


def test_a_job_that_has_ended_tells_its_story(staff: Client, finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    told = {"thanx_job_id": job.thanx_id, "event": "reward.issued"}
    WebhookDelivery.objects.create(sha256="0" * 64, state="applied", **told)
    WebhookDelivery.objects.create(sha256="1" * 64, state="quarantined", **told)
    page, story = words(staff.get(page_of(job))), story_of_job(job)
    assert "Thanx has finished it, and every guest has an outcome." in page
    assert f"“completed” under the id {job.thanx_id}, {job.total_count} of {job.total_count} guests processed" in page
    assert "Nothing: it has ended." in page
    assert f"{job.failure_count} refused, {job.success_count} rewarded" in page
    assert "1 reward.issued (applied), 1 reward.issued (put aside)" in page
    assert story.polls == len(story.requests) > 0
    assert f"GET /partner/issuance_jobs/{job.thanx_id}" in page
    assert "Ask Thanx again" not in page


def test_requests_about_other_jobs_are_not_among_its_own(finished: GuestList) -> None:
    job = finished.jobs.get(number=1)
    before = story_of_job(job).polls
    other = {"method": "GET", "merchant_id": job.merchant.thanx_id, "duration_ms": 1}
    ApiRequest.objects.create(path=f"/partner/issuance_jobs/{job.thanx_id}0", **other)
    assert story_of_job(job).polls == before


def test_what_only_engineers_know_is_folded_away(staff: Client, finished: GuestList) -> None:
    page = words(staff.get(page_of(finished.jobs.get(number=1))))
    folded = " ".join(re.findall("<details><summary>.*?</details>", page))
    shown = re.sub("<details><summary>.*?</details>", "", page)
    for word in ("Fingerprint of the body", "Times taken up", "A worker’s until"):
        assert word in folded
        assert word not in shown


def test_asking_again_makes_only_the_next_poll_due(
    staff: Client, sam: User, accepted: IssuanceJob, simulator: Simulator
) -> None:
    before, requests = IssuanceJob.objects.values().get(pk=accepted.pk), asked(simulator, "/")
    answer = words(ask(staff, accepted))
    assert "A worker asks Thanx as soon as sends leave room in the request limit, which has room now." in answer
    after = IssuanceJob.objects.values().get(pk=accepted.pk)
    assert {name for name in after if after[name] != before[name]} == {"next_attempt_at"}
    assert after["next_attempt_at"] <= timezone.now()
    assert asked(simulator, "/") == requests
    line = Activity.objects.for_merchant(accepted.merchant).first()
    assert line is not None
    assert (line.actor, line.sentence[:32]) == (sam, "Staff ask Thanx again about job ")
    assert accepted.events.filter(actor=sam, note="Staff ask Thanx again.").exists()


def test_who_asks_twice_asks_once(staff: Client, accepted: IssuanceJob) -> None:
    ask(staff, accepted)
    lines = Activity.objects.count()
    assert "Nothing more is being asked about this job." in words(ask(staff, accepted))
    assert Activity.objects.count() == lines


def test_the_answer_comes_with_the_next_work(staff: Client, accepted: IssuanceJob, world: World) -> None:
    world.advance(60)
    ask(staff, accepted)
    world.work(1)
    accepted.refresh_from_db()
    assert accepted.state == "completed"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"refused_at": "2026-06-01T12:00:00Z"}, "Thanx lets us in again"),
        ({"blocked_until": 1_780_316_200.0}, "the request limit has a place for it, in"),
    ],
)
def test_it_says_what_the_poll_still_waits_for(
    fields: dict[str, Any], sentence: str, staff: Client, accepted: IssuanceJob
) -> None:
    Credential.objects.update(**fields)
    assert sentence in words(ask(staff, accepted))


def test_a_job_that_has_ended_is_not_asked_about(staff: Client, finished: GuestList) -> None:
    for job in finished.jobs.all():
        assert "Nothing more is being asked about this job." in words(ask(staff, job))
        assert IssuanceJob.objects.get(pk=job.pk).next_attempt_at is None


@pytest.mark.parametrize("sent", [False, True])
def test_a_revocation_is_never_sent_sooner_for_that(staff: Client, sam: User, finished: GuestList, sent: bool) -> None:
    job, later = finished.jobs.get(number=1), timezone.now() + timedelta(minutes=5)
    assert request_revocation(job=job, actor=sam, reason="A mistake.")
    IssuanceJob.objects.filter(pk=job.pk).update(next_attempt_at=later, revoke_sent_at=timezone.now() if sent else None)
    assert ("Ask Thanx again" in words(staff.get(page_of(job)))) is sent
    ask(staff, job)
    job.refresh_from_db()
    assert (job.next_attempt_at != later) is sent


def test_staff_without_the_right_and_merchants_ask_nothing(
    onlooker: User, ana: User, accepted: IssuanceJob, client_of: ClientOf
) -> None:
    assert ask(client_of(onlooker), accepted).status_code == 403
    assert "Ask Thanx again" not in words(client_of(onlooker).get(page_of(accepted)))
    ask(client_of(ana), accepted)
    accepted.refresh_from_db()
    assert accepted.next_attempt_at is not None
    assert accepted.next_attempt_at > timezone.now()


def test_a_job_that_is_not_there_is_no_error(staff: Client) -> None:
    assert staff.post(reverse("admin:issuance_ask", args=[99])).status_code == 302


def test_the_page_asks_as_often_however_much_happened(
    staff: Client, finished: GuestList, django_assert_max_num_queries: Any
) -> None:
    page = page_of(finished.jobs.get(number=1))
    with django_assert_max_num_queries(22):
        staff.get(page)
