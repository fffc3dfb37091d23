"""A repair of very many rows is left to a worker: nobody waits at the page, and a worker that dies changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.checking import background_repairs, repairs
from issuance.checking.repairs import recipe_for, repair_domain, repair_rows, undo_repair
from issuance.launching.discarding import discard_list
from issuance.launching.launch import launch_list
from issuance.models import GuestList, Repair
from issuance.views import bad_rows
from issuance.views import repairs as views_repairs
from issuance.worker import due_work
from tests.issuance.browsing import ClientOf, as_csv, downloaded
from tests.issuance.checking.contents import state_of
from tests.issuance.factories import read_file
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
GOOD = "".join(f"Good {n},good{n}@example.com\n" for n in range(12))
MANY = f"Name,Email\n{GOOD}" + "".join(f"Guest {n},guest{n} at example.com\n" for n in range(5)) + "Ann,ann@gmial.com\n"


@pytest.fixture(autouse=True)
def two_rows_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_repairs, "LARGE", 2)
    monkeypatch.setattr(views_repairs, "LARGE", 2)


def post(client: Client, guest_list: GuestList, name: str, **data: Any) -> Any:
    return client.post(reverse(f"issuance:{name}", args=[guest_list.merchant.handle, guest_list.pk]), data, follow=True)


def worked(guest_list: GuestList) -> GuestList:
    due_work.drive_due_work(list_id=guest_list.pk)
    return GuestList.objects.get(pk=guest_list.pk)


def test_a_large_repair_ends_as_one_made_at_once(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    at_once, ordered = read_file(campaign, MANY), read_file(campaign, MANY)
    recipe = recipe_for(at_once, "at")
    assert recipe
    assert repair_rows(guest_list=at_once, recipe=recipe, actor=ana)
    page = post(client_of(ana), ordered, "list_repair", key="at")
    assert "Being repaired" in page.content.decode()
    assert "You can close this page" in page.content.decode()
    assert worked(ordered).state == "checked"
    assert state_of(ordered) == state_of(at_once)
    assert ordered.repairs.get().made_by == ana


def test_a_large_repair_is_undone_by_a_worker_too(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    guest_list = read_file(campaign, MANY)
    before = state_of(guest_list)
    post(client_of(ana), guest_list, "list_repair", key="at")
    worked(guest_list)
    assert state_of(guest_list) != before
    page = post(client_of(ana), guest_list, "repair_undo", repair=guest_list.repairs.get().pk)
    assert "Being repaired" in page.content.decode()
    assert worked(guest_list).state == "checked"
    assert state_of(guest_list) == before


def test_a_domain_of_many_guests_is_written_anew_by_a_worker(
    campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    guest_list = read_file(campaign, "Email\n" + "".join(f"guest{n}@gmial.com\n" for n in range(4)))
    post(client_of(ana), guest_list, "list_repair", key="domain", choice="gmial.com")
    assert guest_list.guests.filter(value__endswith="@gmail.com").count() == 0
    worked(guest_list)
    assert guest_list.guests.filter(value__endswith="@gmail.com").count() == 4


def test_few_rows_are_repaired_while_one_waits(june: GuestList, ana: User, client_of: ClientOf) -> None:
    post(client_of(ana), june, "list_repair", key="several", choice="first")
    june.refresh_from_db()
    assert (june.state, june.repairs.count()) == ("checked", 1)


def test_nobody_changes_launches_or_discards_a_list_that_is_being_repaired(campaign: Campaign, ana: User) -> None:
    guest_list = read_file(campaign, MANY)
    stale = GuestList.objects.get(pk=guest_list.pk)
    order(guest_list, ana)
    guest_list.refresh_from_db()
    assert launch_list(guest_list=guest_list, actor=ana, token=guest_list.confirm_token) is False
    assert not discard_list(guest_list=guest_list, actor=ana)
    for view_of_it in (stale, guest_list):
        assert repair_domain(guest_list=view_of_it, written="gmial.com", meant="gmail.com", actor=ana) is None
    assert guest_list.state == "repairing"


def test_a_list_that_changed_meanwhile_takes_no_order(campaign: Campaign, ana: User) -> None:
    guest_list = read_file(campaign, MANY)
    stale = GuestList.objects.get(pk=guest_list.pk)
    assert repair_domain(guest_list=guest_list, written="gmial.com", meant="gmail.com", actor=ana)
    recipe = recipe_for(stale, "at")
    assert recipe
    assert not background_repairs.order_repair(guest_list=stale, recipe=recipe, choice="", actor=ana)
    guest_list.refresh_from_db()
    assert guest_list.state == "checked"


def test_a_worker_that_dies_changes_nothing_and_the_next_one_repairs(
    campaign: Campaign, ana: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = read_file(campaign, MANY)
    before = state_of(guest_list)
    order(guest_list, ana)
    with monkeypatch.context() as patch:
        patch.setattr(repairs, "insert_rows", die)
        assert worked(guest_list).state == "repairing"
    assert state_of(guest_list) == before
    world.advance(60)
    assert worked(guest_list).state == "repairing"  # The lease of the dead one still runs.
    world.advance(300)
    assert worked(guest_list).state == "checked"
    assert guest_list.repairs.count() == 1


def test_after_five_deaths_the_list_is_back_at_its_review_and_says_so(
    campaign: Campaign, ana: User, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = read_file(campaign, MANY)
    before = state_of(guest_list)
    order(guest_list, ana)
    monkeypatch.setattr(repairs, "insert_rows", die)
    for _ in range(5):
        assert worked(guest_list).state == "repairing"
        world.advance(300)
    assert worked(guest_list).state == "checked"
    assert state_of(guest_list) == before
    assert guest_list.events.filter(note=background_repairs.GAVE_UP).exists()


def test_a_repair_that_another_one_made_needless_is_said_to_have_changed_nothing(campaign: Campaign, ana: User) -> None:
    guest_list = read_file(campaign, MANY)
    recipe = recipe_for(guest_list, "at")
    assert recipe
    first = repair_rows(guest_list=guest_list, recipe=recipe, actor=ana)
    assert isinstance(first, Repair)
    guest_list.refresh_from_db()
    assert background_repairs.order_undo(repair=Repair.objects.get(pk=first.pk), actor=ana)
    Repair.objects.filter(pk=first.pk).update(undone_at=guest_list.created_at)
    worked(guest_list)
    assert guest_list.events.filter(note=background_repairs.NOTHING_CHANGED).exists()
    assert undo_repair(repair=Repair.objects.get(pk=first.pk), actor=ana) is False


def returned(browser: Client, guest_list: GuestList, *, spoilt: str = "") -> SimpleUploadedFile:
    """The download of bad rows, its addresses repaired, perhaps with something `spoilt` after its last row."""
    header, *rows = downloaded(browser, guest_list)
    for row in rows:
        row[3] = row[3].replace(" at ", "@")
    text = as_csv([header, *rows]).read().decode("utf-16")
    return SimpleUploadedFile("repaired.csv", (text + spoilt).encode())


@pytest.fixture
def any_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bad_rows, "LARGE_FILE", 10)


@pytest.mark.usefixtures("any_file_is_large")
def test_many_rows_that_come_back_in_a_file_are_put_by_a_worker(
    campaign: Campaign, ana: User, client_of: ClientOf, django_capture_on_commit_callbacks: Any
) -> None:
    guest_list, browser = read_file(campaign, MANY), client_of(ana)
    page = post(
        browser, guest_list, "rows_upload", rows=returned(browser, guest_list, spoilt=";999;Zoe;zoe@example.com\n")
    )
    assert "Being repaired" in page.content.decode()
    kept = GuestList.objects.get(pk=guest_list.pk).repair_order["file"]
    assert default_storage.exists(kept)
    with django_capture_on_commit_callbacks(execute=True):
        after = worked(guest_list)
    assert (after.state, after.invalid_count, after.repairs.get().count) == ("checked", 0, 5)
    assert after.events.filter(note="Row 999 is no invalid row of this list now.").exists()
    assert not default_storage.exists(kept)


@pytest.mark.usefixtures("any_file_is_large")
def test_a_large_file_that_breaks_off_changes_nothing_and_the_list_says_why(
    campaign: Campaign, ana: User, client_of: ClientOf, django_capture_on_commit_callbacks: Any
) -> None:
    guest_list, browser = read_file(campaign, MANY), client_of(ana)
    before = state_of(guest_list)
    post(browser, guest_list, "rows_upload", rows=returned(browser, guest_list, spoilt=';7;"Zoe'))
    kept = GuestList.objects.get(pk=guest_list.pk).repair_order["file"]
    with django_capture_on_commit_callbacks(execute=True):
        after = worked(guest_list)
    assert (after.state, state_of(after)) == ("checked", before)
    assert after.events.filter(note__contains="quote").exists()
    assert not default_storage.exists(kept)


@pytest.mark.usefixtures("any_file_is_large")
def test_a_large_file_that_repairs_nothing_still_says_what_was_left(
    campaign: Campaign, ana: User, client_of: ClientOf
) -> None:
    guest_list, browser = read_file(campaign, MANY), client_of(ana)
    header, *_ = downloaded(browser, guest_list)
    post(browser, guest_list, "rows_upload", rows=as_csv([header, ["", "999", "Zoe", "zoe@example.com"]]))
    after = worked(guest_list)
    assert (after.state, after.repairs.count()) == ("checked", 0)
    assert after.events.filter(note__contains="Row 999 is no invalid row of this list now.").exists()


@pytest.mark.usefixtures("any_file_is_large")
def test_a_large_file_of_something_else_is_refused_at_once(campaign: Campaign, ana: User, client_of: ClientOf) -> None:
    guest_list = read_file(campaign, MANY)
    page = post(client_of(ana), guest_list, "rows_upload", rows=SimpleUploadedFile("x.csv", MANY.encode()))
    assert "invalid rows of this list" in page.content.decode()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.repair_order) == ("checked", {})


def order(guest_list: GuestList, actor: User) -> None:
    recipe = recipe_for(guest_list, "at")
    assert recipe
    assert background_repairs.order_repair(guest_list=guest_list, recipe=recipe, choice="", actor=actor)


def die(*args: Any) -> None:
    raise MemoryError
