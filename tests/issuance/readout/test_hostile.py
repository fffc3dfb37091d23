"""Campaigns that go wrong in every way: what their read-out says is true all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.importing.batches import guest_hasher
from issuance.models import ExportFile, Guest, GuestList, Member, Purchase, ReadOut
from issuance.models.states import Outcome
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.readout.comparing import compare
from issuance.readout.numbers import ArmNumbers, numbers_of
from issuance.readout.sums import sums_of
from tests.issuance.browsing import ClientOf
from tests.issuance.exports.bringing import MEMBERSHIPS, PURCHASES, lines, load
from tests.issuance.factories import published_campaign
from tests.issuance.readout.feeds import WINDOW, digest, exported, issued, read_out_now
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
Told = Callable[[Campaign], str]


@pytest.fixture
def told(ben: User, client_of: ClientOf) -> Told:
    """Reads a campaign out today, and gives the words of the page and of its table."""

    def read(campaign: Campaign) -> str:
        ReadOut.objects.update_or_create(campaign=campaign, defaults={"read_out_at": timezone.now()})
        read_out_now()
        browser, words = client_of(ben), []
        for name in ("read_out", "read_out_numbers", "campaign_lists"):
            answer: Any = browser.get(reverse(f"issuance:{name}", args=["harbor-grill", campaign.pk]))
            assert answer.status_code == 200
            words += b"".join(answer).decode().split()
        return " ".join(words)

    return read


def arms_of(campaign: Campaign) -> list[ArmNumbers]:
    return numbers_of(ReadOut.objects.get(campaign=campaign)).arms


def a_month_ago(campaign: Campaign, guests: int, **feed: Any) -> GuestList:
    made = issued(campaign, guests, at=timezone.now() - WINDOW)
    exported(made, **feed)
    return made


def bought(guest: int, cents: int, *, when: datetime | None = None, key: str = "") -> None:
    """A purchase of a guest of `issued`, by the row."""
    when = when or timezone.now() - WINDOW / 2
    Purchase.objects.create(
        merchant=Merchant.objects.get(handle="harbor-grill"), user_id=f"u{guest}", purchase_id=key or f"own{guest}",
        purchased_at=when, amount=cents, stated_at=timezone.now(),
    )  # fmt: skip


def test_without_control_nothing_is_said_of_what_a_dollar_brought(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor, (50, 50))
    a_month_ago(campaign, 400, lift=0.2)
    said = told(campaign)
    assert "There is no Control" in said
    assert "For each dollar of cost" not in said
    assert "than no reward" not in said


@pytest.mark.parametrize("came", [0, 1])
def test_a_control_of_three_who_all_did_the_same_is_not_compared(came: int, harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor, (49, 48, 3))
    a_month_ago(campaign, 100, lift=0.2)
    Purchase.objects.filter(user_id__in=["u98", "u99", "u100"]).delete()
    for guest in (98, 99, 100) if came else ():
        bought(guest, 900)
    said = told(campaign)
    assert "Arm A can’t be compared with no reward: too few guests, or all of an arm did the same." in said
    assert not any(arm.stands_out for arm in arms_of(campaign))


def test_visits_at_nothing_are_none_and_cost_no_ratio(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 400, lift=0.2)
    Purchase.objects.update(amount=0)
    said = told(campaign)
    assert "too few guests, or all of an arm did the same" in said
    assert {(arm.visits, arm.spend, arm.came) for arm in arms_of(campaign)} == {(0, 0, 0)}


def test_one_whale_makes_no_difference_that_stands_out(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 600)
    for number in range(9):  # of the first arm, more than squares of whole numbers may hold
        bought(1, 999_999_999, key=f"whale{number}")
    told(campaign)
    first = arms_of(campaign)[0]
    assert first.more_spend
    assert first.more_spend.estimate > 1_000_000
    assert not first.more_spend.clear
    assert not first.stands_out


def test_where_hardly_anybody_is_found_it_says_so(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 1_000, lift=0.2, matched=0.03)
    assert "Most of these guests weren’t found in the exports." in told(campaign)


def test_a_refund_takes_back_what_was_spent_and_not_that_the_guest_came(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 400)
    Purchase.objects.all().delete()
    for guest in (1, 2, 50):
        bought(guest, 2_000)
    bought(1, -2_000, key="refund")
    told(campaign)
    first, second, _ = arms_of(campaign)
    assert (first.came, round(first.spend * first.guests)) == (2, 2_000)
    assert (second.came, round(second.spend * second.guests)) == (1, 2_000)


def test_who_asked_to_be_forgotten_stays_in_the_arm_and_is_told_by_no_later_export(
    harbor: Merchant, told: Told, ana: User
) -> None:
    campaign = published_campaign(harbor)
    made = a_month_ago(campaign, 400)
    bought(1, 2_000)
    told(campaign)
    before = arms_of(campaign)[0]
    guest = made.guests.get(row=1)
    Guest.objects.filter(pk=guest.pk).update(identity=_hash(made, guest.value))
    Member.objects.filter(user_id="u1").update(email_identity=_hash(made, guest.value))
    order_erasure(merchant=harbor, value=guest.value, actor=ana)
    assert erase_ordered() == 1
    load(harbor, lines(MEMBERSHIPS, f"u1,x,41,{guest.value},,A,true,2026-01-01"), "memberships.csv")
    load(
        harbor, lines(PURCHASES, f"own1,x,41,u1,l1,20,20,instore,{timezone.now() - WINDOW / 2:%F %T}"), "purchases.csv"
    )
    ExportFile.objects.update(changed_at=timezone.now())
    told(campaign)
    after = arms_of(campaign)[0]
    assert (after.guests, after.matched) == (before.guests, before.matched - 1)
    assert after.came <= before.came


def _hash(made: GuestList, value: str) -> bytes:
    return guest_hasher(made)(value)


def test_a_campaign_that_ended_early_counts_all_who_were_assigned(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    made = a_month_ago(campaign, 400, lift=0.2)
    made.guests.filter(outcome=Outcome.REWARDED, row__gt=100).update(outcome=Outcome.WAITING, reward_id="")
    Campaign.objects.filter(pk=campaign.pk).update(end_at=timezone.now() - WINDOW / 2)
    told(campaign)
    first = arms_of(campaign)[0]
    assert (first.guests, first.issued) == (180, 45)


def test_a_clock_that_is_set_back_in_the_window_makes_no_day_longer(harbor: Merchant) -> None:
    """Los Angeles set its clocks back on November 2, 2025."""
    campaign, start = published_campaign(harbor), datetime(2025, 11, 1, 19, tzinfo=UTC)
    made = issued(campaign, 400, at=start)
    exported(made)
    Purchase.objects.all().delete()
    for hours in (1, 23, 24, 25, 47, 48, 49):
        bought(1, 500, when=start + timedelta(hours=hours), key=f"at{hours}")
    numbers = compare(campaign, sums_of(campaign, start + timedelta(days=3)), start + timedelta(days=3))
    assert numbers.arms[0].days == [round(100 * visits / 180, 3) for visits in (2, 5, 7)]


def test_purchases_outside_the_window_count_nowhere(harbor: Merchant) -> None:
    campaign, start = published_campaign(harbor), timezone.now() - WINDOW
    exported(issued(campaign, 400, at=start))
    Purchase.objects.all().delete()
    end = start + WINDOW
    for number, when in enumerate((start - WINDOW - timedelta(seconds=1), start, end - timedelta(seconds=1), end)):
        bought(1, 500, when=when, key=f"edge{number}")
    first = sums_of(campaign, end).arms[campaign.variants.all()[0].pk]
    assert (first.visits.before.total, first.visits.after.total) == (0, 2)


def test_a_date_that_was_moved_counts_up_to_the_new_one(harbor: Merchant, told: Told, world: Any) -> None:
    campaign = published_campaign(harbor)
    made = issued(campaign, 400, at=timezone.now())
    exported(made)
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now() + timedelta(days=5))
    ReadOut.objects.update(read_out_at=timezone.now() + WINDOW)
    world.advance(WINDOW.total_seconds() - 3600)
    ExportFile.objects.update(stated_at=timezone.now())
    assert read_out_now() == 0
    world.advance(3600)
    ExportFile.objects.update(stated_at=timezone.now())
    assert read_out_now() == 1
    since = Purchase.objects.filter(purchased_at__gte=made.planned_at).count()
    assert since == round(sum(arm.visits * arm.guests / 100 for arm in arms_of(campaign)))


def test_a_guest_of_two_campaigns_counts_in_both(harbor: Merchant, told: Told) -> None:
    first, second = published_campaign(harbor), published_campaign(harbor, name="Summer")
    a_month_ago(first, 400, lift=0.2)
    issued(second, 400, at=timezone.now() - WINDOW)
    said = told(first), told(second)
    assert [sum(arm.guests for arm in arms_of(each)) for each in (first, second)] == [400, 400]
    assert all("Control: 40 guests." in each for each in said)


def test_members_whom_only_a_phone_names_are_found(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 400, lift=0.2)
    for member in Member.objects.all():
        Member.objects.filter(pk=member.pk).update(phone_identity=member.email_identity, email_identity=None)
    told(campaign)
    assert all(arm.matched == arm.guests for arm in arms_of(campaign))


def test_one_guest_is_no_campaign_to_learn_from(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 1, lift=0.8)
    said = told(campaign)
    assert "too few guests, or all of an arm did the same" in said
    assert "Control: 0 guests." in said


def test_purchases_without_memberships_tell_nothing(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    issued(campaign, 100, at=timezone.now() - WINDOW)
    assert load(harbor, lines(PURCHASES, "p1,x,41,u1,l1,5,5,instore,2026-05-20"), "purchases.csv").state == "waiting"
    ReadOut.objects.create(campaign=campaign, read_out_at=timezone.now())
    assert read_out_now() == 0


def test_two_members_of_one_email_are_one_guest(harbor: Merchant, told: Told) -> None:
    campaign = published_campaign(harbor)
    a_month_ago(campaign, 200)
    double = Member.objects.get(user_id="u1")
    Member.objects.create(
        merchant=harbor, user_id="double", email_identity=double.email_identity, stated_at=timezone.now()
    )
    told(campaign)
    assert sum(arm.guests for arm in arms_of(campaign)) == 200
    assert digest("guest0") == bytes(double.email_identity or b"")
