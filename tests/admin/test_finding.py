"""One field finds what somebody asks support about; a guest is found by the keyed hash, shown masked, and logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.models import GuestList
from issuance.staff.finding import find as find_by_words
from thanxportal.accounts.models import Activity, Merchant, User

pytestmark = pytest.mark.django_db
FIND = "/admin/issuance/guestlist/find/"
GUEST = "guest1@example.com"


def find(staff: Client, words: str) -> Any:
    return staff.post(FIND, {"words": words})


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize(
    "told",
    [
        lambda made: (made.merchant.handle, made.merchant),
        lambda made: (made.merchant.thanx_id, made.merchant),
        lambda made: (made.campaign.thanx_id, made.campaign),
        lambda made: (made.jobs.get(number=1).thanx_id, made.jobs.get(number=1)),
        lambda made: (str(made.jobs.get(number=2).idempotency_key), made.jobs.get(number=2)),
    ],
    ids=["handle", "merchant at Thanx", "campaign at Thanx", "job at Thanx", "key"],
)
def test_what_has_an_id_is_opened_at_once(told: Callable[[GuestList], Any], staff: Client, finished: GuestList) -> None:
    words, row = told(finished)
    assert find(staff, words).headers["Location"] == page_of(row)


def test_what_has_words_in_its_name_is_listed(staff: Client, finished: GuestList) -> None:
    GuestList.objects.update(name="Win-back June")
    answer = find(staff, "win-back june")
    assert {hit.kind for hit in answer.context["hits"]} == {"Campaign", "Guest list"}
    for hit in answer.context["hits"]:
        assert staff.get(hit.address).status_code == 200


def test_a_number_finds_everything_that_has_it(sam: User, finished: GuestList) -> None:
    assert page_of(finished) in {hit.address for hit in find_by_words(sam, str(finished.pk))}


@pytest.mark.parametrize("words", ["no such thing", "9" * 200, "'; --", "\u0000", "💥"])
def test_what_is_nowhere_breaks_nothing(words: str, staff: Client, finished: GuestList) -> None:
    assert find(staff, words).status_code in (200, 400, 422)


def test_nothing_is_looked_for_without_words(staff: Client) -> None:
    answer = find(staff, " ")
    assert answer.status_code == 422
    assert "Type what you’re looking for." in answer.content.decode()


@pytest.mark.parametrize("typed", [GUEST, GUEST.upper(), f"  {GUEST} "])
def test_a_guest_is_found_in_any_spelling_masked_and_logged(
    typed: str, staff: Client, finished: GuestList, sam: User
) -> None:
    answer = find(staff, typed)
    page = answer.content.decode()
    assert [(seen.guest_list, seen.outcome) for seen in answer.context["sightings"]] == [(finished, "rewarded")]
    assert "g•••@example.com" in page
    assert GUEST not in page.lower()
    line = Activity.objects.for_merchant(finished.merchant).first()
    assert line is not None
    assert (line.actor, line.sentence) == (sam, "Looked up what one guest got, as partner staff.")


def test_a_phone_is_read_as_in_the_country_of_each_merchant(
    staff: Client, campaign: Campaign, launched: Callable[[Campaign, str], GuestList]
) -> None:
    Merchant.objects.filter(pk=campaign.merchant_id).update(country="GB")
    campaign.merchant.refresh_from_db()
    brought = launched(campaign, "020 7946 0018\n")
    assert [seen.guest_list for seen in find(staff, "020 7946 0018").context["sightings"]] == [brought]


def test_a_guest_whom_nobody_has_leaves_no_line(staff: Client, finished: GuestList) -> None:
    before = Activity.objects.count()
    assert "No list of any merchant has this guest." in find(staff, "nobody@example.com").content.decode()
    assert Activity.objects.count() == before


def test_whom_somebody_looked_up_is_kept_nowhere(staff: Client, finished: GuestList) -> None:
    find(staff, GUEST)
    kept = [*Activity.objects.values_list("sentence", "target", "path"), *LogEntry.objects.values_list("object_repr")]
    assert "guest1" not in str(kept)
    assert "guest1" not in str(dict(staff.session))


def test_an_address_finds_no_guest(staff: Client, finished: GuestList) -> None:
    assert staff.get(FIND, {"words": GUEST}).headers["Location"] == "/admin/"


def test_nobody_looks_in_several_windows_at_once(staff: Client, finished: GuestList, sam: User, settings: Any) -> None:
    for place in range(settings.LIMITS["searches"][0]):
        cache.add(f"searches:person:{sam.pk}:{place}", True, 60)
    assert find(staff, GUEST).status_code == 429


def test_neither_merchants_nor_staff_without_the_right_find_anything(
    ana: User, onlooker: User, finished: GuestList, client_of: Callable[[User], Client]
) -> None:
    assert client_of(ana).post(FIND, {"words": GUEST}, follow=True).status_code in (200, 403)
    onlooker.user_permissions.clear()
    assert find(client_of(onlooker), GUEST).status_code == 403
    assert not Activity.objects.filter(target="guest").exists()


def test_finding_asks_as_often_however_many_are_found(
    staff: Client, campaign: Campaign, finished: GuestList, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(26):
        find(staff, GUEST)
