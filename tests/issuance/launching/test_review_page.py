"""The decision and the launch: once, by whom it is allowed, with open eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate
from issuance.engine.planning import plan_list
from issuance.guests.arms import count_arms
from issuance.launching.job_cutting import expected_jobs
from issuance.launching.launch import launch_list
from issuance.models import Event, Guest, GuestList
from issuance.models.states import ListState
from tests.issuance.browsing import looked_at
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User

ClientOf = Callable[[User], Client]


@pytest.fixture
def june(harbor: Merchant) -> GuestList:
    return make_list(published_campaign(harbor), waiting=5, control=2, invalid=1)


@pytest.fixture
def large_list(harbor: Merchant) -> GuestList:
    return make_list(published_campaign(harbor, weights=(100,)), waiting=1_200)


def review(browser: Client, made: GuestList) -> str:
    answer = browser.get(reverse("issuance:list_review", args=["harbor-grill", made.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def launch(browser: Client, made: GuestList, **data: Any) -> Any:
    data = looked_at(browser, "list_launch", made) | data
    return browser.post(reverse("issuance:list_launch", args=["harbor-grill", made.pk]), data)


def launches(made: GuestList) -> int:
    return Event.objects.filter(guest_list=made, new_state=ListState.HELD).count()


def large(made: GuestList) -> GuestList:
    GuestList.objects.filter(pk=made.pk).update(waiting_count=8_412, rows_count=8_415)
    made.refresh_from_db()
    return made


def test_the_review_says_who_gets_what_and_until_when(june: GuestList, sid: User, client_of: ClientOf) -> None:
    reward = june.campaign.variants.all()[1].reward_template
    assert reward is not None
    html = review(client_of(sid), june)
    assert (
        f"Give <b>{reward.name}</b> to <b>5 guests</b> of <b>Harbor Grill</b> and nothing to <b>2</b> (Control)."
        in html
    )
    assert "Los Angeles time." in html
    assert "Arm B: 1 job of 5 guests" in html
    assert "Issue 5 rewards" in html


def test_arms_show_their_planned_share_and_who_really_fell_into_them(harbor: Merchant) -> None:
    made = make_list(published_campaign(harbor), waiting=2, control=1)
    Guest.objects.filter(guest_list=made, row=2).update(variant=made.campaign.variants.all()[0])
    arms = count_arms(made)
    assert [(arm.count, arm.start, arm.percent) for arm in arms] == [(1, 0, 45), (1, 45, 45), (1, 90, 10)]


def test_jobs_are_planned_as_they_will_be_sent(june: GuestList, sid: User, client_of: ClientOf, settings: Any) -> None:
    settings.JOB_SIZE = 2
    assert "3 jobs of up to 2 guests" in review(client_of(sid), june)


def choose(browser: Client, made: GuestList, **data: Any) -> Any:
    return browser.post(reverse("issuance:list_job_cutting", args=["harbor-grill", made.pk]), data)


def test_smaller_jobs_are_kept_shown_and_planned(
    large_list: GuestList, sid: User, client_of: ClientOf, settings: Any
) -> None:
    settings.CANARY_ABOVE = 5_000
    browser = client_of(sid)
    assert "1 job of 1,200 guests" in review(browser, large_list)
    assert choose(browser, large_list, cut_by="size", size="500").status_code == 302
    html = review(browser, large_list)
    assert "3 jobs of up to 500 guests" in html
    assert "At least 6 requests to Thanx, so sending takes 1 s or more." in html
    large_list.refresh_from_db()
    assert launch_list(guest_list=large_list, token=large_list.confirm_token, actor=sid)
    assert plan_list(large_list.pk)
    assert [job.total_count for job in large_list.jobs.order_by("number")] == [500, 500, 200]


def test_the_canaries_are_counted_among_the_jobs(large_list: GuestList, sid: User, client_of: ClientOf) -> None:
    assert expected_jobs(count_arms(large_list), 500, 50).jobs == 4
    assert expected_jobs(count_arms(large_list), 10_000, 5_000) == expected_jobs(count_arms(large_list), 10_000, 0)


def test_jobs_as_large_as_thanx_takes_them_need_no_size(june: GuestList, sid: User, client_of: ClientOf) -> None:
    GuestList.objects.filter(pk=june.pk).update(guests_per_job=500)
    assert choose(client_of(sid), june, cut_by="most", size="nonsense").status_code == 302
    june.refresh_from_db()
    assert june.guests_per_job == 0


@pytest.mark.parametrize("size", ["", "499", "10001", "many"])
def test_a_size_that_jobs_can_not_have_changes_nothing(
    size: str, june: GuestList, sid: User, client_of: ClientOf
) -> None:
    answer = choose(client_of(sid), june, cut_by="size", size=size)
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    june.refresh_from_db()
    assert june.guests_per_job == 0


def test_a_review_opened_before_the_jobs_were_cut_anew_launches_nothing(
    june: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    seen = looked_at(browser, "list_launch", june)
    choose(browser, june, cut_by="size", size="500")
    assert launch(browser, june, **seen).status_code == 409
    assert launches(june) == 0


def test_a_launched_list_keeps_its_jobs(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    launch(browser, june)
    assert choose(browser, june, cut_by="size", size="500").status_code == 302
    june.refresh_from_db()
    assert june.guests_per_job == 0


def test_what_an_arm_can_cost_is_said_where_thanx_names_an_amount(
    june: GuestList, sid: User, client_of: ClientOf
) -> None:
    RewardTemplate.objects.update(discount_type="dollars", discount_value="5.0")
    assert "$25" in review(client_of(sid), june)
    RewardTemplate.objects.update(discount_type="dollars", discount_value="soon")
    assert "no amount" in review(client_of(sid), june)


def test_the_review_says_what_all_arms_cost_and_what_they_can_show(
    harbor: Merchant, sid: User, client_of: ClientOf
) -> None:
    made = make_list(published_campaign(harbor), waiting=50, control=50)
    moved = Guest.objects.filter(guest_list=made, row__lt=12)
    assert moved.update(variant=made.campaign.variants.all()[0]) == 10
    reward = made.campaign.variants.all()[1].reward_template
    assert reward is not None
    RewardTemplate.objects.filter(pk=reward.pk).update(discount_type="dollars", discount_value="10")
    html = review(client_of(sid), made)
    assert "$400 and 10 rewards without an amount" in html
    assert "With 50 guests in “Control” and 10 in “Arm A”, a difference of about 39.0 points or more" in html
    GuestList.objects.filter(pk=made.pk).update(parent=make_list(made.campaign, ListState.FINISHED, refused=1))
    assert "stands out from chance" not in review(client_of(sid), made)


def test_who_may_not_issue_is_told_who_may(june: GuestList, bea: User, client_of: ClientOf) -> None:
    html = review(client_of(bea), june)
    assert "Issue 5 rewards" not in html
    assert 'name="seen"' not in html
    assert "Ask a sender, approver or manager of Harbor Grill" in html


def test_an_ended_campaign_stops_the_launch(june: GuestList, sid: User, client_of: ClientOf) -> None:
    Campaign.objects.update(end_at=timezone.now() - timedelta(hours=1))
    browser = client_of(sid)
    html = review(browser, june)
    assert "The campaign has ended." in html
    assert "Issue 5 rewards" not in html
    assert launch(browser, june).status_code == 422
    assert launches(june) == 0


def test_a_list_with_nobody_to_reward_is_not_launched(harbor: Merchant, sid: User, client_of: ClientOf) -> None:
    made, browser = make_list(published_campaign(harbor), control=3), client_of(sid)
    assert "Nobody in this list would get a reward. All of them are in Control." in review(browser, made)
    assert launch(browser, made).status_code == 422
    assert launches(made) == 0


def test_an_unknown_thanx_address_stops_the_launch(
    june: GuestList, sid: User, client_of: ClientOf, settings: Any
) -> None:
    settings.THANX_ENVIRONMENT = "unknown"
    assert launch(client_of(sid), june).status_code == 422
    assert launches(june) == 0


def test_a_withdrawn_reward_is_pointed_out(june: GuestList, sid: User, client_of: ClientOf) -> None:
    RewardTemplate.objects.update(withdrawn_at=timezone.now())
    assert "Thanx no longer publishes “" in review(client_of(sid), june)


def test_rows_left_out_are_pointed_out(june: GuestList, sid: User, client_of: ClientOf) -> None:
    assert "1 row is left out" in review(client_of(sid), june)


@pytest.mark.parametrize("typed", ["", "8411", "eight thousand", "84 12 1"])
def test_a_large_list_is_not_launched_without_its_count(
    typed: str, june: GuestList, sid: User, client_of: ClientOf
) -> None:
    answer = launch(client_of(sid), large(june), count=typed)
    assert answer.status_code == 422
    assert "8,412" in answer.content.decode()
    assert launches(june) == 0


@pytest.mark.parametrize("typed", ["8412", "8,412", " 8 412 ", "8.412"])
def test_the_count_may_be_typed_as_people_write_it(typed: str, june: GuestList, sid: User, client_of: ClientOf) -> None:
    assert launch(client_of(sid), large(june), count=typed).status_code == 302
    assert launches(june) == 1


def test_a_launch_leads_to_the_progress(june: GuestList, sid: User, client_of: ClientOf) -> None:
    answer = launch(client_of(sid), june)
    june.refresh_from_db()
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", june.pk])
    assert (june.state, june.launched_by) == (ListState.HELD, sid)


def test_a_second_click_launches_nothing(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    first, second = launch(browser, june), launch(browser, june)
    assert first["Location"] == second["Location"]
    assert launches(june) == 1


def test_a_review_opened_before_a_stop_launches_nothing(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    seen = looked_at(browser, "list_launch", june)
    launch(browser, june, **seen)
    browser.post(reverse("issuance:list_stop", args=["harbor-grill", june.pk]))
    answer = launch(browser, june, **seen)
    assert "This list changed." in answer.content.decode()
    june.refresh_from_db()
    assert june.state == ListState.CHECKED


@pytest.mark.parametrize("seen", ["", "nonsense"])
def test_who_has_seen_nothing_launches_nothing(seen: str, june: GuestList, sid: User, client_of: ClientOf) -> None:
    answer = launch(client_of(sid), june, seen=seen)
    assert answer.status_code == 409
    assert "Nobody has looked at this yet." in answer.content.decode()
    assert launches(june) == 0


def test_what_was_seen_of_another_list_launches_nothing(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser, other = client_of(sid), make_list(june.campaign, waiting=5, control=2, invalid=1)
    assert launch(browser, june, **looked_at(browser, "list_launch", other)).status_code == 409
    assert launches(june) == 0


def take_a_guest_out(made: GuestList) -> None:
    made.guests.filter(outcome="waiting").order_by("row").first().delete()  # type: ignore[union-attr]
    GuestList.objects.filter(pk=made.pk).update(waiting_count=4, rows_count=7, confirm_token=uuid4())


def withdraw_the_reward(made: GuestList) -> None:
    RewardTemplate.objects.update(withdrawn_at=timezone.now())


def rewrite_the_terms(made: GuestList) -> None:
    RewardTemplate.objects.update(fine_print="Only on Mondays.")


def ask_for_a_second_person(made: GuestList) -> None:
    Merchant.objects.update(approval_threshold=4)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (take_a_guest_out, "Guests of Arm B was “5 ("),
        (withdraw_the_reward, "(no longer published))” now."),
        (rewrite_the_terms, "At Thanx, the terms of “"),
        (ask_for_a_second_person, "A second person was “isn’t needed” and is “has to agree” now."),
    ],
)
def test_what_changed_since_the_review_is_named_instead_of_launched(
    change: Callable[[GuestList], None], sentence: str, june: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    seen = looked_at(browser, "list_launch", june)
    change(june)
    answer = launch(browser, june, **seen)
    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert launches(june) == 0
    assert launch(browser, june).status_code == 302  # Now they have seen it.


def test_a_count_that_was_typed_is_kept_when_the_list_changed(june: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    seen = looked_at(browser, "list_launch", large(june))
    GuestList.objects.filter(pk=june.pk).update(confirm_token=uuid4())
    answer = launch(browser, june, **seen, count="8,412")
    assert answer.status_code == 409
    assert 'value="8,412"' in answer.content.decode()


@pytest.mark.parametrize("state", [ListState.READING, ListState.ISSUING, ListState.FINISHED])
def test_only_a_checked_list_has_a_review(state: ListState, harbor: Merchant, sid: User, client_of: ClientOf) -> None:
    made = make_list(published_campaign(harbor), state, waiting=2)
    answer = client_of(sid).get(reverse("issuance:list_review", args=["harbor-grill", made.pk]))
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", made.pk])


def test_a_campaigns_name_is_text_and_never_markup(june: GuestList, sid: User, client_of: ClientOf) -> None:
    RewardTemplate.objects.update(name="<img src=x>")
    assert "<img src=x>" not in review(client_of(sid), june)
