"""Refused guests sent again: in their arm, once, never beside a reward, and counted once in the lineage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.checking.reward_again import include_rewarded
from issuance.engine.planning import plan_list
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list, stop_list
from issuance.launching.retries import left_to_retry
from issuance.models import Guest, GuestClaim, GuestList, IssuanceJob
from issuance.models.states import ListState
from issuance.outcomes.lineage import lineage_of
from tests.issuance.browsing import DECIDED_ON, address, looked_at, page, rows_in
from tests.issuance.factories import checked, make_list, published_campaign
from tests.world import World
from thanxportal.accounts.models import Activity, User

ClientOf = Callable[[User], Client]
Launch = Callable[[Campaign, str], GuestList]
GUESTS = "ann@example.com\nbob@example.com\nrefused@example.com\nrefused.too@example.com"


@pytest.fixture
def ended(campaign: Campaign, launched: Launch, world: World) -> GuestList:
    """A list that Thanx has finished, with guests whom it refused: their address starts with `refused`."""
    parent = launched(campaign, "\n".join([GUESTS, *(f"refused{number}@example.com" for number in range(20))]))
    world.drive()
    parent.refresh_from_db()
    assert parent.state == ListState.FINISHED
    wrongly_addressed(parent)
    assert parent.refused_count >= 10
    return parent


def wrongly_addressed(made: GuestList) -> None:
    """The simulator refuses by saying that the guest opted out, which is the one refusal that is final."""
    made.guests.filter(outcome="refused").update(reason="USER_EMAIL_INVALID")


def post(browser: Client, name: str, made: GuestList, query: str = "", **data: Any) -> Any:
    seen = looked_at(browser, name, made) if name in DECIDED_ON else {}
    return browser.post(reverse(f"issuance:{name}", args=["harbor-grill", made.pk]) + query, seen | data)


def correct(browser: Client, made: GuestList, rows: dict[int, str], **data: Any) -> Any:
    """Types new emails or phones into the form of a retry, and saves it, or presses another button."""
    return post(browser, "list_correct", made, **{f"value-{row}": text for row, text in rows.items()}, **data)


def retry(browser: Client, made: GuestList, **data: Any) -> GuestList:
    post(browser, "list_retry", made, **data)
    return GuestList.objects.filter(parent=made).latest("pk")


def send(made: GuestList, world: World) -> None:
    made.refresh_from_db()
    assert launch_list(guest_list=made, token=made.confirm_token, actor=None)
    world.drive()
    made.refresh_from_db()


def test_refused_guests_stay_in_their_arm(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    child = retry(client_of(sid), ended)
    assert child.state == ListState.CHECKED
    assert child.waiting_count == child.rows_count == ended.refused_count
    for guest in child.guests.select_related("retry_of"):
        assert guest.retry_of is not None
        assert (guest.row, guest.variant_id) == (guest.retry_of.row, guest.retry_of.variant_id)
        assert guest.retry_of.outcome == "refused"


def test_a_second_click_makes_no_second_retry(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    retry(browser, ended)
    answer = post(browser, "list_retry", ended)
    assert answer["Location"] == reverse("issuance:list_detail", args=["harbor-grill", ended.pk])
    assert GuestList.objects.filter(parent=ended).count() == 1
    assert "nobody left to retry" in page(browser, ended)


def test_the_database_refuses_a_guest_in_two_retries(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    child = retry(client_of(sid), ended)
    guest = child.guests.order_by("row")[0]
    guest.pk, guest.row = None, 9_999
    with pytest.raises(IntegrityError), transaction.atomic():
        guest.save(force_insert=True)


def test_a_corrected_guest_is_rewarded_and_the_lineage_counts_everybody_once(
    ended: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first = child.guests.order_by("row")[0]
    correct(browser, child, {first.row: " Good@Example.com "})
    send(child, world)
    first.refresh_from_db()
    assert (first.value, first.outcome) == ("good@example.com", "rewarded")
    ledger = lineage_of(child).ledger
    assert ledger["rows"] == ended.rows_count
    assert ledger["rows"] == sum(value for term, value in ledger.items() if term != "rows")
    assert ledger["rewarded"] == ended.rewarded_count + child.rewarded_count
    assert ledger["refused"] == child.refused_count == ended.refused_count - 1


def test_a_correction_to_somebody_rewarded_already_is_told_at_once(
    ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    rewarded = ended.guests.filter(outcome="rewarded").first()
    assert rewarded is not None
    browser = client_of(sid)
    child = retry(browser, ended)
    first = child.guests.order_by("row")[0]
    answer = correct(browser, child, {first.row: rewarded.value})
    assert answer.status_code == 422
    assert "“Win-back June” has rewarded this guest already, on Jun 1." in answer.content.decode()
    assert f"Continue with {child.waiting_count} guests" in answer.content.decode()


def test_who_was_rewarded_meanwhile_is_in_no_count_and_never_sent_again(
    ended: GuestList, sid: User, client_of: ClientOf, launched: Launch, world: World
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    count = child.waiting_count
    first, second = child.guests.order_by("row")[:2]
    correct(browser, child, {first.row: "good@example.com", second.row: "fine@example.com"})
    launched(ended.campaign, "good@example.com")
    world.drive()
    answer = correct(browser, child, {}, proceed=1)
    assert "/review/" not in answer["Location"]
    html = page(browser, child)
    assert "1 guest was rewarded meanwhile and will not be sent again." in html
    assert f"Continue with {count - 1} guests" in html
    assert "/review/" in correct(browser, child, {}, proceed=1)["Location"]
    send(child, world)
    assert GuestClaim.objects.filter(identity=child.guests.get(row=first.row).identity).count() == 1


def test_one_form_saves_all_rows_that_were_typed_in_whatever_was_pressed(
    ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    rows = list(child.guests.order_by("row").values_list("row", flat=True)[:4])
    presses: list[tuple[dict[str, Any], str]] = [
        ({"proceed": 1}, "/review/"), ({"open": rows[3]}, f"?edit={rows[3]}#row-{rows[3]}"),
        ({"turn": rows[2]}, "after="), ({}, f"/lists/{child.pk}/"),
    ]  # fmt: skip
    for number, (press, leads_to) in enumerate(presses):
        typed = {row: f"good{number}x{row}@example.com" for row in rows[:2]}
        assert leads_to in correct(browser, child, typed, **press)["Location"]
        kept = dict(child.guests.filter(row__in=typed).values_list("row", "value"))
        assert kept == typed


def test_each_row_of_a_retry_says_where_it_stands_in_the_file(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    rows = list(child.guests.order_by("row").values_list("row", flat=True))
    assert rows_in(page(browser, child)) == rows[:25]


def test_what_cannot_be_saved_keeps_its_field_and_the_rest_is_saved(
    ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first, second, third = child.guests.order_by("row")[:3]
    answer = correct(browser, child, {first.row: "nobody@", second.row: "ok@example.com", third.row: "x@@y"}, proceed=1)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert f'name="value-{first.row}" value="nobody@"' in html
    assert f'name="value-{third.row}" value="x@@y"' in html
    second.refresh_from_db()
    assert second.value == "ok@example.com"


def test_a_correction_is_kept_in_the_story_and_the_log_with_both_masked(
    ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first, second = child.guests.order_by("row")[:2]
    correct(browser, child, {first.row: "good@example.com"}, leave_out=second.row)
    said = f"Corrected row {first.row} from r•••@••• to g•••@•••"
    assert child.events.filter(actor=sid, note=f"{said}.").exists()
    assert Activity.objects.filter(actor=sid, sentence=f"{said} in “{child.name}”.").exists()
    assert child.events.filter(actor=sid, note=f"Left out row {second.row}.").exists()


def test_a_review_from_before_a_correction_launches_nothing(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    seen = looked_at(browser, "list_launch", child)
    correct(browser, child, {child.guests.order_by("row")[0].row: "good@example.com"})
    answer = post(browser, "list_launch", child, **seen)
    assert answer.status_code == 409
    assert "This list changed." in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nobody", "This is neither an email address nor a phone number."),
        ("two@@example.com", "more than one @ sign"),
        ("555-0142", "This phone number has no area code."),
    ],
)
def test_a_correction_that_is_no_guest_is_refused_and_kept_in_its_field(
    typed: str, said: str, ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first = child.guests.order_by("row")[0]
    answer = correct(browser, child, {first.row: typed})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert said in html
    assert f'name="value-{first.row}" value="{typed}"' in html
    was = first.value
    first.refresh_from_db()
    assert first.value == was


def test_two_guests_of_a_retry_are_never_made_one(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first, second = child.guests.order_by("row")[:2]
    answer = correct(browser, child, {first.row: second.value.upper()})
    assert answer.status_code == 422
    assert f"This is the guest of row {second.row}." in answer.content.decode()


def test_a_guest_who_is_left_out_stays_refused_in_the_parent(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    first = child.guests.order_by("row")[0]
    assert post(browser, "list_correct", child, "?after=3", leave_out=first.row)["Location"].endswith("?after=3")
    child.refresh_from_db()
    assert child.rows_count == child.waiting_count == ended.refused_count - 1
    assert [guest.row for guest in left_to_retry(ended)] == [first.row]
    assert post(browser, "list_correct", child, leave_out=first.row).status_code == 422
    assert lineage_of(child).ledger["refused"] == 1


def test_a_discarded_retry_gives_its_guests_back(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    assert discard_list(guest_list=child, actor=sid)
    assert left_to_retry(ended).count() == ended.refused_count
    assert lineage_of(ended).ledger["refused"] == ended.refused_count
    assert retry(browser, ended).rows_count == ended.refused_count


def test_a_retry_can_take_one_cause_and_another_retry_the_rest(
    ended: GuestList, sid: User, client_of: ClientOf
) -> None:
    some = list(ended.guests.filter(outcome="refused").order_by("row").values_list("pk", flat=True)[:3])
    Guest.objects.filter(pk__in=some).update(reason="USER_PHONE_INVALID")
    browser = client_of(sid)
    assert "Retry 3<" in page(browser, ended)
    child = retry(browser, ended, reason="USER_PHONE_INVALID")
    assert child.rows_count == 3
    assert f"Retry {ended.refused_count - 3} refused guests" in page(browser, ended)
    assert retry(browser, ended).rows_count == ended.refused_count - 3


def test_two_retries_of_one_list_have_names_of_their_own(
    ended: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    some = list(ended.guests.filter(outcome="refused").order_by("row").values_list("pk", flat=True)[:3])
    Guest.objects.filter(pk__in=some).update(reason="USER_PHONE_INVALID")
    browser = client_of(sid)
    child = retry(browser, ended, reason="USER_PHONE_INVALID")
    other = retry(browser, ended)
    send(child, world)
    wrongly_addressed(child)
    grandchild = retry(browser, child)
    names = [made.name for made in (child, other, grandchild)]
    assert names == ["June guests, retry", "June guests, retry 2", "June guests, retry 3"]


def test_a_retry_is_cut_into_jobs_as_its_list_was(campaign: Campaign, sid: User, client_of: ClientOf) -> None:
    info = {"names": ["Email", "Store"], "email": 0}
    made = make_list(campaign, ListState.FINISHED, refused=2, file_info=info, job_column="Store", guests_per_job=500)
    child = retry(client_of(sid), made)
    assert (child.job_column, child.guests_per_job, child.job_cell) == ("Store", 500, 2)


@pytest.fixture
def stopped(campaign: Campaign, launched: Launch, world: World) -> GuestList:
    """A list that was stopped when Thanx had the guests of its first arm, and only those."""
    parent = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(30)))
    assert plan_list(parent.pk)
    parent.jobs.exclude(number=1).update(next_attempt_at=timezone.now() + timedelta(hours=1))
    world.work()
    parent.refresh_from_db()
    assert stop_list(guest_list=parent, actor=None)
    world.drive()
    parent.refresh_from_db()
    assert (parent.state, parent.waiting_count > 0) == (ListState.STOPPED, True)
    return parent


def test_the_count_on_the_button_is_whom_a_retry_takes(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    seen = looked_at(browser, "list_retry", ended)
    one = ended.guests.filter(outcome="refused").order_by("row")[0]
    Guest.objects.filter(pk=one.pk).update(reason="USER_OPTED_OUT")
    answer = post(browser, "list_retry", ended, **seen)
    assert answer.status_code == 409
    count = ended.refused_count
    assert f"was “{count}” and is “{count - 1}” now." in answer.content.decode()
    assert not GuestList.objects.filter(parent=ended).exists()
    assert retry(browser, ended).rows_count == count - 1


def test_who_was_not_sent_by_a_stopped_list_is_sent_by_another_in_the_same_arm(
    stopped: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    unsent, browser = stopped.waiting_count, client_of(sid)
    assert f"Nothing was sent to {unsent} guests." in page(browser, stopped)
    post(browser, "list_send_unsent", stopped)
    child = GuestList.objects.get(parent=stopped)
    assert (child.name, child.waiting_count) == ("June guests, rest", unsent)
    for guest in child.guests.select_related("retry_of"):
        assert guest.retry_of is not None
        assert (guest.retry_of.outcome, guest.variant_id) == ("waiting", guest.retry_of.variant_id)
    html = page(browser, child)
    assert "to whom nothing was sent get it now" in html
    assert "Why it was refused" not in html
    send(child, world)
    assert child.rewarded_count + child.refused_count == unsent
    ledger = lineage_of(stopped).ledger
    assert ledger["rows"] == stopped.rows_count == sum(value for term, value in ledger.items() if term != "rows")
    assert ledger["waiting"] == 0
    assert ledger["rewarded"] == stopped.rewarded_count + child.rewarded_count


def test_unsent_guests_go_into_one_list_only_and_come_back_when_it_is_discarded(
    stopped: GuestList, sid: User, client_of: ClientOf
) -> None:
    unsent, browser = stopped.waiting_count, client_of(sid)
    post(browser, "list_send_unsent", stopped)
    child = GuestList.objects.get(parent=stopped)
    html = page(browser, stopped)
    assert "Nothing was sent to" not in html
    assert f"{unsent} guests in <a" in html
    post(browser, "list_send_unsent", stopped)
    assert GuestList.objects.filter(parent=stopped).count() == 1
    assert "nobody left to whom nothing was sent" in page(browser, stopped)
    assert discard_list(guest_list=child, actor=sid)
    assert f"Nothing was sent to {unsent} guests." in page(browser, stopped)


def test_only_who_may_issue_sends_the_rest_and_only_while_the_campaign_runs(
    stopped: GuestList, bea: User, sid: User, client_of: ClientOf
) -> None:
    assert post(client_of(bea), "list_send_unsent", stopped).status_code == 403
    assert "send-unsent" in page(client_of(sid), stopped)
    Campaign.objects.update(end_at=stopped.created_at)
    html = page(client_of(sid), stopped)
    assert "send-unsent" not in html
    assert "“Win-back June” has ended, so a new campaign would have to reward them" in html


def test_a_retry_that_could_not_work_is_not_offered(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    Campaign.objects.update(end_at=ended.created_at)
    html = page(client_of(sid), ended)
    assert 'id="retry"' not in html
    assert "“Win-back June” has ended, so refused guests can’t be sent again by it." in html


def test_a_retry_of_a_retry_belongs_to_the_same_lineage(
    ended: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    send(child, world)
    assert child.refused_count == ended.refused_count
    wrongly_addressed(child)
    grandchild = retry(browser, child)
    lineage = lineage_of(child)
    assert [member.depth for member in lineage.members] == [0, 1, 2]
    assert lineage.ledger["waiting"] == grandchild.rows_count
    assert lineage.ledger["refused"] == 0
    html = page(browser, grandchild, name="lineage")
    assert "over 3 lists" in html


def test_who_wants_no_rewards_is_never_asked_again(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    some = list(ended.guests.filter(outcome="refused").order_by("row").values_list("pk", flat=True)[:3])
    Guest.objects.filter(pk__in=some).update(reason="USER_OPTED_OUT")
    browser = client_of(sid)
    post(browser, "list_retry", ended, reason="USER_OPTED_OUT")
    assert not GuestList.objects.exclude(parent=None).exists()
    child = retry(browser, ended)
    assert child.rows_count == ended.refused_count - 3
    assert not child.guests.filter(retry_of__in=some).exists()
    html = page(browser, ended)
    assert "This guest doesn’t want rewards from you." in html
    assert 'id="retry"' not in html
    assert "Correct and retry" not in page_home(browser)


def page_home(browser: Client) -> str:
    return browser.get(reverse("issuance:home", args=["harbor-grill"])).content.decode()


def test_a_running_list_or_an_ended_campaign_makes_no_retry(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    running = make_list(ended.campaign, ListState.ISSUING, refused=2, rewarded=1, waiting=1)
    post(browser, "list_retry", running)
    assert "hasn’t ended yet" in page(browser, running)
    Campaign.objects.update(end_at=ended.created_at)
    post(browser, "list_retry", ended)
    assert "has ended, so nobody can be rewarded" in page(browser, ended)
    assert not GuestList.objects.exclude(parent=None).exists()


def test_a_launched_retry_is_not_corrected_any_more(ended: GuestList, sid: User, client_of: ClientOf) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    assert launch_list(guest_list=child, token=child.confirm_token, actor=sid, hold=True)
    answer = correct(browser, child, {child.guests.all()[0].row: "new@example.com"})
    assert answer.status_code == 422
    assert not Guest.objects.filter(value="new@example.com").exists()


def test_an_ordinary_list_is_not_corrected_this_way(campaign: Campaign, sid: User, client_of: ClientOf) -> None:
    made = make_list(campaign, waiting=2)
    answer = correct(client_of(sid), made, {2: "new@example.com"})
    assert answer.status_code == 422


def test_the_form_of_a_retry_undoes_no_decision_on_an_ordinary_list(
    ended: GuestList, sid: User, bea: User, client_of: ClientOf
) -> None:
    again = checked(ended.campaign, "ann@example.com\nbob@example.com\nnew@example.com")
    included = include_rewarded(guest_list=again, campaign=ended.campaign, actor=sid, reason="VIPs")
    assert included
    again.refresh_from_db()
    correct(client_of(bea), again, {}, proceed=1)
    assert GuestList.objects.get(pk=again.pk).already_rewarded_count == again.already_rewarded_count


def test_a_builder_corrects_and_a_sender_retries(
    ended: GuestList, bea: User, ben: User, sid: User, client_of: ClientOf
) -> None:
    assert post(client_of(bea), "list_retry", ended).status_code == 403
    child = retry(client_of(sid), ended)
    first = child.guests.order_by("row")[0]
    assert correct(client_of(ben), child, {first.row: "x@example.com"}).status_code == 403
    assert correct(client_of(bea), child, {first.row: "x@example.com"}).status_code == 302
    html = page(client_of(ben), child)
    assert "refused0@" not in html
    assert "r•••@example.com" in html


def test_a_retry_costs_the_same_however_many_guests_it_has(
    ended: GuestList, sid: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(sid)
    url = address("list_detail", retry(browser, ended))
    with django_assert_num_queries(7):
        browser.get(url)


def test_the_review_of_a_retry_is_the_review_of_any_list(
    ended: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    child = retry(browser, ended)
    html = page(browser, child, name="list_review")
    assert f"Issue {child.waiting_count} rewards" in html
    answer = post(browser, "list_launch", child)
    assert answer.status_code == 302
    world.drive()
    child.refresh_from_db()
    assert child.state == ListState.FINISHED
    assert IssuanceJob.objects.filter(guest_list=child).exists()


def test_a_list_without_retries_is_a_lineage_of_one(harbor: Any, ana: User, client_of: ClientOf) -> None:
    alone = make_list(published_campaign(harbor), ListState.FINISHED, rewarded=2, invalid=1)
    assert "No guest of this list was sent again." in page(client_of(ana), alone, name="lineage")
