"""The start page, and the dock of every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import RewardTemplate
from issuance.launching.retries import retry_refused
from issuance.models import Guest, GuestList
from issuance.models.states import ListState
from issuance.outcomes import kinds_of_needs
from tests.cast import draft_campaign
from tests.issuance.factories import make_list, published_campaign
from thanxportal.accounts.models import Merchant, User
from thanxportal.moments import written
from thanxportal.prepared import Prepared

ClientOf = Callable[[User], Client]


def home(browser: Client) -> str:
    answer = browser.get(reverse("issuance:home", args=["harbor-grill"]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_stranger_finds_no_home(harbor: Merchant, cleo: User, client_of: ClientOf) -> None:
    browser = client_of(cleo)
    assert browser.get(reverse("issuance:home", args=["harbor-grill"])).status_code == 404
    assert browser.get(reverse("issuance:list_index", args=["harbor-grill"])).status_code == 404


def test_it_says_plainly_when_nothing_needs_anybody(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    make_list(published_campaign(harbor), ListState.FINISHED, rewarded=3)
    assert "Nothing needs you." in home(client_of(ana))


def test_a_merchant_without_templates_is_told_so(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    RewardTemplate.objects.all().delete()
    html = home(client_of(ana))
    assert "Thanx publishes no rewards for Harbor Grill yet" in html


def test_everything_that_waits_for_a_person_is_there(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    make_list(campaign, name="Checked one", waiting=3, invalid=1)
    make_list(campaign, ListState.FINISHED, name="Refused one", rewarded=3, refused=2)
    make_list(campaign, ListState.ISSUING, name="Unclear one", unknown=2, waiting=1)
    make_list(campaign, ListState.ISSUING, name="Held up", waiting=1, safety_stop_at=timezone.now())
    draft_campaign(harbor, name="Half a campaign")
    html = home(client_of(ana))
    assert "“Checked one” is checked but not issued." in html
    assert "3 of 4 rows would get a reward" in html
    assert "2 refused guests of “Refused one” can be corrected and sent again." in html
    assert "“Held up” was stopped by the safety check." in html
    assert "1 job of “Unclear one” needs review." in html
    assert "The campaign “Half a campaign” is a draft." in html
    assert "4 things need you." in html
    assert "Check and issue<span" in html
    assert html.index("Waiting for others") < html.index("1 job of “Unclear one” needs review.")


def test_only_refused_guests_who_can_be_sent_again_are_counted(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    made = make_list(published_campaign(harbor), ListState.FINISHED, name="June", rewarded=1, refused=5)
    refused = list(Guest.objects.filter(guest_list=made, outcome="refused").order_by("row"))
    Guest.objects.filter(pk=refused[0].pk).update(reason="USER_OPTED_OUT")
    Guest.objects.filter(pk=refused[1].pk).update(reason="USER_PHONE_INVALID")
    retry_refused(guest_list=made, reasons=["USER_PHONE_INVALID"], actor=ana)
    browser = client_of(ana)
    html = home(browser)
    assert "3 refused guests of “June” can be corrected and sent again." in html
    assert "Guests who opted out or are in a retry already aren’t counted." in html
    retry_refused(guest_list=made, reasons=[], actor=ana)
    assert "can be corrected and sent again." not in home(browser)


def test_beyond_a_thousand_refused_guests_are_not_counted(
    harbor: Merchant, ana: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds_of_needs, "MANY", 3)
    again = Prepared(kinds_of_needs._with_refused.__wrapped__)  # type: ignore[attr-defined]
    monkeypatch.setattr(kinds_of_needs, "_with_refused", again)
    make_list(published_campaign(harbor), ListState.FINISHED, name="June", refused=5)
    assert "3 or more refused guests of “June” can be corrected and sent again." in home(client_of(ana))


def test_no_retry_is_asked_for_once_the_campaign_has_ended(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor, end_at=timezone.now() - timedelta(days=1))
    make_list(campaign, ListState.FINISHED, name="June", refused=5)
    assert "Nothing needs you." in home(client_of(ana))


def test_a_file_that_nobody_could_read_is_named_until_the_campaign_gets_another(
    harbor: Merchant, bea: User, client_of: ClientOf
) -> None:
    campaign, browser = published_campaign(harbor), client_of(bea)
    make_list(campaign, ListState.UNREADABLE, name="Broken", problem="It is empty.")
    assert '“Broken” can’t be read.</b> <span class="soft">It is empty.' in home(browser)
    make_list(campaign, ListState.READING, name="Better")
    assert "“Broken” can’t be read." not in home(browser)


def test_more_than_fit_are_not_kept_quiet(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign, browser = published_campaign(harbor), client_of(ana)
    for number in range(5):
        make_list(campaign, name=f"List {number}", waiting=1)
    assert "5 things need you." in home(browser)
    make_list(campaign, name="One more", waiting=1)
    html = home(browser)
    assert "More than 5 things need you." in html
    assert "There are more like these." in html
    assert "Nothing needs you" not in html


def test_who_can_only_look_is_told_what_waits_for_others(harbor: Merchant, ben: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    make_list(campaign, name="Checked one", waiting=3)
    html = home(client_of(ben))
    assert "Nothing needs you." in html
    assert "Waiting for others" in html
    assert "“Checked one” is checked but not issued." in html


def test_a_live_campaign_whose_reward_was_withdrawn_is_named(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    published_campaign(harbor, name="Live one")
    published_campaign(harbor, name="Over", end_at=timezone.now() - timedelta(days=1))
    harbor.reward_templates.update(withdrawn_at=timezone.now())
    html = home(client_of(ana))
    assert "“Live one” gives a reward that Thanx no longer publishes." in html
    assert "1 thing needs you." in html


def test_nobody_is_asked_to_approve_their_own_list(harbor: Merchant, ana: User, ben: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    for name, by in (("Own", ana), ("Another", ben)):
        make_list(campaign, ListState.AWAITING_APPROVAL, name=name, waiting=3, by=by)
    html = home(client_of(ana))
    assert html.index("“Another” waits for approval.") < html.index("Waiting for others")
    assert html.index("Waiting for others") < html.index("“Own” waits for approval.")


def test_a_list_whose_columns_are_unsure_waits_for_a_builder(harbor: Merchant, bea: User, client_of: ClientOf) -> None:
    make_list(published_campaign(harbor), ListState.MAPPING, name="Odd file")
    assert "“Odd file” needs its columns." in home(client_of(bea))


def test_nothing_of_another_merchant_is_shown(
    harbor: Merchant, sunny: Merchant, ana: User, client_of: ClientOf
) -> None:
    campaign = published_campaign(sunny)
    make_list(campaign, name="Secret", waiting=3)
    make_list(campaign, ListState.ISSUING, name="Secret", unknown=3)
    draft_campaign(sunny, name="Secret")
    assert "Secret" not in home(client_of(ana))


def test_running_lists_show_how_far_they_are(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    campaign = published_campaign(harbor)
    make_list(campaign, ListState.ISSUING, name="Running", rewarded=6, waiting=3)
    make_list(campaign, ListState.READING, name="Being read", waiting=2, bytes_total=9, bytes_read=3)
    html = home(client_of(ana))
    assert "6 of 9 rewarded" in html
    assert "2 rows read" in html


def test_a_scheduled_list_is_on_home_from_the_start_with_who_and_when_and_a_way_to_stop_it(
    harbor: Merchant, sid: User, ben: User, client_of: ClientOf
) -> None:
    campaign, now = published_campaign(harbor), timezone.now()
    for name, days in (("Later", 3), ("Sooner", 2)):
        at = now + timedelta(days=days)
        late = make_list(campaign, ListState.HELD, name=name, waiting=3, by=sid, launch_at=at, held_until=at)
    html = home(client_of(sid))
    with timezone.override(harbor.time_zone):
        assert written(late.launch_at) in html
    assert f"3 rewards of {campaign.name}, by {sid}." in " ".join(html.split())
    assert html.index("<b>Sooner</b>") < html.index("<b>Later</b>") < html.index("Nothing is being read or issued")
    stop = reverse("issuance:list_stop", args=["harbor-grill", late.pk])
    assert f'action="{stop}"' in html
    assert stop not in home(client_of(ben))
    found = client_of(ben).get("/m/harbor-grill/lists/?state=scheduled").content.decode()
    assert "Later" in found
    assert "Later" not in client_of(ben).get("/m/harbor-grill/lists/?state=running").content.decode()


def test_the_number_of_running_lists_is_not_that_of_those_shown(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    campaign = published_campaign(harbor)
    for _ in range(8):
        make_list(campaign, ListState.ISSUING, waiting=1)
    assert "<b>8</b>" in home(client_of(ana)).partition("Lists running now")[2][:60]


def test_guests_refused_before_a_job_was_revoked_still_count_as_refused_this_month(
    harbor: Merchant, ana: User, client_of: ClientOf, unguarded: None
) -> None:
    made = make_list(published_campaign(harbor), ListState.FINISHED, rewarded=40, refused=2)
    made.jobs.update(state="revoked", ended_at=timezone.now(), revoked_at=timezone.now())
    assert '<b class="tone-bad">2</b>' in home(client_of(ana))


def test_what_is_running_is_docked_on_every_page(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    running = make_list(published_campaign(harbor), ListState.ISSUING, name="On its way", rewarded=6, waiting=3)
    browser = client_of(ana)
    for address in ("campaigns/", "rewards/", "activity/", f"lists/{running.pk}/guests/"):
        html = browser.get(f"/m/harbor-grill/{address}").content.decode()
        assert 'aria-label="Running now"' in html, address
        assert "On its way" in html


def test_running_lists_move_on_home_and_the_page_comes_anew_when_one_ends(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    campaign, browser = published_campaign(harbor), client_of(ana)
    running = make_list(campaign, ListState.ISSUING, name="June", rewarded=1, waiting=1)
    address = f"/m/harbor-grill/running/?was={running.pk}"
    assert f'hx-get="{address}&amp;version=' in home(browser)
    with django_assert_num_queries(3):
        answer = browser.get(address, headers={"HX-Request": "true"})
    assert "1 of 2 rewarded" in answer.content.decode()
    assert "Latest lists" not in answer.content.decode()
    GuestList.objects.filter(pk=running.pk).update(state=ListState.FINISHED, ended_at=timezone.now())
    answer = browser.get(address, headers={"HX-Request": "true"})
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#main", "#main")
    assert "Latest lists" in answer.content.decode()
    assert browser.get(address).headers["Location"] == "/m/harbor-grill/"


def test_home_costs_the_same_with_many_lists(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    campaign, browser = published_campaign(harbor), client_of(ana)
    for _ in range(4):
        make_list(campaign, waiting=1)
        make_list(campaign, ListState.FINISHED, refused=1)
        make_list(campaign, ListState.ISSUING, unknown=1)
    with django_assert_num_queries(10):
        home(browser)


def test_the_dock_asks_again_only_while_something_runs(
    harbor: Merchant, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    running = make_list(published_campaign(harbor), ListState.ISSUING, name="June", waiting=1)
    browser, address = client_of(ana), reverse("issuance:dock", args=["harbor-grill"])
    browser.defaults["HTTP_HX_REQUEST"] = "true"
    browser.get(address)
    with django_assert_num_queries(3):
        html = browser.get(address).content.decode()
    assert "June" in html
    assert "hx-get" in html
    GuestList.objects.filter(pk=running.pk).update(state=ListState.FINISHED, ended_at=timezone.now())
    assert "hx-get" not in browser.get(address).content.decode()


def test_a_newcomer_sees_three_steps_and_which_is_next(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    assert "Start a campaign" in home(browser)
    campaign = published_campaign(harbor)
    assert f'href="/m/harbor-grill/campaigns/{campaign.pk}/lists/new/">Bring guests' in home(browser)
    brought = make_list(campaign, waiting=3)
    assert f'href="/m/harbor-grill/lists/{brought.pk}/">Go on with your list' in home(browser)
    make_list(campaign, ListState.FINISHED, rewarded=3)
    assert "Go on with your list" not in home(browser)


def test_home_says_what_was_given_this_month_and_what_it_may_cost(
    harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    first = harbor.reward_templates.order_by("pk")[0]
    RewardTemplate.objects.filter(pk=first.pk).update(discount_type="dollars", discount_value="12.5")
    made = make_list(published_campaign(harbor), ListState.FINISHED, rewarded=40, refused=2)
    job = made.jobs.get(number=1)
    counts = {"success_count": job.total_count - 2, "failure_count": 2}
    type(job).objects.filter(pk=job.pk).update(ended_at=timezone.now(), **counts)
    html = home(client_of(ana))
    assert f'<b class="tone-ok">{counts["success_count"]}</b>' in html
    assert f"<b>${counts['success_count'] * 12.5:,.0f}</b>" in html
    assert '<b class="tone-bad">2</b>' in html
    type(job).objects.filter(pk=job.pk).update(ended_at=timezone.now() - timedelta(days=40))
    assert '<b class="tone-bad">2</b>' not in home(client_of(ana))


def test_a_list_that_was_sent_back_says_so_on_home_and_on_its_page(
    harbor: Merchant, sid: User, client_of: ClientOf
) -> None:
    made = make_list(published_campaign(harbor), waiting=2, sent_back_reason="Leave out the staff")
    html, browser = home(client_of(sid)), client_of(sid)
    assert "“June guests” was sent back." in html
    assert "An approver wrote: Leave out the staff" in html
    assert "is checked but not issued" not in html
    page = browser.get(reverse("issuance:list_detail", args=["harbor-grill", made.pk])).content.decode()
    assert "An approver sent this list back." in page
    assert "Leave out the staff" in page
