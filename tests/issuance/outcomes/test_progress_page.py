"""The page of a launched list: how far it is, what holds it up, and what became of its guests."""

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
from issuance.engine.sending_pauses import pause_sending
from issuance.models import Guest, GuestList, IssuanceJob, note_event
from issuance.models.states import JobState, ListState
from issuance.outcomes.progress import progress_of
from issuance.outcomes.timeline import timeline_of
from tests.issuance.browsing import page, poll
from tests.issuance.factories import job, make_list
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential

ClientOf = Callable[[User], Client]
ISSUED = {"rewarded": 6, "refused": 2, "waiting": 3, "control": 1, "invalid": 1, "duplicate": 1}


def test_progress_says_how_many_are_rewarded_and_when_thanx_last_spoke(
    campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    html = poll(client_of(ana), make_list(campaign_here, ListState.ISSUING, by=ana, **ISSUED))
    assert "6 of 11 rewarded" in html
    assert "40 s ago from Thanx, next look in 20 s" in html
    assert "1 of 2 jobs done" in html
    assert "Launched by Ana" in html
    assert "72% · June guests · Harbor Grill · Thanx Portal" in html


def test_the_live_bar_follows_what_thanx_worked_through(campaign_here: Campaign) -> None:
    made = make_list(campaign_here, ListState.ISSUING, **ISSUED)
    IssuanceJob.objects.filter(guest_list=made, number=2).update(processed_count=2)
    jobs = list(IssuanceJob.objects.of_list(made).with_part_numbers())
    progress = progress_of(made, jobs, timezone.now())
    assert (progress.total, progress.processed, progress.refused, progress.good) == (11, 10, 2, 8)
    assert progress.rate == pytest.approx(10 / 60, rel=0.1)
    assert progress.seconds_left == pytest.approx(6, rel=0.1)


def test_a_list_without_jobs_has_no_rate_and_divides_nothing(campaign_here: Campaign) -> None:
    progress = progress_of(make_list(campaign_here, ListState.HELD, control=3), [], timezone.now())
    assert (progress.percent, progress.rate, progress.seconds_left, progress.news_at) == (0, None, None, None)


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        (JobState.SENDING, {"in_doubt": True}, "so nobody is rewarded twice"),
        (JobState.READY, {"attempt_count": 4}, "Job 2 isn’t taken by Thanx"),
        (JobState.NEEDS_STAFF, {"problem_code": "DOES_NOT_ADD_UP"}, "needs review by staff"),
        (JobState.FAILED, {}, "failed at Thanx"),
        (JobState.READY, {"problem_code": "parked"}, "five times in a row"),
        (JobState.ACCEPTED, {"news_at": timezone.now() - timedelta(days=9_000)}, "is stuck at Thanx"),
    ],
)
def test_a_job_in_trouble_says_so(
    state: JobState, fields: dict[str, Any], words: str, campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = make_list(campaign_here, ListState.ISSUING, rewarded=1)
    job(made, 2, campaign_here.variants.all()[0], state, 5, **fields)
    assert words in poll(client_of(ana), made)


def test_one_trouble_of_many_jobs_is_said_once(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.ISSUING, rewarded=1)
    for number in range(2, 8):
        job(made, number, campaign_here.variants.all()[0], JobState.SENDING, 5, in_doubt=True)
    html = poll(client_of(ana), made)
    assert "Jobs 2, 3, 4 and 3 more got no clear answer from Thanx." in html
    assert html.count("no clear answer") == 1


def test_what_holds_up_everybody_is_said_while_a_list_runs(
    campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made = make_list(campaign_here, ListState.ISSUING, **ISSUED)
    browser = client_of(ana)
    credential = Credential.current()
    Credential.objects.filter(pk=credential.pk).update(blocked_until=timezone.now().timestamp() + 40)
    assert "slow down: the next request goes out in 40 s" in poll(browser, made)
    Credential.objects.filter(pk=credential.pk).update(blocked_until=0, refused_at=timezone.now())
    assert "Thanx doesn’t let the portal in at the moment." in poll(browser, made)
    ended = make_list(campaign_here, ListState.FINISHED, rewarded=1)
    assert "let the portal in" not in page(browser, ended)


@pytest.mark.parametrize(("due", "seconds"), [(1, 2), (4, 2), (10, 5), (300, 15)])
def test_a_page_looks_again_when_something_can_have_changed(
    due: int, seconds: int, campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made = make_list(campaign_here, ListState.ISSUING, **ISSUED)
    made.jobs.filter(number=2).update(next_attempt_at=timezone.now() + timedelta(seconds=due))
    assert f'hx-trigger="every {seconds}s, look"' in poll(client_of(ana), made)


def test_the_guests_sent_ahead_are_told_of_in_words(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.ISSUING)
    job(made, 1, campaign_here.variants.all()[0], JobState.COMPLETED, 5, failure_count=1, canary=True)
    assert "Of 5 guests sent ahead, 4 were rewarded." in poll(client_of(ana), made)


def test_the_strip_of_very_many_jobs_stays_short_and_shows_the_loudest(campaign_here: Campaign) -> None:
    made = make_list(campaign_here, ListState.ISSUING)
    states = [JobState.COMPLETED] * 1_999 + [JobState.FAILED]
    jobs = [
        IssuanceJob(guest_list=made, number=number, state=state, total_count=5)
        for number, state in enumerate(states, 1)
    ]
    cells = progress_of(made, jobs, timezone.now()).cells
    assert cells == [JobState.COMPLETED] * 99 + [JobState.FAILED]


def test_many_jobs_have_a_page_of_their_own(
    campaign_here: Campaign, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    made = make_list(campaign_here, ListState.FINISHED)
    for number in range(1, 61):
        job(made, number, campaign_here.variants.all()[0], JobState.COMPLETED, 5, label="Austin")
    browser = client_of(ana)
    html = page(browser, made)
    assert "All 60 jobs" in html
    assert html.count("<bdi>Austin</bdi>") == 10
    jobs = reverse("issuance:jobs", args=["harbor-grill", made.pk])
    with django_assert_num_queries(6):
        html = browser.get(jobs).content.decode()
    assert html.count("<bdi>Austin</bdi>") == 50
    assert "?after=50" in html
    assert browser.get(f"{jobs}?after=50").content.decode().count("<bdi>Austin</bdi>") == 10


def test_refusals_are_grouped_by_reason_once_the_list_has_ended(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    ended = make_list(campaign_here, ListState.FINISHED, rewarded=6, refused=3, control=1)
    Guest.objects.filter(guest_list=ended, outcome="refused", row__lt=10).update(reason="USER_PHONE_INVALID")
    html = page(client_of(ana), ended)
    causes = re.findall(r"<b>(\d)</b> <span class=\"soft\">([^<]*)</span>", html)
    assert [(count, words[:47]) for count, words in causes] == [
        ("2", "Refused: Thanx doesn’t accept this email addres"),
        ("1", "Refused: Thanx doesn’t accept this phone number"),
        ("1", "Control, which gets nothing so that the reward "),
    ]
    assert "All 10 rows are accounted for." in html


def test_what_was_never_sent_is_called_so(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    html = page(client_of(ana), make_list(campaign_here, ListState.STOPPED, rewarded=2, waiting=3))
    assert "not sent</span>\n<b>3</b>" in html
    assert "1 of 2 jobs done, 1 not sent" in html


def test_what_waited_for_a_person_waits_no_more_once_something_came_after_it(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList]
) -> None:
    made = launched(campaign, "ann@example.com bob@example.com eve@example.com")
    lines = {line.sentence: line.tone for line in timeline_of(made)}
    assert (lines["File read and checked"], lines["Launched"]) == ("", "info")


def test_the_timeline_tells_who_did_what(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, ListState.ISSUING, unknown=2)
    note_event(made, ListState.HELD, old_state=ListState.CHECKED, actor=ana)
    bad = made.jobs.get()
    note_event(made, JobState.ACCEPTED, old_state=JobState.SENDING, job=bad)
    note_event(made, JobState.NEEDS_STAFF, old_state=JobState.SENDING, job=bad)
    html = poll(client_of(ana), made)
    assert "<span>Launched</span>\n<br>\n<small> Ana, " in html
    assert "Job 3: needs review" in html
    assert "Job 3: being issued" not in html


def test_a_list_that_is_held_back_says_so_in_plain_words(
    campaign_here: Campaign, ana: User, sam: User, client_of: ClientOf
) -> None:
    made = make_list(campaign_here, ListState.HELD, waiting=3, held_until=timezone.now())
    assert "Nothing new is sent at the moment." not in poll(client_of(ana), made)
    pause_sending(actor=sam, reason="Restored from a backup.")
    html = poll(client_of(ana), made)
    assert "Nothing new is sent at the moment." in html
    assert "Starting now" not in html
    assert "Restored from" not in html
