"""What people still do with a launched list: stop it, start it at once, go on after its safety check, put it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import ListState
from tests.issuance.browsing import looked_at, poll
from tests.issuance.factories import make_list
from thanxportal.accounts.models import User

ClientOf = Callable[[User], Client]
ISSUED = {"rewarded": 6, "refused": 2, "waiting": 3, "control": 1, "invalid": 1, "duplicate": 1}


def test_what_can_still_be_stopped_can_be_stopped_by_a_sender_only(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf
) -> None:
    made = make_list(campaign_here, ListState.ISSUING, open_job="ready", **ISSUED)
    assert "Stop what is not yet sent" in poll(client_of(sid), made)
    assert "Stop what is not yet sent" not in poll(client_of(bea), made)


def test_nothing_is_offered_to_stop_once_all_is_sent(campaign_here: Campaign, sid: User, client_of: ClientOf) -> None:
    assert "Stop what" not in poll(client_of(sid), make_list(campaign_here, ListState.ISSUING, **ISSUED))


def test_stopping_during_the_hold_brings_the_list_back_to_its_check(
    campaign_here: Campaign, sid: User, client_of: ClientOf
) -> None:
    made, browser = make_list(campaign_here, ListState.HELD, waiting=3), client_of(sid)
    stop = reverse("issuance:list_stop", args=["harbor-grill", made.pk])
    html = browser.post(stop, follow=True).content.decode()
    assert "Stopped before anything was sent." in html
    assert "What Thanx already has" not in html
    made.refresh_from_db()
    assert made.state == ListState.CHECKED
    assert "nothing left to stop" in browser.post(stop, follow=True).content.decode()


def test_the_hold_counts_down_and_can_be_skipped(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf, traveller: Any
) -> None:
    until = timezone.now() + timedelta(seconds=50)
    made = make_list(campaign_here, ListState.HELD, waiting=3, held_until=until)
    assert "Starts in 50 s." in poll(client_of(sid), made)
    assert "Issue now" not in poll(client_of(bea), made)
    skip = reverse("issuance:list_issue_now", args=["harbor-grill", made.pk])
    assert client_of(bea).post(skip).status_code == 403
    html = client_of(sid).post(skip, follow=True).content.decode()
    assert "Starting now." in html
    assert "Until then" not in html
    assert "Issue now" not in html


def test_a_safety_stop_says_what_happened_and_waits_for_a_sender(
    campaign_here: Campaign, sid: User, bea: User, client_of: ClientOf, unguarded: None
) -> None:
    made = make_list(
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
    seen = looked_at(client_of(sid), "list_continue", made)
    GuestList.objects.filter(pk=made.pk).update(refused_count=3, rewarded_count=2)
    answer = client_of(sid).post(go_on, seen)
    assert answer.status_code == 409
    assert "Refused so far was “2” and is “3” now." in answer.content.decode()
    html = client_of(sid).post(go_on, looked_at(client_of(sid), "list_continue", made), follow=True).content.decode()
    assert "<b>Stopped by the safety check" not in html
    assert "<span>Continued after the safety check.</span>" in html
    assert client_of(sid).post(go_on).status_code == 302


def test_the_time_of_a_safety_stop_is_that_of_the_merchant(
    campaign_here: Campaign, sid: User, client_of: ClientOf, unguarded: None
) -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("America/Los_Angeles"))
    made = make_list(campaign_here, ListState.ISSUING, refused=2, waiting=9, canary_size=5, safety_stop_at=noon)
    seen = looked_at(client_of(sid), "list_continue", made)
    GuestList.objects.filter(pk=made.pk).update(safety_stop_at=noon + timedelta(minutes=5))
    go_on = reverse("issuance:list_continue", args=["harbor-grill", made.pk])
    html = client_of(sid).post(go_on, seen).content.decode()
    assert "12:00 PM” and is" in html
    assert "12:05 PM” now" in html


def test_a_discarded_list_is_put_away_once(campaign_here: Campaign, bea: User, client_of: ClientOf) -> None:
    made, browser = make_list(campaign_here, waiting=3), client_of(bea)
    discard = reverse("issuance:list_discard", args=["harbor-grill", made.pk])
    assert "Discarded “June guests”" in browser.post(discard, follow=True).content.decode()
    assert "can’t be discarded any more" in browser.post(discard, follow=True).content.decode()
