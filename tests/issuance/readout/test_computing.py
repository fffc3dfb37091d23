"""What is read out of the exports: exactly what a loop over guests would count, and nothing before the date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaigns.models import Campaign
from issuance.forms.readout import fitting
from issuance.models import ExportedReward, ExportFile, GuestList, Member, Purchase, ReadOut, first_start, read_out_of
from issuance.models.states import Outcome
from issuance.readout.comparing import compare
from issuance.readout.computing import compute_read_out
from issuance.readout.numbers import Numbers
from issuance.readout.sums import ArmSums, sums_of
from tests.issuance.factories import make_list, published_campaign
from tests.issuance.readout.feeds import WINDOW, digest, exported, issued, read_out_now
from thanxportal.accounts.models import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


@pytest.fixture
def told(campaign: Campaign) -> GuestList:
    """A list that was issued a window ago, and what its guests did."""
    made = issued(campaign, 600, at=timezone.now() - WINDOW)
    exported(made, lift=0.2, matched=0.9)
    return made


def counted_one_by_one(guest_list: GuestList, variant: int) -> Iterator[list[int]]:
    """Of each guest of an arm: matched, visits and spend before, visits and spend after."""
    since = guest_list.planned_at
    assert since is not None
    for guest in guest_list.guests.filter(variant=variant):
        member = Member.objects.filter(email_identity=guest.identity).first()
        own = Purchase.objects.filter(user_id=member.user_id) if member else Purchase.objects.none()
        row = [int(member is not None)]
        for start in (since - WINDOW, since):
            amounts = own.filter(purchased_at__gte=start, purchased_at__lt=start + WINDOW).values_list(
                "amount", flat=True
            )
            row += [sum(amount > 0 for amount in amounts), sum(amounts)]
        yield row


def of_arm(campaign: Campaign, arm: int) -> ArmSums:
    return sums_of(campaign, timezone.now()).arms[campaign.variants.all()[arm].pk]


def test_the_sums_are_those_of_a_loop_over_all_guests(campaign: Campaign, told: GuestList) -> None:
    Purchase.objects.filter(pk__in=Purchase.objects.values("pk")[:20]).update(amount=0)
    for variant, sums in sums_of(campaign, timezone.now()).arms.items():
        rows = list(counted_one_by_one(told, variant))
        matched, visits_before, spend_before, visits, spend = zip(*rows, strict=True)
        assert (sums.guests, sums.matched, sums.came) == (len(rows), sum(matched), sum(count > 0 for count in visits))
        for pair, before, after in ((sums.visits, visits_before, visits), (sums.spend, spend_before, spend)):
            assert pair.before[1:] == (sum(before), sum(x * x for x in before))
            assert pair.after[1:] == (sum(after), sum(y * y for y in after))
            assert pair.products == sum(x * y for x, y in zip(before, after, strict=True))


def test_parts_and_days_add_up_to_the_arms(campaign: Campaign, told: GuestList) -> None:
    sums = sums_of(campaign, timezone.now())
    for variant, arm in sums.arms.items():
        for parts in (sums.kinds, sums.places):
            assert sum(part.visits for part in parts if part.variant == variant) == arm.visits.after.total
        assert sum(sums.days[variant].values()) == arm.visits.after.total


def test_redemptions_are_told_by_the_id_that_thanx_sent_else_by_the_guests_own_rewards_of_that_time(
    campaign: Campaign, told: GuestList
) -> None:
    used = of_arm(campaign, 0).redeemed
    assert (
        used
        == ExportedReward.objects.filter(
            user_id__in=[f"u{g.row}" for g in told.guests.filter(variant__position=0)]
        ).count()
    )
    assert of_arm(campaign, 0).discount == 300 * used
    told.guests.update(reward_id="")
    assert of_arm(campaign, 0).redeemed == 0, "Nobody knows when these were given."
    ExportedReward.objects.update(activated_at=told.planned_at)
    assert of_arm(campaign, 0).redeemed == used
    assert of_arm(campaign, 2).redeemed == 0


def test_who_comes_again_comes_on_a_later_day_of_the_merchant(campaign: Campaign, told: GuestList) -> None:
    assert told.planned_at
    evening = (told.planned_at + timedelta(days=2)).replace(hour=23, minute=58)  # in the afternoon in Los Angeles
    ExportedReward.objects.update(used_at=evening)
    Purchase.objects.update(purchased_at=evening + timedelta(minutes=4))
    assert of_arm(campaign, 0).returned == 0
    Purchase.objects.update(purchased_at=evening + timedelta(hours=12))
    assert of_arm(campaign, 0).returned > 0


def test_a_guest_in_two_lists_or_by_email_and_phone_counts_once_as_of_the_first(
    campaign: Campaign, told: GuestList
) -> None:
    before = sums_of(campaign, timezone.now()).arms
    issued(campaign, 600, at=timezone.now() - WINDOW / 3, name="The same again")
    issued(campaign, 1, at=timezone.now() - WINDOW / 3, name="By phone", first=700)
    Member.objects.filter(user_id="u1").update(phone_identity=digest("guest700"))
    assert sums_of(campaign, timezone.now()).arms == before


def test_who_was_left_out_or_picked_one_by_one_is_in_no_arm(campaign: Campaign, told: GuestList) -> None:
    before = of_arm(campaign, 0).guests
    make_list(campaign, one_guest=True, planned_at=timezone.now() - WINDOW, rewarded=1)
    make_list(campaign, planned_at=timezone.now() - WINDOW, already_rewarded=4)
    assert of_arm(campaign, 0).guests == before


def test_arms_are_compared_with_control_and_the_numbers_survive_being_stored(
    campaign: Campaign, told: GuestList
) -> None:
    now = timezone.now()
    numbers = compare(campaign, sums_of(campaign, now), now)
    first, second, control = numbers.arms
    assert numbers.base == control.variant
    assert control.more_visits is None
    for arm in (first, second):
        assert arm.more_visits
        assert arm.more_visits.low < arm.visits - control.visits < arm.more_visits.high
        assert arm.more_visits_adjusted
        assert arm.more_spend
        assert arm.more_came
        assert arm.stands_out == (arm.more_visits.clear and arm.more_came.clear)
    assert numbers.confidence == 0.975
    assert Numbers.read(numbers.stored()) == numbers
    assert {part.part for part in numbers.explorations} == {
        "Came before",
        "New, or not for a while",
        "A location that Thanx doesn’t name (Harbor)",
        "A location that Thanx doesn’t name (Airport)",
    }


def test_locations_of_one_name_are_told_apart(campaign: Campaign, told: GuestList) -> None:
    for place in ("Harbor", "Airport"):
        campaign.merchant.locations.create(thanx_id=place, name="Grill", seen_at=timezone.now())
    now = timezone.now()
    parts = {part.part for part in compare(campaign, sums_of(campaign, now), now).explorations}
    assert parts >= {"Grill (Harbor)", "Grill (Airport)"}


def test_without_control_arms_are_compared_with_the_first_and_a_single_one_with_nothing(harbor: Merchant) -> None:
    now = timezone.now()
    for weights, base in (((50, 50), 0), ((100,), None)):
        campaign = published_campaign(harbor, weights)
        numbers = compare(campaign, sums_of(campaign, now), now)
        assert not numbers.has_control
        assert numbers.base == (None if base is None else campaign.variants.all()[base].pk)


def test_arms_whose_guests_are_known_to_thanx_more_often_are_warned_of(campaign: Campaign, told: GuestList) -> None:
    now = timezone.now()
    assert not compare(campaign, sums_of(campaign, now), now).matching_differs
    control = told.guests.filter(outcome=Outcome.CONTROL).values_list("identity", flat=True)
    Member.objects.filter(email_identity__in=[*control][:40]).update(email_identity=None)
    assert compare(campaign, sums_of(campaign, now), now).matching_differs


def test_nothing_is_computed_before_the_date_and_then_once_per_load(
    campaign: Campaign, told: GuestList, world: Any
) -> None:
    assert read_out_now() == 0
    read_out = ReadOut.objects.get()
    assert read_out.read_out_at == campaign.redeemable_to
    with pytest.raises(ValueError, match="before the date"):
        compute_read_out(read_out.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReadOut.objects.update(numbers={}, computed_at=timezone.now())
    world.advance((read_out.read_out_at - timezone.now()).total_seconds())
    assert read_out_now() == 1
    assert read_out_now() == 0
    world.advance(60)
    ExportFile.objects.create(
        merchant=campaign.merchant, kind="purchases", sha256="2", state="loaded", loaded_at=timezone.now()
    )
    assert read_out_now() == 1


@pytest.mark.parametrize(("field", "value"), [("state", "refused"), ("state", "waiting"), ("kind", "memberships")])
def test_without_purchases_of_its_window_nothing_is_told(
    campaign: Campaign, told: GuestList, field: str, value: str
) -> None:
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    ExportFile.objects.update(**{field: value})
    assert read_out_now() == 0
    ExportFile.objects.update(state="loaded", kind="purchases", stated_at=timezone.now() - 2 * WINDOW)
    assert read_out_now() == 0


def test_it_ends_where_purchases_are_known_and_says_so_until_newer_ones_come(
    campaign: Campaign, told: GuestList, world: Any
) -> None:
    read_out = ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    known = timezone.now() - WINDOW / 2
    ExportFile.objects.update(stated_at=known)
    read_out_now()
    read_out.refresh_from_db()
    assert read_out.known_until == known
    world.advance(60)
    ExportFile.objects.update(stated_at=timezone.now(), loaded_at=timezone.now())
    read_out_now()
    read_out.refresh_from_db()
    assert read_out.known_until is None


def test_lists_that_were_never_issued_hold_up_nothing(campaign: Campaign, told: GuestList) -> None:
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    make_list(campaign, purged_at=timezone.now())
    assert read_out_now() == 1


def test_opened_early_it_is_computed_again_as_exports_reach_further_up_to_its_date(
    campaign: Campaign, told: GuestList, world: Any
) -> None:
    at = timezone.now() + timedelta(days=5)
    ReadOut.objects.create(campaign=campaign, read_out_at=at, opened_at=timezone.now(), opened_why="A talk.")
    assert read_out_now() == 1
    for days, computed in ((1, 1), (4, 1), (3, 0)):
        world.advance(days * 24 * 3600)
        assert read_out_now() == 0
        ExportFile.objects.update(stated_at=timezone.now(), loaded_at=timezone.now())
        assert read_out_now() == computed


def test_exports_that_tell_nothing_new_compute_nothing(campaign: Campaign, told: GuestList, world: Any) -> None:
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    assert read_out_now() == 1
    world.advance(60)
    ExportFile.objects.update(loaded_at=timezone.now())
    assert read_out_now() == 0
    ExportFile.objects.update(changed_at=timezone.now())
    assert read_out_now() == 1
    for pk in ReadOut.objects.values_list("pk", flat=True):
        compute_read_out(pk)  # as another worker may have been told to


def test_once_guests_can_no_longer_be_told_the_numbers_stay_as_they_are(campaign: Campaign, told: GuestList) -> None:
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    GuestList.objects.filter(pk=told.pk).update(purged_at=timezone.now())
    assert read_out_now() == 0


def test_nothing_of_it_stays_in_the_database(campaign: Campaign, told: GuestList) -> None:
    sums_of(campaign, timezone.now())
    assert not [name for name in connection.introspection.table_names() if name.startswith("readout_")]
    with connection.cursor() as cursor, pytest.raises(Exception, match="readout_done"), transaction.atomic():
        cursor.execute("SELECT 1 FROM readout_done")


def test_the_usual_date_and_the_last_one_follow_the_first_list(campaign: Campaign, told: GuestList) -> None:
    Campaign.objects.update(redeemable_to=None)
    campaign.refresh_from_db()
    first = told.planned_at
    assert first is not None
    assert read_out_of(campaign).read_out_at == first + WINDOW
    with pytest.raises(ValidationError, match="up to"):
        fitting(timezone.now() + timedelta(days=80), first_start(campaign))
