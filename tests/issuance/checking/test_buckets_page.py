"""The check page: how many rows each bucket has, and who may see whom in them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import Guest, GuestList
from tests.issuance.browsing import page
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Activity, User

ClientOf = Callable[[User], Client]


def test_the_check_page_counts_its_buckets_and_names_the_way_on(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    guest_list = make_list(campaign_here, by=ana, waiting=4, control=2, invalid=3, duplicate=1)
    Guest.objects.filter(guest_list=guest_list, row__in=(2, 3)).update(fixed=True)
    html = page(client_of(ana), guest_list)
    assert "Continue with 6 of 10" in html
    for bucket, number in {"Ready": 6, "Fixed for you": 2, "Needs you": 3, "Duplicate": 1}.items():
        assert f'{bucket}<span class="count">{number}</span>' in html
    assert "it has no @ sign" in html
    assert "broken10.example.com" in html


@pytest.mark.parametrize("bucket", ["ready", "fixed", "invalid", "duplicate", "already_rewarded"])
def test_the_check_page_masks_guests_for_whoever_may_only_look(
    bucket: str, campaign_here: Campaign, ben: User, client_of: ClientOf
) -> None:
    guest_list = make_list(campaign_here, waiting=4, invalid=3, duplicate=2, already_rewarded=2)
    Guest.objects.filter(guest_list=guest_list, row=2).update(fixed=True, cells="Ann\x1fguest2(at)example.com")
    html = client_of(ben).get(f"/m/harbor-grill/lists/{guest_list.pk}/?show={bucket}").content.decode()
    assert "guest2" not in html
    assert "broken" not in html


def test_whoever_repairs_rows_of_others_sees_the_row_that_is_opened_and_the_log_says_so(
    campaign_here: Campaign, bea: User, client_of: ClientOf
) -> None:
    guest_list, browser = make_list(campaign_here, waiting=4, invalid=3), client_of(bea)
    assert "broken" not in page(browser, guest_list)
    opened = page(browser, guest_list, "?show=invalid&edit=6")
    assert "broken6.example.com" in opened
    assert "broken7.example.com" not in opened
    assert Activity.objects.get().sentence == "Looked at row 6 of “June guests” unmasked."
    assert "guest2@" not in page(browser, guest_list, "?show=ready&edit=2")
    assert Activity.objects.count() == 1


def test_of_a_list_that_another_read_by_other_columns_only_who_brought_it_opens_rows(
    campaign_here: Campaign, bea: User, sid: User, ana: User, client_of: ClientOf
) -> None:
    """Or whoever wants to see guests has a wrong column read, and repairs all of them."""
    guest_list = make_list(campaign_here, by=bea, mapping={"by": sid.pk}, invalid=3)
    assert "broken2.example.com" not in page(client_of(sid), guest_list, "?show=invalid&edit=2")
    assert not Activity.objects.exists()
    for who in (bea, ana):
        assert "broken2.example.com" in page(client_of(who), guest_list, "?show=invalid&edit=2")
    assert [line.actor for line in Activity.objects.all()] == [ana]


def test_what_was_launched_once_is_nobodys_own(campaign_here: Campaign, bea: User, client_of: ClientOf) -> None:
    guest_list = make_list(campaign_here, by=bea, waiting=4)
    assert "guest2@" in page(client_of(bea), guest_list)
    GuestList.objects.update(launched_at=timezone.now())
    assert "guest2@" not in page(client_of(bea), guest_list)


def test_a_list_without_anybody_to_reward_can_not_be_continued(
    campaign_here: Campaign, ana: User, client_of: ClientOf
) -> None:
    for counts in ({"invalid": 3}, {"control": 1}):
        html = page(client_of(ana), make_list(campaign_here, **counts))
        assert "Nobody in this list would get a reward." in html
        assert "Continue with" not in html
