"""A list above the merchant's threshold is issued by two people, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.launching.approval import approve_list, send_back_list, withdraw_list
from issuance.launching.discarding import discard_list
from issuance.launching.launch import issue_now, launch_list
from issuance.launching.threshold import threshold_of
from issuance.models import Event, GuestList, IssuanceJob
from issuance.models.states import ListState
from tests import cast
from tests.issuance.browsing import looked_at
from tests.issuance.factories import checked, make_list, published_campaign
from tests.world import World
from thanxportal.accounts.confirming import confirm
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import Activity, Merchant, Role, User
from thanxportal.accounts.team import change_role

ClientOf = Callable[[User], Client]


@pytest.fixture
def strict(harbor: Merchant) -> Merchant:
    """Harbor Grill lets one person reward four guests."""
    harbor.approval_threshold = 4
    harbor.save()
    return harbor


@pytest.fixture
def june(strict: Merchant) -> GuestList:
    return make_list(published_campaign(strict), waiting=5, control=2)


@pytest.fixture
def asked(june: GuestList, sid: User) -> GuestList:
    """What Sid put before the approvers."""
    assert launch_list(guest_list=june, token=june.confirm_token, actor=sid, hold=True)
    june.refresh_from_db()
    return june


def at(name: str, made: GuestList) -> str:
    return reverse(f"issuance:{name}", args=["harbor-grill", made.pk])


def approve(browser: Client, made: GuestList, **data: Any) -> Any:
    return browser.post(at("list_approve", made), looked_at(browser, "list_approve", made) | data)


def state_of(made: GuestList) -> str:
    return GuestList.objects.values_list("state", flat=True).get(pk=made.pk)


def stale(made: GuestList) -> GuestList:
    """The same list as another process holds it in memory."""
    return GuestList.objects.select_related("merchant").get(pk=made.pk)


def test_the_database_refuses_an_approval_by_who_asked(asked: GuestList, sid: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestList.objects.filter(pk=asked.pk).update(approved_by=sid)


def test_the_database_refuses_a_large_list_that_nobody_approved(june: GuestList, asked: GuestList) -> None:
    other = make_list(june.campaign, waiting=5)
    for made in (other, asked):
        with pytest.raises(IntegrityError), transaction.atomic():
            GuestList.objects.filter(pk=made.pk).update(state=ListState.HELD)


def test_a_large_list_waits_for_an_approver_instead_of_starting(
    june: GuestList, sid: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(sid)
    assert "Ask for approval of 5 rewards" in browser.get(at("list_review", june)).content.decode()
    browser.post(at("list_launch", june), looked_at(browser, "list_launch", june))
    world.drive()
    june.refresh_from_db()
    assert (june.state, june.launched_by, june.launched_at) == ("awaiting_approval", sid, None)
    assert june.asked_at is not None
    assert not IssuanceJob.objects.exists()
    assert not issue_now(guest_list=june)


@pytest.mark.parametrize(
    ("threshold", "state"), [(None, "held"), (5, "held"), (4, "awaiting_approval"), (0, "awaiting_approval")]
)
def test_only_lists_above_the_threshold_need_a_second_person(
    threshold: int | None, state: str, june: GuestList, sid: User, strict: Merchant
) -> None:
    strict.approval_threshold = threshold
    strict.save()
    launch_list(guest_list=june, token=june.confirm_token, actor=sid, hold=True)
    assert state_of(june) == state


def test_a_large_list_in_pieces_needs_a_second_person_from_the_piece_that_is_too_much(
    june: GuestList, sid: User, ana: User, client_of: ClientOf
) -> None:
    pieces = [make_list(june.campaign, waiting=2, name=f"Piece {number}") for number in range(3)]
    for piece in pieces[:2]:
        launch_list(guest_list=piece, token=piece.confirm_token, actor=sid, hold=True)
    page = " ".join(client_of(sid).get(at("list_review", pieces[2])).content.decode().split())
    assert "In the last 24 hours you rewarded 4 guests without a second person." in page
    assert "Ask for approval of 2 rewards" in page
    assert "Issue 2 rewards" in client_of(ana).get(at("list_review", pieces[2])).content.decode()
    launch_list(guest_list=pieces[2], token=pieces[2].confirm_token, actor=sid, hold=True)
    assert [state_of(piece) for piece in pieces] == ["held", "held", "awaiting_approval"]


@pytest.mark.parametrize(
    ("state", "counts", "fields", "after"),
    [
        (ListState.FINISHED, {"rewarded": 2, "refused": 3}, {}, "held"),
        (ListState.FINISHED, {"rewarded": 3}, {}, "awaiting_approval"),
        (ListState.FINISHED, {"unknown": 3}, {}, "awaiting_approval"),
        (ListState.STOPPED, {"waiting": 3, "rewarded": 1}, {}, "held"),
        (ListState.HELD, {"waiting": 3}, {}, "awaiting_approval"),
        (ListState.CHECKED, {"waiting": 3}, {}, "held"),
        (ListState.FINISHED, {"rewarded": 3}, {"approved": True}, "held"),
        (ListState.FINISHED, {"rewarded": 3}, {"days": 2}, "held"),
    ],
)
def test_what_one_person_rewarded_alone_in_a_day_counts(
    state: ListState, counts: dict[str, int], fields: dict[str, Any], after: str, june: GuestList, sid: User, abe: User
) -> None:
    earlier = make_list(june.campaign, state, by=sid, **counts)
    if fields.get("approved"):
        GuestList.objects.filter(pk=earlier.pk).update(approved_by=abe)
    if days := fields.get("days"):
        GuestList.objects.filter(pk=earlier.pk).update(launched_at=timezone.now() - timedelta(days=days))
    now = make_list(june.campaign, waiting=2)
    launch_list(guest_list=now, token=now.confirm_token, actor=sid, hold=True)
    assert state_of(now) == after


def test_what_others_rewarded_counts_for_them(june: GuestList, sid: User, ana: User) -> None:
    make_list(june.campaign, ListState.FINISHED, by=ana, rewarded=4)
    now = make_list(june.campaign, waiting=2)
    launch_list(guest_list=now, token=now.confirm_token, actor=sid, hold=True)
    assert state_of(now) == "held"


def test_a_managers_own_list_needs_another_person_too(june: GuestList, ana: User, client_of: ClientOf) -> None:
    launch_list(guest_list=june, token=june.confirm_token, actor=ana, hold=True)
    june.refresh_from_db()
    browser = client_of(ana)
    page = browser.get(at("list_approval", june)).content.decode()
    assert "Approve and issue" not in page
    assert "Nobody can approve this yet" in page
    assert approve(browser, june).status_code == 403
    assert not approve_list(guest_list=june, token=june.confirm_token, actor=ana)
    assert state_of(june) == "awaiting_approval"


def test_a_sender_may_not_approve_what_a_colleague_asked(
    june: GuestList, ana: User, sid: User, client_of: ClientOf
) -> None:
    launch_list(guest_list=june, token=june.confirm_token, actor=ana, hold=True)
    june.refresh_from_db()
    for act in ("list_approve", "list_send_back"):
        assert client_of(sid).post(at(act, june), {"reason": "no"}).status_code == 403


def test_the_approver_sees_who_asked_and_the_same_facts_as_the_review(
    asked: GuestList, abe: User, client_of: ClientOf
) -> None:
    browser = client_of(abe)
    assert browser.get(at("list_detail", asked))["Location"] == at("list_approval", asked)
    page = browser.get(at("list_approval", asked)).content.decode()
    assert "Sid asked for approval" in page
    assert "<b>5 guests</b> of <b>Harbor Grill</b> and nothing to <b>2</b> (Control)" in page
    assert "1 job of 5 guests" in page
    assert "Approve and issue 5 rewards" in page


def test_an_approval_starts_the_hold_and_the_rewards_go_out(
    strict: Merchant, one_arm: Campaign, sid: User, abe: User, client_of: ClientOf, world: World, settings: Any
) -> None:
    one_arm.merchant.refresh_from_db()
    made = checked(one_arm, " ".join(f"guest{number}@example.com" for number in range(6)))
    launch_list(guest_list=made, token=made.confirm_token, actor=sid, hold=True)
    made.refresh_from_db()
    settings.CANARY_ABOVE, settings.CANARY_SIZE = 2, 1
    answer = approve(client_of(abe), made)
    made.refresh_from_db()
    assert answer["Location"] == at("list_detail", made)
    assert (made.state, made.launched_by, made.approved_by, made.canary_size) == ("held", sid, abe, 1)
    assert made.held_until is not None
    assert made.launched_at is not None
    assert (made.held_until - made.launched_at).total_seconds() == settings.HOLD_SECONDS
    world.drive()
    made.refresh_from_db()
    assert made.closed
    assert made.rewarded_count == 6
    assert "by Sid, approved by Abe," in client_of(sid).get(at("list_detail", made)).content.decode()
    assert IssuanceJob.objects.filter(canary=True).count() == 1


def test_a_large_approval_takes_the_typed_count(asked: GuestList, abe: User, client_of: ClientOf) -> None:
    GuestList.objects.filter(pk=asked.pk).update(waiting_count=8_412, rows_count=8_414)
    asked.refresh_from_db()
    browser = client_of(abe)
    refused = approve(browser, asked, count="8")
    assert refused.status_code == 422
    assert "Approve and issue 8,412 rewards" in refused.content.decode()
    assert approve(browser, asked, count="8,412").status_code == 302
    assert state_of(asked) == "held"


def test_a_campaign_that_ended_meanwhile_can_only_be_sent_back(
    asked: GuestList, abe: User, client_of: ClientOf
) -> None:
    Campaign.objects.update(end_at=asked.created_at)
    browser = client_of(abe)
    assert "Approve and issue" not in browser.get(at("list_approval", asked)).content.decode()
    assert approve(browser, asked).status_code == 422
    assert state_of(asked) == "awaiting_approval"


def test_an_approver_sends_it_back_with_a_reason_that_the_asker_reads(
    asked: GuestList, sid: User, abe: User, client_of: ClientOf
) -> None:
    browser = client_of(abe)
    assert browser.post(at("list_send_back", asked), {"reason": " "}).status_code == 422
    assert state_of(asked) == "awaiting_approval"
    browser.post(at("list_send_back", asked), {"reason": "Leave out the staff"})
    asked.refresh_from_db()
    assert asked.state == "checked"
    assert "Leave out the staff" in client_of(sid).get(at("list_review", asked)).content.decode()
    assert Activity.objects.filter(sentence__contains="Leave out the staff", actor=abe).exists()
    assert Event.objects.get(old_state="awaiting_approval").note == "Sent back: Leave out the staff"


def test_who_asked_withdraws_and_nobody_else(asked: GuestList, sid: User, ana: User, client_of: ClientOf) -> None:
    assert client_of(ana).post(at("list_withdraw", asked)).status_code == 403
    assert not withdraw_list(guest_list=asked, actor=ana)
    client_of(sid).post(at("list_withdraw", asked))
    assert state_of(asked) == "checked"


def test_a_page_of_before_the_withdrawal_approves_nothing(
    asked: GuestList, sid: User, abe: User, client_of: ClientOf
) -> None:
    browser = client_of(abe)
    seen = looked_at(browser, "list_approve", asked)
    withdraw_list(guest_list=stale(asked), actor=sid)
    again = stale(asked)
    launch_list(guest_list=again, token=again.confirm_token, actor=sid, hold=True)
    for old in (seen, {}):
        assert browser.post(at("list_approve", asked), old).status_code == 409
        assert state_of(asked) == "awaiting_approval"


ANSWERS: dict[str, Callable[[GuestList, User, User], bool]] = {
    "approve": lambda made, asker, approver: approve_list(guest_list=made, token=made.confirm_token, actor=approver),
    "send back": lambda made, asker, approver: send_back_list(guest_list=made, actor=approver, reason="No", facts={}),
    "withdraw": lambda made, asker, approver: withdraw_list(guest_list=made, actor=asker),
    "discard": lambda made, asker, approver: discard_list(guest_list=made, actor=asker),
}


@pytest.mark.parametrize(("first", "second"), list(permutations(ANSWERS, 2)))
def test_of_two_answers_at_once_the_first_wins(first: str, second: str, asked: GuestList, sid: User, abe: User) -> None:
    winner, loser = stale(asked), stale(asked)
    assert ANSWERS[first](winner, sid, abe)
    assert not ANSWERS[second](loser, sid, abe)
    assert state_of(asked) == winner.state
    assert Event.objects.filter(guest_list=asked, old_state="awaiting_approval").count() == 1


def test_a_second_click_on_approve_launches_nothing_more(asked: GuestList, abe: User, client_of: ClientOf) -> None:
    browser = client_of(abe)
    first, second = approve(browser, asked), approve(browser, asked)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Event.objects.filter(guest_list=asked, new_state=ListState.HELD).count() == 1


def test_a_stopped_hold_asks_again(asked: GuestList, sid: User, abe: User, client_of: ClientOf) -> None:
    approve(client_of(abe), asked)
    client_of(sid).post(at("list_stop", asked))
    asked.refresh_from_db()
    assert (asked.state, asked.approved_by) == ("checked", None)
    assert launch_list(guest_list=asked, token=asked.confirm_token, actor=abe, hold=True)
    assert state_of(asked) == "awaiting_approval"


def test_a_list_that_waits_may_be_discarded(asked: GuestList, bea: User, client_of: ClientOf) -> None:
    client_of(bea).post(at("list_discard", asked))
    assert state_of(asked) == "discarded"


def test_home_says_what_waits_for_approval(asked: GuestList, abe: User, client_of: ClientOf) -> None:
    page = client_of(abe).get(reverse("issuance:home", args=["harbor-grill"])).content.decode()
    assert "“June guests” waits for approval." in page
    assert at("list_approval", asked) in page


def test_a_poll_that_meets_the_approval_leads_there(asked: GuestList, abe: User, client_of: ClientOf) -> None:
    answer = client_of(abe).get(at("list_progress", asked), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == at("list_approval", asked)


def test_the_command_asks_as_well(strict: Merchant, one_arm: Campaign, tmp_path: Path, world: World) -> None:
    file = tmp_path / "guests.csv"
    file.write_text("\n".join(f"guest{number}@example.com" for number in range(6)))
    said, told = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("issue_rewards", str(file), "--wait", campaign=one_arm.pk, stdout=said, stderr=told)
    assert json.loads(said.getvalue())["state"] == "awaiting_approval"
    assert "an approver has to approve it" in told.getvalue()
    assert not IssuanceJob.objects.exists()


def loosen(merchant: Merchant, asker: User, threshold: int | None) -> None:
    """Two managers raise the threshold."""
    other = cast.person(f"second{threshold}@example.com", merchant, Role.MANAGER)
    saved = change_settings(merchant=merchant, values={"approval_threshold": threshold}, actor=asker)
    assert confirm(loosening=saved.asked[0], actor=other)


@pytest.mark.parametrize("threshold", [None, 10])
def test_a_list_is_judged_by_the_threshold_that_was_in_force_when_it_was_brought(
    threshold: int | None, june: GuestList, strict: Merchant, sid: User, ana: User, world: World, client_of: ClientOf
) -> None:
    world.advance(60)
    loosen(strict, ana, threshold)
    page = " ".join(client_of(sid).get(at("list_review", june)).content.decode().split())
    assert "Lists that reward more than 4 guests need a second person." in page
    launch_list(guest_list=june, token=june.confirm_token, actor=sid, hold=True)
    assert state_of(june) == "awaiting_approval"
    world.advance(60)
    later = make_list(june.campaign, waiting=5)
    launch_list(guest_list=later, token=later.confirm_token, actor=sid, hold=True)
    assert state_of(later) == "held"


def test_after_several_changes_the_strictest_since_then_counts(
    june: GuestList, strict: Merchant, sid: User, ana: User, world: World
) -> None:
    for threshold in (20, 30):
        world.advance(60)
        loosen(strict, ana, threshold)
    assert threshold_of(stale(june)) == 4
    change_settings(merchant=strict, values={"approval_threshold": 2}, actor=ana)
    assert threshold_of(stale(june)) == 2


def test_the_database_refuses_a_list_above_the_threshold_of_its_time(
    june: GuestList, strict: Merchant, ana: User, world: World
) -> None:
    world.advance(60)
    loosen(strict, ana, None)
    with pytest.raises(IntegrityError, match="large list needs an approval"), transaction.atomic():
        GuestList.objects.filter(pk=june.pk).update(state=ListState.HELD)


def test_a_new_approver_approves_no_list_that_was_brought_before(
    asked: GuestList, ana: User, bea: User, world: World, client_of: ClientOf
) -> None:
    world.advance(60)
    second = cast.person("mia@example.com", asked.merchant, Role.MANAGER)
    wish = change_role(member=bea.memberships.get(), role=Role.APPROVER, actor=ana)
    assert wish is not None
    assert confirm(loosening=wish, actor=second)
    browser = client_of(bea)
    assert approve(browser, asked).status_code == 403
    assert not approve_list(guest_list=asked, token=asked.confirm_token, actor=bea)
    assert "Approve and issue" not in browser.get(at("list_approval", asked)).content.decode()
    assert state_of(asked) == "awaiting_approval"
    world.advance(60)
    later = make_list(asked.campaign, waiting=5)
    launch_list(guest_list=later, token=later.confirm_token, actor=asked.launched_by, hold=True)
    later.refresh_from_db()
    approve(browser, later)
    assert state_of(later) == "held"
