"""A guest is issued again by the same campaign only when a named person says so, with a reason."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from campaigns.models import Campaign
from issuance.checking.reward_again import claimed_before, include_rewarded, set_aside_claimed, skip_rewarded
from issuance.engine.reconcile import reconcile
from issuance.launching.launch import launch_list
from issuance.models import ClaimOverride, GuestClaim, GuestList
from issuance.staff.revocation import request_revocation
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.accounts.models import Activity, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
WHY = "The first reward could not be redeemed at two sites."


@pytest.fixture
def again(one_arm: Campaign, launched: Launch, world: World) -> GuestList:
    """A checked list of two guests whom the campaign has rewarded, and a new one."""
    launched(one_arm, "a@example.com b@example.com")
    world.drive()
    return checked(one_arm, "a@example.com b@example.com new@example.com")


def issued(guests: GuestList, world: World) -> dict[str, int]:
    guests.refresh_from_db()
    assert launch_list(guest_list=guests, token=guests.confirm_token, actor=None)
    world.drive()
    guests.refresh_from_db()
    assert guests.state == "finished"
    assert reconcile().differences == []
    return {term: count for term, count in guests.ledger.items() if count and term != "rows"}


def test_without_a_decision_nobody_is_issued_again(again: GuestList, world: World, simulator: Simulator) -> None:
    assert issued(again, world) == {"rewarded": 1, "already_rewarded": 2}
    assert set(simulator.rewards_by_identifier().values()) == {1}


def test_they_are_set_aside_when_the_list_is_read_and_the_ledger_closes(again: GuestList, world: World) -> None:
    assert (again.waiting_count, again.already_rewarded_count) == (1, 2)
    assert claimed_before(again).count() == 2
    assert set_aside_claimed(again) == 0
    assert issued(again, world) == {"rewarded": 1, "already_rewarded": 2}


def test_a_named_person_includes_them_with_a_reason(
    again: GuestList, sid: User, world: World, simulator: Simulator
) -> None:
    assert include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY) == 2
    decision = ClaimOverride.objects.get()
    assert (decision.actor, decision.reason, decision.guests_count) == (sid, WHY, 2)
    assert again.events.filter(actor=sid, note__contains=WHY).exists()
    assert Activity.objects.filter(actor=sid, sentence__contains=WHY).exists()

    assert issued(again, world) == {"rewarded": 3}
    assert simulator.rewards_by_identifier() == {"a@example.com": 2, "b@example.com": 2, "new@example.com": 1}


def test_deciding_twice_is_deciding_once(again: GuestList, sid: User, world: World) -> None:
    assert include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY) == 2
    assert include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY) == 0
    assert issued(again, world) == {"rewarded": 3}


def test_a_review_that_was_open_before_the_decision_is_void(again: GuestList, sid: User) -> None:
    old = again.confirm_token
    include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY)
    again.refresh_from_db()
    assert not launch_list(guest_list=again, token=old, actor=sid)


def test_a_decision_taken_back_includes_nobody(again: GuestList, sid: User, world: World) -> None:
    include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY)
    assert skip_rewarded(guest_list=again, campaign=again.campaign, actor=sid)
    assert not skip_rewarded(guest_list=again, campaign=again.campaign, actor=sid)
    assert issued(again, world) == {"rewarded": 1, "already_rewarded": 2}


def test_nothing_can_be_decided_about_a_launched_list(again: GuestList, sid: User) -> None:
    assert launch_list(guest_list=again, token=again.confirm_token, actor=sid)
    assert include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY) == 0
    assert not skip_rewarded(guest_list=again, campaign=again.campaign, actor=sid)
    assert not ClaimOverride.objects.exists()


def test_who_was_claimed_after_the_decision_is_not_covered_by_it(
    again: GuestList, one_arm: Campaign, launched: Launch, sid: User, world: World, simulator: Simulator
) -> None:
    include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY)
    world.advance(5)
    launched(one_arm, "new@example.com")
    world.drive()
    assert issued(again, world) == {"rewarded": 2, "already_rewarded": 1}
    assert simulator.rewards_by_identifier()["new@example.com"] == 1


def test_two_lists_with_decisions_do_not_add_up_to_three_rewards(
    again: GuestList, one_arm: Campaign, sid: User, world: World, simulator: Simulator
) -> None:
    third = checked(one_arm, "a@example.com b@example.com")
    for guests in (again, third):
        include_rewarded(guest_list=guests, campaign=guests.campaign, actor=sid, reason=WHY)
    world.advance(5)
    assert issued(again, world) == {"rewarded": 3}
    assert issued(third, world) == {"already_rewarded": 2}
    assert max(simulator.rewards_by_identifier().values()) == 2


def test_a_revoked_first_reward_leaves_the_guest_held_by_the_second(
    again: GuestList, one_arm: Campaign, sid: User, sam: User, world: World
) -> None:
    include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY)
    issued(again, world)
    first = GuestList.objects.exclude(pk=again.pk).get()
    assert request_revocation(job=first.jobs.get(), actor=sam, reason="Sent to the wrong guests.")
    world.drive()
    assert list(GuestClaim.objects.values_list("guest_list", "primary")) == [(again.pk, True)] * 3
    assert issued(checked(one_arm, "a@example.com"), world) == {"already_rewarded": 1}


@pytest.mark.parametrize(
    "fields", [{}, {"primary": False}, {"guest_list": "again"}, {"primary": False, "guest_list": "again"}]
)
def test_the_database_refuses_a_second_claim_that_nobody_decided(again: GuestList, fields: dict[str, Any]) -> None:
    claim = GuestClaim.objects.first()
    assert claim is not None
    if "guest_list" in fields:
        fields = fields | {"guest_list": again}
    values = {"campaign": claim.campaign, "identity": claim.identity, "guest_list": claim.guest_list}
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestClaim.objects.create(**values | fields)


def test_the_database_refuses_a_claim_under_the_decision_of_another_list(again: GuestList, sid: User) -> None:
    other = GuestList.objects.exclude(pk=again.pk).get()
    include_rewarded(guest_list=again, campaign=again.campaign, actor=sid, reason=WHY)
    values = {"campaign": again.campaign, "identity": b"somebody", "override": ClaimOverride.objects.get()}
    with pytest.raises(IntegrityError), transaction.atomic():
        GuestClaim.objects.create(guest_list=other, primary=False, **values)
