"""One address for a list's whole life, and the part of it that is polled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import IssuanceJob, note_event
from issuance.models.states import JobState, ListState
from tests.issuance.browsing import page, poll
from tests.issuance.factories import job, make_list
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
ISSUED = {"rewarded": 6, "refused": 2, "waiting": 3, "control": 1, "invalid": 1, "duplicate": 1}


@pytest.mark.parametrize("state", [ListState.UPLOADED, ListState.READING, ListState.HELD, ListState.ISSUING])
def test_what_runs_is_polled(state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    html = poll(client_of(ana), make_list(campaign_here, state, waiting=3))
    assert re.search(r'hx-trigger="every \d+s, look"', html)
    assert "data-poll" in html


@pytest.mark.parametrize(
    "state", [ListState.UNREADABLE, ListState.CHECKED, ListState.FINISHED, ListState.STOPPED, ListState.DISCARDED]
)
def test_polling_stops_when_nothing_runs(
    state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    html = poll(client_of(ana), make_list(campaign_here, state, waiting=3))
    assert 'id="progress"' in html
    assert "hx-trigger" not in html
    assert "data-poll" not in html


def test_an_ended_list_is_polled_again_while_a_job_is_being_revoked(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = make_list(campaign_here, ListState.FINISHED, rewarded=3)
    IssuanceJob.objects.filter(guest_list=made).update(state=JobState.COMPLETED)
    IssuanceJob.objects.filter(guest_list=made).update(state=JobState.REVOKING)
    assert "data-poll" in poll(client_of(ana), made)


@pytest.mark.parametrize("state", [state for state in ListState if state != ListState.AWAITING_APPROVAL])
def test_the_first_paint_holds_the_same_fragment_as_the_poll(
    state: ListState, campaign_here: Campaign, ana: User, client_of: ClientOf, traveller: Any
) -> None:
    made, browser = make_list(campaign_here, state, **ISSUED), client_of(ana)
    strip = lambda html: "\n".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line)  # noqa: E731
    assert strip(poll(browser, made)).strip() in strip(page(browser, made))


def test_a_poll_without_htmx_leads_back_to_the_page(campaign_here: Campaign, ana: User, client_of: ClientOf) -> None:
    made = make_list(campaign_here, waiting=1)
    answer = client_of(ana).get(reverse("issuance:list_progress", args=["harbor-grill", made.pk]))
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", made.pk])


@pytest.mark.parametrize(("state", "queries"), [(ListState.READING, 7), (ListState.HELD, 5), (ListState.ISSUING, 5)])
def test_a_poll_costs_few_queries_and_counts_no_guests(
    state: ListState, queries: int, campaign_here: Campaign, ana: User, client_of: ClientOf,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    made, browser = make_list(campaign_here, state, **ISSUED), client_of(ana)
    with django_assert_num_queries(queries) as asked:
        poll(browser, made)
    guests = [query["sql"] for query in asked.captured_queries if 'issuance_guest"' in query["sql"]]
    assert not any("COUNT(" in sql.upper() for sql in guests)
    assert all("LIMIT 5" in sql for sql in guests)


def test_a_poll_of_a_hundred_jobs_weighs_less_than_ten_kilobytes(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    made = make_list(campaign_here, ListState.ISSUING, **ISSUED)
    for number in range(4, 104):
        job(made, number, campaign_here.variants.all()[0], JobState.ACCEPTED, 5)
    for _ in range(12):
        note_event(made, ListState.ISSUING)
    assert len(poll(client_of(ana), made).encode()) < 10_000
