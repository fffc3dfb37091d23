"""What programs asked for, as people see it: one line and one ledger for a day, a log, and a page of the token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.engine.sending_pauses import pause_sending
from issuance.events.gathering import gather, streams_to_gather
from issuance.launching.launch import launch_list, stop_list
from issuance.models import EventBatch, Guest, GuestList, KeptAnswer, Stream
from issuance.models.states import ListState
from issuance.privacy import erasing
from issuance.privacy.erasing import erase_ordered, order_erasure
from issuance.privacy.exporting import as_document, export_guest
from issuance.privacy.finding import GuestSearch
from issuance.privacy.removal import remove_personal_data
from issuance.worker import due_work
from tests.issuance.api.programs import Program
from tests.issuance.factories import make_list
from tests.world import World
from thanxportal.accounts.models import Merchant, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def program(harbor: Merchant, ana: User) -> Program:
    return Program(harbor, ana)


def ask(program: Program, campaign: Campaign, *emails: str) -> Any:
    guests = [{"email": email, "reason": "A long wait"} for email in emails]
    return program.post(f"/campaigns/{campaign.pk}/rewards", {"guests": guests})


@pytest.fixture
def day(program: Program, one_arm: Campaign, world: World) -> Stream:
    """Three lists of one day: four rewarded, one invalid, one who had the reward."""
    for emails in (["guest0@example.com", "guest1@example.com"], ["guest2@example.com", "x@"], ["guest3@example.com"]):
        ask(program, one_arm, *emails)
        world.drive()
    ask(program, one_arm, "guest0@example.com")
    world.drive()
    return Stream.objects.get()


def test_tables_have_one_line_with_the_sums_of_a_day(
    day: Stream, one_arm: Campaign, harbor: Merchant, ben: User, client_of: ClientOf
) -> None:
    make_list(one_arm, ListState.CHECKED, name="By hand", waiting=1)
    assert GuestList.objects.count() == 5
    for name, pk in (("list_index", []), ("campaign_lists", [one_arm.pk])):
        page = client_of(ben).get(reverse(f"issuance:{name}", args=[harbor.handle, *pk]))
        rows = [(str(row), row.rows_count, row.rewarded_count) for row in page.context["lists"]]
        assert rows[0] == ("By hand", 1, 0)
        assert [row[1:] for row in rows[1:]] == [(6, 4)]
        assert reverse("issuance:stream", args=[harbor.handle, day.pk]) in page.content.decode()


def test_the_page_of_a_day_sums_the_ledgers_of_its_lists(
    day: Stream, harbor: Merchant, ben: User, client_of: ClientOf
) -> None:
    page = client_of(ben).get(reverse("issuance:stream", args=[harbor.handle, day.pk]))
    ledger = page.context["facts"].ledger
    assert {term: count for term, count in ledger.items() if count} == {
        "rows": 6, "rewarded": 4, "invalid": 1, "already_rewarded": 1,
    }  # fmt: skip
    assert sum(hour.guests for hour in page.context["facts"].hours) == 6
    assert len(page.context["lists"]) == 4
    assert "example.com" not in page.content.decode()


def test_the_log_says_what_became_of_each_batch(
    day: Stream, program: Program, one_arm: Campaign, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    taken = ask(program, one_arm, "guest5@example.com").json()["id"]
    program.delete(f"/batches/{taken}")
    ask(program, one_arm, "guest6@example.com")
    page = client_of(ana).get(reverse("issuance:integrations", args=[harbor.handle]))
    assert [said[0] for _, said in page.context["log"]] == [
        "Waits to be gathered", "Taken back", "Finished", "Finished", "Finished", "Finished",
    ]  # fmt: skip
    assert "example.com" not in page.content.decode()


def test_the_log_asks_the_database_no_more_for_many_batches(
    program: Program,
    one_arm: Campaign,
    harbor: Merchant,
    ana: User,
    client_of: ClientOf,
    django_assert_num_queries: Any,
) -> None:
    browser, url = client_of(ana), reverse("issuance:integrations", args=[harbor.handle])
    counted = []
    for _ in range(2):
        for number in range(3):
            ask(program, one_arm, f"guest{number}@example.com")
        with django_assert_num_queries(counted[0] if counted else 7) as asked:
            browser.get(url)
        counted.append(len(asked))


def test_a_list_that_waits_for_an_approver_keeps_its_own_line(
    program: Program, one_arm: Campaign, harbor: Merchant, ben: User, world: World, client_of: ClientOf
) -> None:
    ask(program, one_arm, "guest0@example.com")
    world.drive()
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    ask(program, one_arm, "guest1@example.com", "guest2@example.com")
    world.drive(hours=0.1)
    page = client_of(ben).get(reverse("issuance:list_index", args=[harbor.handle]))
    assert [(row.of_stream, row.rows_count) for row in page.context["lists"]] == [(False, 2), (True, 1)]


def test_no_guest_leaves_the_table_when_the_list_that_stood_for_a_day_is_asked_about(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, ben: User, world: World, client_of: ClientOf
) -> None:
    ask(program, one_arm, "guest0@example.com", "guest1@example.com")
    world.drive()
    pause_sending(actor=None, reason="Trouble")
    ask(program, one_arm, "guest2@example.com", "guest3@example.com")
    world.advance(11)
    due_work.drive_due_work()
    second = GuestList.objects.get(state=ListState.HELD)
    assert stop_list(guest_list=second, actor=ana)
    second.refresh_from_db()
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=1)
    assert launch_list(guest_list=second, token=second.confirm_token, actor=ana, hold=True)
    page = client_of(ben).get(reverse("issuance:list_index", args=[harbor.handle]))
    assert [(row.of_stream, row.rows_count) for row in page.context["lists"]] == [(False, 2), (True, 2)]


def test_a_guest_who_asks_is_told_of_what_waits_and_erased_after_it(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, world: World
) -> None:
    ask(program, one_arm, "ann@example.com")
    search = GuestSearch(harbor, "ann@example.com")
    assert search.look() == {"asked": 1}
    assert "ann@example.com" in str(as_document(search, export_guest(search)))
    erasure = order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    remove_personal_data()
    erasure.refresh_from_db()
    assert erasure.done_at is None
    assert "isn’t gathered yet" in erasure.waits_for
    world.drive()
    remove_personal_data()
    erasure.refresh_from_db()
    assert erasure.done_at
    assert EventBatch.objects.get().guests == []
    assert GuestList.objects.get().guests.get().value == ""


def test_a_guest_who_is_gathered_during_an_erasure_is_erased_by_the_next_round(
    program: Program, one_arm: Campaign, harbor: Merchant, ana: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(program, one_arm, "old@example.com")
    world.drive()
    ask(program, one_arm, "ann@example.com")
    erasure = order_erasure(merchant=harbor, value="ann@example.com", actor=ana)
    world.advance(11)
    erase_from = erasing._erase_from

    def meanwhile(*about: Any) -> str:
        for pk in streams_to_gather():
            gather(pk)
        return erase_from(*about)

    monkeypatch.setattr(erasing, "_erase_from", meanwhile)
    for done in (False, True):
        erase_ordered()
        erasure.refresh_from_db()
        assert bool(erasure.done_at) == done
        world.drive()
    assert not Guest.objects.filter(value="ann@example.com").exists()


def test_answers_are_forgotten_after_a_month(program: Program, one_arm: Campaign, world: World) -> None:
    ask(program, one_arm, "ann@example.com")
    remove_personal_data()
    assert KeptAnswer.objects.count() == 1
    world.advance(31 * 86_400)
    remove_personal_data()
    assert KeptAnswer.objects.count() == 0
