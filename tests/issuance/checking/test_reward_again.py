"""Guests whom the merchant rewarded before are set aside when a list is read, and come back only by a decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.checking.reward_again import decision_on, include_rewarded, rewarded_by_campaign, skip_rewarded
from issuance.models import Guest, GuestList
from tests import cast
from tests.issuance.factories import checked, published
from tests.world import World
from thanxportal.accounts.models import Merchant, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]


@pytest.fixture
def earlier(one_arm: Campaign, launched: Launch, world: World) -> GuestList:
    guest_list = launched(one_arm, "ann@example.com bob@example.com refused@example.com")
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.rewarded_count, guest_list.refused_count) == (2, 1)
    return guest_list


@pytest.fixture
def july(harbor: Merchant) -> Campaign:
    return published(cast.draft_campaign(harbor, weights=(100,), name="July"))


def remember_for(merchant: Merchant, days: int) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(repeat_days=days)


def outcomes(guest_list: GuestList) -> dict[str, str]:
    return dict(guest_list.guests.values_list("value", "outcome"))


def test_guests_of_another_campaign_are_set_aside_with_campaign_and_date(
    earlier: GuestList, july: Campaign, ana: User
) -> None:
    guest_list = checked(july, "Ann@Example.com cleo@example.com refused@example.com")
    assert outcomes(guest_list) == {
        "ann@example.com": "already_rewarded", "cleo@example.com": "waiting", "refused@example.com": "waiting",
    }  # fmt: skip
    assert (guest_list.waiting_count, guest_list.already_rewarded_count) == (2, 1)
    (before,) = rewarded_by_campaign(guest_list)
    assert (before.campaign, before.set_aside, before.included) == (earlier.campaign, 1, 0)
    assert before.first == before.last == guest_list.guests.get(value="ann@example.com").earlier_at


def test_they_are_rewarded_only_after_somebody_included_them(
    earlier: GuestList, july: Campaign, ana: User, world: World, simulator: Simulator, launched: Launch
) -> None:
    launched(july, "ann@example.com cleo@example.com")
    world.drive()
    assert simulator.rewards_by_identifier()["ann@example.com"] == 1
    guest_list = checked(july, "ann@example.com bob@example.com")
    form = guest_list.confirm_token
    assert include_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana, reason="VIPs") == 2
    guest_list.refresh_from_db()
    assert (guest_list.waiting_count, guest_list.already_rewarded_count) == (2, 0)
    assert guest_list.confirm_token != form
    assert "VIPs" in guest_list.events.last().note  # type: ignore[union-attr]
    assert skip_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana)
    assert set(outcomes(guest_list).values()) == {"already_rewarded"}


def test_the_same_campaign_names_itself_and_is_included_by_an_override(
    earlier: GuestList, one_arm: Campaign, ana: User
) -> None:
    guest_list = checked(one_arm, "ann@example.com dora@example.com")
    (before,) = rewarded_by_campaign(guest_list)
    assert (before.campaign, before.set_aside, guest_list.waiting_count) == (one_arm, 1, 1)
    assert include_rewarded(guest_list=guest_list, campaign=one_arm, actor=ana, reason="again") == 1
    assert guest_list.overrides.get().guests_count == 1


def test_control_loses_the_same_guests_and_gets_them_back(earlier: GuestList, harbor: Merchant, ana: User) -> None:
    tested = published(cast.draft_campaign(harbor, name="Tested"))
    control = tested.variants.get(position=2)
    everybody = checked(tested, "ann@example.com bob@example.com")
    assert everybody.already_rewarded_count == 2
    Guest.objects.filter(guest_list=everybody, value="ann@example.com").update(variant=control)
    assert include_rewarded(guest_list=everybody, campaign=earlier.campaign, actor=ana, reason="x") == 2
    everybody.refresh_from_db()
    assert everybody.guests.get(value="ann@example.com").outcome == "control"
    assert everybody.ready_count == 2


def test_what_was_long_ago_or_of_another_merchant_does_not_count(
    earlier: GuestList, july: Campaign, harbor: Merchant, sunny: Merchant, world: World
) -> None:
    assert checked(published(cast.draft_campaign(sunny, weights=(100,))), "ann@example.com").waiting_count == 1
    remember_for(harbor, 0)
    assert checked(july, "ann@example.com").waiting_count == 1
    remember_for(harbor, 7)
    assert checked(july, "ann@example.com").waiting_count == 0
    world.advance(8 * 24 * 3600)
    assert checked(july, "ann@example.com").waiting_count == 1


def test_nothing_is_decided_once_the_list_is_launched(earlier: GuestList, july: Campaign, ana: User) -> None:
    guest_list = checked(july, "ann@example.com cleo@example.com")
    GuestList.objects.filter(pk=guest_list.pk).update(state="held", launched_at=timezone.now())
    assert not include_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana, reason="late")
    assert not skip_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana)


def test_the_decision_of_the_same_campaign_ends_with_its_override(
    earlier: GuestList, one_arm: Campaign, ana: User, sid: User
) -> None:
    guest_list = checked(one_arm, "ann@example.com dora@example.com")
    assert decision_on(guest_list, one_arm) is None
    assert include_rewarded(guest_list=guest_list, campaign=one_arm, actor=ana, reason="rewarded before: too little")
    assert decision_on(guest_list, one_arm) == (ana, "rewarded before: too little")
    assert skip_rewarded(guest_list=guest_list, campaign=one_arm, actor=ana)
    assert decision_on(guest_list, one_arm) is None
    assert include_rewarded(guest_list=guest_list, campaign=one_arm, actor=sid, reason="a promise")
    assert decision_on(guest_list, one_arm) == (sid, "a promise")


def test_the_decision_of_another_campaign_is_the_latest_about_it(earlier: GuestList, july: Campaign, ana: User) -> None:
    guest_list = checked(july, "ann@example.com dora@example.com")
    for reason in ("again", "whom “July” had rewarded: nobody"):
        assert include_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana, reason=reason)
        assert decision_on(guest_list, earlier.campaign) == (ana, reason)
        assert skip_rewarded(guest_list=guest_list, campaign=earlier.campaign, actor=ana)
    assert decision_on(guest_list, july) is None
