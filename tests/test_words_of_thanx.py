"""Whatever Thanx writes, and wherever: nobody learns from it who a guest is, and it makes one reason, not hundreds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.contrib import admin
from django.core import serializers
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from issuance.engine.reconcile import reconcile
from issuance.models import Attempt, GuestList, IssuanceJob, UnknownReason
from issuance.worker import due_work
from tests.crash import as_often
from tests.issuance import webhook_posts
from tests.issuance.webhook_posts import SECRET
from tests.spellings import EMAILS, PHONES, SPELLINGS, tells_who
from tests.world import ThroughTheSimulator, World
from thanxportal.accounts.models import User
from thanxportal.partner import gated_client
from thanxportal.partner_api import redact
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
WORDS = st.text(st.sampled_from("abcdefghij :;,.()[]<>\"'/-_é"), max_size=30)
PEOPLE = as_often(usually=2, ci=5, full=5)
ROWS = as_often(usually=3, ci=20, full=20)  # of each table that staff look at
Launch = Callable[[Campaign, str], GuestList]


class Talkative(ThroughTheSimulator):
    """Thanx, but it refuses everybody, and names a guest in every text that it writes freely."""

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator)
        self.spellings = cycle(SPELLINGS)
        self.refuses_jobs = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.refuses_jobs and request.url.path.endswith("/issue"):
            error = {"code": "2025550187", "message": f"Rejected: {next(self.spellings)}", "error": PHONES[0]}
            return httpx.Response(422, json={"error": error}, request=request)
        response = super().handle_request(request)
        document = json.loads(response.read())
        if job := document.get("issuance_job"):
            self._talk(job)
        return httpx.Response(response.status_code, json=document, request=request)

    def _talk(self, job: dict[str, Any]) -> None:
        total = job["total_count"]
        if job["state"] == "completed":
            said = [f"The guest {spelling} isn’t wanted" for spelling in islice(self.spellings, total)]
            failures = [{"identifier_index": at, "error": error} for at, error in enumerate(said)]
            counts = {"success_count": 0, "failure_count": total}
            job |= counts | {"summary": counts | {"failures": failures}}
        else:
            job["state"] = f"waits for {next(self.spellings)}"[:40]


@pytest.fixture
def talkative(simulator: Simulator, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Talkative:
    talkative = Talkative(simulator)
    monkeypatch.setattr(gated_client, "transport", lambda: talkative)
    settings.THANX_WEBHOOK_SECRETS = [SECRET]
    return talkative


@given(WORDS, st.sampled_from(SPELLINGS), WORDS)
def test_no_spelling_of_a_guest_comes_through_whatever_stands_around_it(before: str, spelling: str, after: str) -> None:
    assert not tells_who(redact(f"{before} {spelling} {after}"))


@given(st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=400), st.sampled_from([" ", ", ", "\n", "; "]))
def test_no_guest_of_many_comes_through_at_the_place_where_a_text_is_cut(some: list[str], between: str) -> None:
    assert not tells_who(redact(between.join(some)))


def test_the_guest_of_these_tests_is_recognized_in_every_spelling() -> None:
    unread = [spelling for spelling in SPELLINGS if not tells_who(spelling)]
    assert unread == [], "or the tests here prove nothing"


@pytest.mark.repeats
def test_no_page_report_message_or_table_tells_whom_thanx_named(
    talkative: Talkative,
    addresses: Callable[[str], list[str]],
    campaign: Campaign,
    launched: Launch,
    world: World,
    client_of: Callable[[User], Client],
    sam: User,
    ana: User,
    abe: User,
    sid: User,
    bea: User,
    ben: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    urls = addresses("harbor-grill")
    running = launched(campaign, "late@example.com")
    world.work()
    talkative.refuses_jobs = True
    launched(campaign, "\n".join(f"more{number}@example.com" for number in range(40)))
    world.work()
    for event in events(IssuanceJob.objects.filter(guest_list=running)[0].thanx_id or ""):
        assert webhook_posts.post(event).status_code in (200, 400)
    due_work.drive_due_work()
    urls += [url.replace(f"/{pk}/", f"/{running.pk}/") for url in urls for pk in [running.pk - 1] if "/lists/" in url]
    refused = [f"{url}?outcome=refused" for url in urls if url.endswith("/guests/")]
    for person in (ana, ben, abe, sid, bea)[:PEOPLE]:
        browser = client_of(person)
        for url in [*urls, *refused]:
            assert_hidden(browser, url)
    staff = client_of(sam)
    for url in admin_pages():
        assert_hidden(staff, url)
    stored = [model for model in apps.get_models() if not model.__module__.startswith("django.")]
    assert not [model for model in stored if tells_who(serializers.serialize("json", model._default_manager.all()))]
    assert not tells_who(caplog.text)
    assert reconcile().differences == []


def events(job_id: str) -> Iterator[dict[str, Any]]:
    for spelling in SPELLINGS:
        failures = [{"user_identifier": spelling, "reason": spelling, "error": spelling}]
        yield webhook_posts.batch(job_id, state=spelling, failures=failures, description=spelling)
        yield webhook_posts.issued(job_id, reward_id="", state=spelling, user_id=spelling, error=spelling)
        yield {"event": spelling, "data": {"error": spelling}}


def assert_hidden(browser: Client, url: str) -> None:
    response = browser.get(url)
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    assert response.status_code < 500, url
    assert not tells_who(content.decode()), url


def admin_pages() -> Iterator[str]:
    for model in admin.site._registry:
        meta = model._meta
        yield reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        for row in model._default_manager.all()[:ROWS]:
            yield reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def test_staff_alone_see_the_words_masked_and_counted_over_all_jobs(
    talkative: Talkative,
    campaign: Campaign,
    launched: Launch,
    world: World,
    client_of: Callable[[User], Client],
    sam: User,
) -> None:
    for name in ("a", "b"):
        launched(campaign, "\n".join(f"{name}{number}@example.com" for number in range(len(SPELLINGS) * 2)))
        world.drive()
    refused = sum(GuestList.objects.values_list("refused_count", flat=True))
    assert sum(UnknownReason.objects.values_list("guests_count", flat=True)) == refused > len(SPELLINGS)
    html = client_of(sam).get(reverse("admin:issuance_unknownreason_changelist")).content.decode()
    assert html.count("The guest [email] isn’t wanted") == html.count("The guest [number] isn’t wanted") == 1
    counts = [int(count) for count in re.findall(r'class="field-guests">(\d+)<', html)]
    assert sum(counts) == refused


def test_many_reasons_that_nobody_knows_are_one_filter_and_one_group(
    talkative: Talkative,
    one_arm: Campaign,
    launched: Launch,
    world: World,
    client_of: Callable[[User], Client],
    ben: User,
) -> None:
    guest_list = launched(one_arm, "\n".join(f"guest{number}@example.com" for number in range(30)))
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.refused_count, guest_list.rewarded_count) == (30, 0)
    browser, place = client_of(ben), ["harbor-grill", guest_list.pk]
    html = browser.get(reverse("issuance:guests", args=place)).content.decode()
    causes = re.search(r'<select[^>]*name="cause".*?</select>', html, re.DOTALL)
    assert causes is not None
    assert re.findall(r'value="(\w+)"', causes[0]) == ["UNKNOWN_REASON"]
    page = browser.get(reverse("issuance:list_detail", args=place)).content.decode()
    by_cause = page.partition('aria-labelledby="causes"')[2]
    assert by_cause.count('class="fix"') == 1
    assert "Thanx gave a reason that we don’t know yet." in by_cause


def test_words_about_a_whole_job_are_kept_masked_with_the_attempt(
    talkative: Talkative, one_arm: Campaign, launched: Launch, world: World
) -> None:
    talkative.refuses_jobs = True
    talkative.spellings = cycle([EMAILS[0]])
    launched(one_arm, "ann@example.com bob@example.com")
    world.drive()
    assert Attempt.objects.values_list("status", "code", "words").get() == (422, "RuleBroken", "Rejected: [email]")


def test_a_job_keeps_the_most_frequent_words_and_counts_the_others_together(
    one_arm: Campaign, launched: Launch, world: World, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    talkative = Talkative(simulator)
    letters = [f"{first}{second}" for first in "abcdefghij" for second in "abcdefghij"]
    talkative.spellings = cycle(["often", *letters])
    monkeypatch.setattr(gated_client, "transport", lambda: talkative)
    launched(one_arm, "\n".join(f"guest{number}@example.com" for number in range(102)))
    world.drive()
    words = dict(UnknownReason.objects.values_list("words", "guests_count"))
    assert len(words) == 51
    assert sum(words.values()) == 102
    assert words[UnknownReason.OTHERS] > 1
