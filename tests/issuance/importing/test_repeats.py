"""Guests whom the merchant rewarded before are set aside when a list is read, and come back only by a decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.importing.earlier_rewards import include_repeats, repeats_by_campaign, skip_repeats
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
    guests = launched(one_arm, "ann@example.com bob@example.com refused@example.com")
    world.drive()
    guests.refresh_from_db()
    assert (guests.rewarded_count, guests.refused_count) == (2, 1)
    return guests


@pytest.fixture
def july(harbor: Merchant) -> Campaign:
    return published(cast.draft_campaign(harbor, weights=(100,), name="July"))


def remember_for(merchant: Merchant, days: int) -> None:
    Merchant.objects.filter(pk=merchant.pk).update(repeat_days=days)


def outcomes(guests: GuestList) -> dict[str, str]:
    return dict(guests.guests.values_list("value", "outcome"))


def test_guests_of_another_campaign_are_set_aside_with_campaign_and_date(
    earlier: GuestList, july: Campaign, ana: User
) -> None:
    guests = checked(july, "Ann@Example.com cleo@example.com refused@example.com")
    assert outcomes(guests) == {
        "ann@example.com": "already_rewarded", "cleo@example.com": "waiting", "refused@example.com": "waiting",
    }  # fmt: skip
    assert (guests.waiting_count, guests.already_rewarded_count) == (2, 1)
    (found,) = repeats_by_campaign(guests)
    assert (found.campaign, found.set_aside, found.included) == (earlier.campaign, 1, 0)
    assert found.first == found.last == guests.guests.get(value="ann@example.com").earlier_at


def test_they_are_rewarded_only_after_somebody_included_them(
    earlier: GuestList, july: Campaign, ana: User, world: World, simulator: Simulator, launched: Launch
) -> None:
    launched(july, "ann@example.com cleo@example.com")
    world.drive()
    assert simulator.rewards_by_identifier()["ann@example.com"] == 1
    guests = checked(july, "ann@example.com bob@example.com")
    form = guests.confirm_token
    assert include_repeats(guest_list=guests, campaign=earlier.campaign, actor=ana, reason="VIPs") == 2
    guests.refresh_from_db()
    assert (guests.waiting_count, guests.already_rewarded_count) == (2, 0)
    assert guests.confirm_token != form
    assert "VIPs" in guests.events.last().note  # type: ignore[union-attr]
    assert skip_repeats(guest_list=guests, campaign=earlier.campaign, actor=ana) == 2
    assert set(outcomes(guests).values()) == {"already_rewarded"}


def test_the_same_campaign_names_itself_and_is_not_decided_here(
    earlier: GuestList, one_arm: Campaign, ana: User
) -> None:
    guests = checked(one_arm, "ann@example.com dora@example.com")
    (found,) = repeats_by_campaign(guests)
    assert (found.campaign, found.set_aside, guests.waiting_count) == (one_arm, 1, 1)
    with pytest.raises(ValueError, match="override"):
        include_repeats(guest_list=guests, campaign=one_arm, actor=ana, reason="again")


def test_control_loses_the_same_guests_and_gets_them_back(earlier: GuestList, harbor: Merchant, ana: User) -> None:
    tested = published(cast.draft_campaign(harbor, name="Tested"))
    control = tested.variants.get(position=2)
    everybody = checked(tested, "ann@example.com bob@example.com")
    assert everybody.already_rewarded_count == 2
    Guest.objects.filter(guest_list=everybody, value="ann@example.com").update(variant=control)
    assert include_repeats(guest_list=everybody, campaign=earlier.campaign, actor=ana, reason="x") == 2
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
    guests = checked(july, "ann@example.com cleo@example.com")
    GuestList.objects.filter(pk=guests.pk).update(state="held", launched_at=timezone.now())
    assert not include_repeats(guest_list=guests, campaign=earlier.campaign, actor=ana, reason="late")
    assert not skip_repeats(guest_list=guests, campaign=earlier.campaign, actor=ana)
