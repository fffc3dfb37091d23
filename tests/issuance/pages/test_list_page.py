"""One address for a list's whole life, and the part of it that is polled."""

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
from tests.issuance.factories import guest_list, job, published_campaign
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner.models import Credential

ClientOf = Callable[[User], Client]
ISSUED = {"rewarded": 6, "refused": 2, "waiting": 3, "control": 1, "invalid": 1, "duplicate": 1}


@pytest.fixture
def campaign_here(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


def page(browser: Client, made: GuestList) -> str:
    answer = browser.get(reverse("issuance:list_detail", args=["harbor-grill", made.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def poll(browser: Client, made: GuestList) -> str:
    url = reverse("issuance:list_progress", args=["harbor-grill", made.pk])
    answer = browser.get(url, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("state", [ListState.UPLOADED, ListState.READING, ListState.HELD, ListState.ISSUING])
def test_what_runs_is_polled(state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    html = poll(client_of(ana), guest_list(campaign_here, state, waiting=3))
    assert re.search(r'hx-trigger="every \d+s, look"', html)
    assert "data-poll" in html


@pytest.mark.parametrize(
    "state", [ListState.UNREADABLE, ListState.CHECKED, ListState.FINISHED, ListState.STOPPED, ListState.DISCARDED]
)
def test_polling_stops_when_nothing_runs(
    state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    html = poll(client_of(ana), guest_list(campaign_here, state, waiting=3))
    assert 'id="progress"' in html
    assert "hx-trigger" not in html
    assert "data-poll" not in html


def test_an_ended_list_is_polled_again_while_a_job_is_being_revoked(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, ListState.FINISHED, rewarded=3)
    IssuanceJob.objects.filter(guest_list=made).update(state=JobState.COMPLETED)
    IssuanceJob.objects.filter(guest_list=made).update(state=JobState.REVOKING)
    assert "data-poll" in poll(client_of(ana), made)


@pytest.mark.parametrize("state", [state for state in ListState if state != ListState.AWAITING_APPROVAL])
def test_the_first_paint_holds_the_same_fragment_as_the_poll(
    state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made, browser = guest_list(campaign_here, state, **ISSUED), client_of(ana)
    strip = lambda html: "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)  # noqa: E731
    assert strip(poll(browser, made)).strip() in strip(page(browser, made))


def test_a_poll_without_htmx_leads_back_to_the_page(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, waiting=1)
    answer = client_of(ana).get(reverse("issuance:list_progress", args=["harbor-grill", made.pk]))
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", made.pk])


def test_reading_shows_rows_and_bytes(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, ListState.READING, waiting=4, bytes_total=2_000_000, bytes_read=500_000)
    html = poll(client_of(ana), made)
    assert "4 rows read" in html
    assert 'aria-valuenow="500000" aria-valuemax="2000000"' in html


def test_an_unreadable_file_says_why_and_how_to_go_on(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, ListState.UNREADABLE, problem="This is a picture, not a list.")
    html = page(client_of(ana), made)
    assert "This is a picture, not a list." in html
    assert reverse("issuance:list_new", args=["harbor-grill", campaign_here.pk]) in html


def test_the_check_page_counts_its_buckets_and_names_the_way_on(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, waiting=4, control=2, invalid=3, duplicate=1)
    Guest.objects.filter(guest_list=made, row__in=(2, 3)).update(fixed=True)
    html = page(client_of(ana), made)
    assert "Continue with 6 of 10" in html
    for bucket, number in {"Ready": 6, "Fixed for you": 2, "Needs you": 3, "Duplicate": 1}.items():
        assert f'{bucket}<span class="count">{number}</span>' in html
    assert "it has no @ sign" in html
    assert "broken10.example.com" in html


@pytest.mark.parametrize("bucket", ["ready", "fixed", "invalid", "duplicate", "already_rewarded"])
def test_the_check_page_masks_guests_for_whoever_may_only_look(
    bucket: str, campaign_here: Campaign, ben: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, waiting=4, invalid=3, duplicate=2, already_rewarded=2)
    Guest.objects.filter(guest_list=made, row=2).update(fixed=True, cells="Ann\x1fguest2(at)example.com")
    html = client_of(ben).get(f"/m/harbor-grill/lists/{made.pk}/?show={bucket}").content.decode()
    assert "guest2" not in html
    assert "broken" not in html


def test_whoever_repairs_rows_sees_the_cells_of_bad_rows_and_no_others(
    campaign_here: Campaign, bea: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, waiting=4, invalid=3)
    assert "broken6.example.com" in page(client_of(bea), made)
    assert "guest2@" not in client_of(bea).get(f"/m/harbor-grill/lists/{made.pk}/?show=ready").content.decode()


def test_a_list_without_anybody_to_reward_can_not_be_continued(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    html = page(client_of(ana), guest_list(campaign_here, invalid=3))
    assert "Nobody in this list would get a reward." in html
    assert "Continue with" not in html


def test_progress_says_how_many_are_rewarded_and_when_thanx_last_spoke(
    campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    html = poll(client_of(ana), guest_list(campaign_here, ListState.ISSUING, by=ana, **ISSUED))
    assert "6 of 11 rewarded" in html
    assert "40 s ago from Thanx, next look in 20 s" in html
    assert "1 of 2 jobs done" in html
    assert "Launched by Ana" in html
    assert "72% · June guests · Harbor Grill · Thanx Portal" in html


def test_the_live_bar_follows_what_thanx_worked_through(campaign_here: Campaign) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, **ISSUED)
    IssuanceJob.objects.filter(guest_list=made, number=2).update(processed_count=2)
    jobs = list(IssuanceJob.objects.of_list(made))
    progress = progress_of(made, jobs, timezone.now())
    assert (progress.total, progress.processed, progress.refused, progress.good) == (11, 10, 2, 8)
    assert progress.rate == pytest.approx(10 / 60, rel=0.1)
    assert progress.seconds_left == pytest.approx(6, rel=0.1)


def test_a_list_without_jobs_has_no_rate_and_divides_nothing(campaign_here: Campaign) -> None:
    progress = progress_of(guest_list(campaign_here, ListState.HELD, control=3), [], timezone.now())
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
    made = guest_list(campaign_here, ListState.ISSUING, rewarded=1)
    job(made, 2, campaign_here.variants.all()[0], state, 5, **fields)
    assert words in poll(client_of(ana), made)


def test_one_trouble_of_many_jobs_is_said_once(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, rewarded=1)
    for number in range(2, 8):
        job(made, number, campaign_here.variants.all()[0], JobState.SENDING, 5, in_doubt=True)
    html = poll(client_of(ana), made)
    assert "Jobs 2, 3, 4 and 3 more got no clear answer from Thanx." in html
    assert html.count("no clear answer") == 1


def test_what_holds_up_everybody_is_said_while_a_list_runs(
    campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, **ISSUED)
    browser = client_of(ana)
    credential = Credential.current()
    Credential.objects.filter(pk=credential.pk).update(blocked_until=timezone.now().timestamp() + 40)
    assert "slow down: the next request goes out in 40 s" in poll(browser, made)
    Credential.objects.filter(pk=credential.pk).update(blocked_until=0, refused_at=timezone.now())
    assert "Thanx doesn’t let the portal in at the moment." in poll(browser, made)
    ended = guest_list(campaign_here, ListState.FINISHED, rewarded=1)
    assert "let the portal in" not in page(browser, ended)


@pytest.mark.parametrize(("due", "seconds"), [(1, 2), (4, 2), (10, 5), (300, 15)])
def test_a_page_looks_again_when_something_can_have_changed(
    due: int, seconds: int, campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, **ISSUED)
    made.jobs.filter(number=2).update(next_attempt_at=timezone.now() + timedelta(seconds=due))
    assert f'hx-trigger="every {seconds}s, look"' in poll(client_of(ana), made)


def test_the_guests_sent_ahead_are_told_of_in_words(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, ListState.ISSUING)
    job(made, 1, campaign_here.variants.all()[0], JobState.COMPLETED, 5, failure_count=1, canary=True)
    assert "Of 5 guests sent ahead, 4 were rewarded." in poll(client_of(ana), made)


def test_the_strip_of_very_many_jobs_stays_short_and_shows_the_loudest(campaign_here: Campaign) -> None:
    made = guest_list(campaign_here, ListState.ISSUING)
    states = [JobState.COMPLETED] * 1_999 + [JobState.FAILED]
    jobs = [
        IssuanceJob(guest_list=made, number=number, state=state, total_count=5)
        for number, state in enumerate(states, 1)
    ]
    cells = progress_of(made, jobs, timezone.now()).cells
    assert [cell.state for cell in cells] == [JobState.COMPLETED] * 99 + [JobState.FAILED]


def test_many_jobs_have_a_page_of_their_own(
    campaign_here: Campaign, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    made = guest_list(campaign_here, ListState.FINISHED)
    for number in range(1, 61):
        job(made, number, campaign_here.variants.all()[0], JobState.COMPLETED, 5, label="Austin")
    browser = client_of(ana)
    html = page(browser, made)
    assert "All 60 jobs" in html
    assert html.count("<bdi>Austin</bdi>") == 20
    jobs = reverse("issuance:jobs", args=["harbor-grill", made.pk])
    with django_assert_num_queries(9):
        html = browser.get(jobs).content.decode()
    assert html.count("<bdi>Austin</bdi>") == 50
    assert "?after=50" in html
    assert browser.get(f"{jobs}?after=50").content.decode().count("<bdi>Austin</bdi>") == 10


def test_what_can_still_be_stopped_can_be_stopped_by_a_sender_only(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, open_job="ready", **ISSUED)
    assert "Stop what is not yet sent" in poll(client_of(sid), made)
    assert "Stop what is not yet sent" not in poll(client_of(bea), made)


def test_nothing_is_offered_to_stop_once_all_is_sent(campaign_here: Campaign, sid: User, client_of: ClientOf) -> None:
    assert "Stop what" not in poll(client_of(sid), guest_list(campaign_here, ListState.ISSUING, **ISSUED))


def test_stopping_during_the_hold_brings_the_list_back_to_its_check(
    campaign_here: Campaign, sid: User, client_of: ClientOf
) -> None:
    made, browser = guest_list(campaign_here, ListState.HELD, waiting=3), client_of(sid)
    stop = reverse("issuance:list_stop", args=["harbor-grill", made.pk])
    assert "Stopped: what wasn’t sent yet stays here." in browser.post(stop, follow=True).content.decode()
    made.refresh_from_db()
    assert made.state == ListState.CHECKED
    assert "nothing left to stop" in browser.post(stop, follow=True).content.decode()


def test_the_hold_counts_down_and_can_be_skipped(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf, traveller: Any
) -> None:
    until = timezone.now() + timedelta(seconds=50)
    made = guest_list(campaign_here, ListState.HELD, waiting=3, held_until=until)
    assert "Starts in 50 s." in poll(client_of(sid), made)
    assert "Issue now" not in poll(client_of(bea), made)
    skip = reverse("issuance:list_issue_now", args=["harbor-grill", made.pk])
    assert client_of(bea).post(skip).status_code == 403
    html = client_of(sid).post(skip, follow=True).content.decode()
    assert "Starting now." in html
    assert "Issue now" not in html


def test_a_safety_stop_says_what_happened_and_waits_for_a_sender(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf, unguarded: None
) -> None:
    made = guest_list(
        campaign_here, ListState.ISSUING, rewarded=3, refused=2, waiting=9, open_job="ready",
        safety_stop_at=timezone.now(), canary_size=5,
    )  # fmt: skip
    IssuanceJob.objects.filter(guest_list=made, number=2).update(next_attempt_at=None)
    html = poll(client_of(sid), made)
    assert "Stopped by the safety check: 40% not rewarded." in html
    assert "Continue with the rest" in html
    assert "Stop what is not yet sent" in html
    go_on = reverse("issuance:list_continue", args=["harbor-grill", made.pk])
    assert client_of(bea).post(go_on).status_code == 403
    html = client_of(sid).post(go_on, follow=True).content.decode()
    assert "<b>Stopped by the safety check" not in html
    assert "<span>Continued after the safety check.</span>" in html
    assert client_of(sid).post(go_on).status_code == 302


def test_a_discarded_list_is_put_away_once(campaign_here: Campaign, bea: User, client_of: ClientOf) -> None:
    made, browser = guest_list(campaign_here, waiting=3), client_of(bea)
    discard = reverse("issuance:list_discard", args=["harbor-grill", made.pk])
    assert "Discarded “June guests”" in browser.post(discard, follow=True).content.decode()
    assert "can’t be discarded any more" in browser.post(discard, follow=True).content.decode()


def test_refusals_are_grouped_by_reason_once_the_list_has_ended(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    ended = guest_list(campaign_here, ListState.FINISHED, rewarded=6, refused=3, control=1)
    Guest.objects.filter(guest_list=ended, outcome="refused", row__lt=10).update(reason="USER_PHONE_INVALID")
    html = page(client_of(ana), ended)
    assert "2 guests.</b>" in html
    assert "1 guest.</b>" in html
    assert "All 10 rows are accounted for." in html


def test_what_was_never_sent_is_called_so(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    html = page(client_of(ana), guest_list(campaign_here, ListState.STOPPED, rewarded=2, waiting=3))
    assert "not sent</span><b>3</b>" in html
    assert "1 of 2 jobs done, 1 not sent" in html


def test_what_waited_for_a_person_waits_no_more_once_something_came_after_it(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList]
) -> None:
    made = launched(campaign, "ann@example.com bob@example.com eve@example.com")
    lines = {line.sentence: line.tone for line in timeline_of(made)}
    assert (lines["File read and checked"], lines["Launched"]) == ("", "info")


def test_the_timeline_tells_who_did_what(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, unknown=2)
    note_event(made, ListState.HELD, old_state=ListState.CHECKED, actor=ana)
    bad = made.jobs.get()
    note_event(made, JobState.ACCEPTED, old_state=JobState.SENDING, job=bad)
    note_event(made, JobState.NEEDS_STAFF, old_state=JobState.SENDING, job=bad)
    html = poll(client_of(ana), made)
    assert "<span>Launched</span><br><small>Ana, " in html
    assert "Job 3: needs review" in html
    assert "Job 3: being issued" not in html


def test_a_list_that_is_held_back_says_so_in_plain_words(
    campaign_here: Campaign, ana: User, sam: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, ListState.HELD, waiting=3, held_until=timezone.now())
    assert "Nothing new is sent at the moment." not in poll(client_of(ana), made)
    pause_sending(actor=sam, reason="Restored from a backup.")
    html = poll(client_of(ana), made)
    assert "Nothing new is sent at the moment." in html
    assert "Starting now" not in html
    assert "Restored from" not in html


@pytest.mark.parametrize(("state", "queries"), [(ListState.READING, 9), (ListState.HELD, 8), (ListState.ISSUING, 7)])
def test_a_poll_costs_few_queries_and_counts_no_guests(
    state: ListState, queries: int, campaign_here: Campaign, ana: User, client_of: ClientOf,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    made, browser = guest_list(campaign_here, state, **ISSUED), client_of(ana)
    with django_assert_num_queries(queries) as asked:
        poll(browser, made)
    guests = [query["sql"] for query in asked.captured_queries if 'issuance_guest"' in query["sql"]]
    assert not any("COUNT(" in sql.upper() for sql in guests)
    assert all("LIMIT 5" in sql for sql in guests)


def test_a_poll_of_a_hundred_jobs_weighs_less_than_ten_kilobytes(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = guest_list(campaign_here, ListState.ISSUING, **ISSUED)
    for number in range(4, 104):
        job(made, number, campaign_here.variants.all()[0], JobState.ACCEPTED, 5)
    for _ in range(12):
        note_event(made, ListState.ISSUING)
    assert len(poll(client_of(ana), made).encode()) < 10_000
