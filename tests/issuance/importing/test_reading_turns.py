"""Nobody's lists keep another merchant waiting: small ones go first, and large ones take turns."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance import giving_way, tasks
from issuance.importing.import_list import read_guest_file
from issuance.models import GuestList
from issuance.models.list_queries import LARGE
from issuance.models.states import ListState
from issuance.worker import reading_turns
from tests.issuance.factories import brought, published_campaign
from thanxportal.accounts.models import Merchant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_turns_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_turns, "last_turns", {})


@pytest.fixture
def harbors(harbor: Merchant) -> Campaign:
    return published_campaign(harbor)


@pytest.fixture
def sunnys(sunny: Merchant) -> Campaign:
    return published_campaign(sunny)


def small(campaign: Campaign) -> int:
    return brought(campaign, "email\nguest1@example.com\n").pk


def large(campaign: Campaign) -> int:
    pk = small(campaign)
    GuestList.objects.filter(pk=pk).update(bytes_total=LARGE + 1)
    return pk


def is_being_read(pk: int, *, seconds: int = 60) -> None:
    until = timezone.now() + timedelta(seconds=seconds)
    GuestList.objects.filter(pk=pk).update(state=ListState.READING, lease_until=until)


def test_a_small_list_is_read_before_all_large_ones(harbors: Campaign, sunnys: Campaign) -> None:
    many = [large(harbors) for _ in range(3)]
    theirs = small(sunnys)
    assert [*reading_turns.lists_in_turn()] == [theirs, *many]


def test_merchants_take_turns(harbors: Campaign, sunnys: Campaign) -> None:
    ours = [small(harbors) for _ in range(3)]
    theirs = [small(sunnys) for _ in range(2)]
    assert [*reading_turns.lists_in_turn()] == [ours[0], theirs[0], ours[1], theirs[1], ours[2]]


def test_no_worker_reads_a_second_large_list_of_a_merchant(harbors: Campaign, sunnys: Campaign) -> None:
    first, second, little, theirs = large(harbors), large(harbors), small(harbors), large(sunnys)
    is_being_read(first)
    assert [*reading_turns.lists_in_turn()] == [little, theirs]
    is_being_read(first, seconds=-1)
    assert second in [*reading_turns.lists_in_turn()], "the worker that read the first one died"


def test_some_threads_stay_free_for_small_lists(harbors: Campaign, sunnys: Campaign) -> None:
    large(harbors)
    theirs = small(sunnys)
    busy = reading_turns.room_for_large
    for _ in range(reading_turns.LARGE_AT_ONCE):
        assert busy.acquire(blocking=False)
    try:
        assert [*reading_turns.lists_in_turn()] == [theirs]
    finally:
        for _ in range(reading_turns.LARGE_AT_ONCE):
            busy.release()
    assert len([*reading_turns.lists_in_turn()]) == 2, "the places were given back"


def test_one_nudge_reads_everything_that_is_due(harbors: Campaign, sunnys: Campaign) -> None:
    lists = [large(harbors), small(harbors), small(sunnys)]
    tasks.read_list(lists[0])
    assert {*GuestList.objects.values_list("state", flat=True)} == {ListState.CHECKED}


def test_a_list_that_breaks_the_reader_is_tried_once_and_stops_no_other(
    harbors: Campaign, sunnys: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    from issuance.worker import due_work

    tried: list[int] = []

    def read(pk: int) -> None:
        tried.append(pk)
        raise OSError("The disk is gone.")

    monkeypatch.setattr(due_work, "read_guest_file", read)
    lists = {small(harbors), small(sunnys)}
    assert due_work.read_in_turn() == 2
    assert (len(tried), {*tried}) == (2, lists)


def test_a_large_list_rests_while_a_small_one_is_read(harbors: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving_way, "MOST", 0.2)
    pk = large(harbors)
    with giving_way.hurrying():
        began = time.monotonic()
        read_guest_file(pk)
        assert time.monotonic() - began > 0.2
    assert GuestList.objects.get(pk=pk).state == ListState.CHECKED, "it goes on all the same"


def test_small_lists_hurry_and_large_ones_do_not(harbors: Campaign, sunnys: Campaign) -> None:
    small(harbors)
    large(sunnys)
    hurrying = []
    for _ in reading_turns.lists_in_turn():
        hurrying.append(not giving_way._nobody_hurries.is_set())
    assert hurrying == [True, False]
    assert giving_way._nobody_hurries.is_set()
