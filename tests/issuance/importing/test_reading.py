"""Reading is the same in one process and in two, at once and after a kill, and stops at once when it should."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.guest_files import HEADER, guest_rows
from campaigns.models import Campaign
from issuance.importing import import_list as imports
from issuance.importing import reading_process
from issuance.importing.deal import identity_of
from issuance.importing.mapping import choose_columns
from issuance.importing.reading_process import ReaderDied
from issuance.importing.stretches import Stretch
from issuance.launching.launch import discard_list
from issuance.models import GuestClaim, GuestList
from tests.issuance.factories import brought, read
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
GUEST = ("row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome")
ERROR = ("row", "kind", "code", "column", "cells", "identity")


def realistic(rows: int) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *guest_rows(rows), ["x", "a\\b", "tab\there", "odd@example.com", "two\nlines"]])
    return text.getvalue().encode()


def everything(guest_list: GuestList) -> list[Any]:
    guests = guest_list.guests.order_by("row").values_list(*GUEST)
    errors = guest_list.row_errors.order_by("row").values_list(*ERROR)
    return [guest_list.ledger, *_plain(guests), *_plain(errors)]


def _plain(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


@pytest.fixture
def batches_of_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 50)
    monkeypatch.setattr(imports, "TOGETHER", 1)
    monkeypatch.setattr(imports, "COMMIT_EVERY", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.usefixtures("batches_of_fifty")
def test_one_process_and_two_end_with_the_same_rows(campaign: Campaign, settings: Any) -> None:
    content = realistic(400)
    here = read(brought(campaign, content))
    settings.READ_APART_ABOVE = 1
    there = read(brought(campaign, content))
    assert (here.state, there.state, there.rows_count) == ("checked", "checked", 401)
    assert everything(here) == everything(there)
    assert there.bytes_read == there.bytes_total == len(content)


@pytest.mark.usefixtures("batches_of_fifty")
@pytest.mark.parametrize("apart", [0, 1])
@pytest.mark.parametrize("committed", [1, 2])
def test_after_a_kill_the_rows_are_those_of_an_undisturbed_reading(
    campaign: Campaign, settings: Any, world: World, monkeypatch: pytest.MonkeyPatch, apart: int, committed: int
) -> None:
    settings.READ_APART_ABOVE = apart
    content = realistic(300)
    whole = read(brought(campaign, content))
    killed = brought(campaign, content)
    saves, save = iter(range(committed)), imports._save

    def die(*args: Any) -> bool:
        if next(saves, None) is None:
            raise SystemExit
        return save(*args)

    with monkeypatch.context() as patch:
        patch.setattr(imports, "_save", die)
        with pytest.raises(SystemExit):
            imports.read_guest_file(killed.pk)
    killed.refresh_from_db()
    assert 0 < killed.rows_count < 301
    world.advance(300)
    assert everything(read(killed)) == everything(whole)


@pytest.mark.usefixtures("batches_of_fifty")
def test_a_killed_reading_process_costs_a_lease_and_nothing_else(
    campaign: Campaign, settings: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.READ_APART_ABOVE = 1
    guests = brought(campaign, realistic(300))
    told = reading_process._told_stretches

    def die_after_two(stream: Any) -> Iterator[Stretch]:
        yield from islice(told(stream), 2)
        raise ReaderDied

    with monkeypatch.context() as patch:
        patch.setattr(reading_process, "_told_stretches", die_after_two)
        assert read(guests).state == "reading"
    world.advance(300)
    assert (read(guests).state, guests.rows_count) == ("checked", 301)


@pytest.mark.usefixtures("batches_of_fifty")
@pytest.mark.parametrize("apart", [0, 1])
def test_discarding_stops_the_reading_before_its_next_batch(
    campaign: Campaign, ana: User, settings: Any, monkeypatch: pytest.MonkeyPatch, apart: int
) -> None:
    settings.READ_APART_ABOVE = apart
    guests = brought(campaign, realistic(300))
    save = imports._save

    def discard_meanwhile(*args: Any) -> bool:
        saved = save(*args)
        discard_list(guest_list=GuestList.objects.get(pk=guests.pk), actor=ana)
        return saved

    monkeypatch.setattr(imports, "_save", discard_meanwhile)
    read(guests)
    assert (guests.state, guests.rows_count) == ("discarded", 50)
    assert guests.guests.count() + guests.row_errors.count() == 50


@pytest.mark.usefixtures("batches_of_fifty")
@pytest.mark.parametrize("apart", [0, 1])
def test_a_broken_place_is_named_and_keeps_what_stands_before_it(campaign: Campaign, settings: Any, apart: int) -> None:
    settings.READ_APART_ABOVE = apart
    guests = read(brought(campaign, realistic(120) + b'"never closed'))
    assert (guests.state, guests.rows_count) == ("unreadable", 121)
    assert "124" in guests.problem


@pytest.mark.usefixtures("batches_of_fifty")
def test_two_files_at_once_do_not_disturb_each_other(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = everything(read(brought(campaign, realistic(200))))
    first, second = brought(campaign, realistic(200)), brought(campaign, realistic(200))
    save = imports._save

    def read_the_other_meanwhile(*args: Any) -> bool:
        monkeypatch.setattr(imports, "_save", save)
        imports.read_guest_file(second.pk)
        return save(*args)

    monkeypatch.setattr(imports, "_save", read_the_other_meanwhile)
    read(first)
    second.refresh_from_db()
    assert everything(first) == everything(second) == alone


PEOPLE = st.sampled_from(
    ["ann@example.com", "ANN@example.com", "bob@example.com", "(202) 555-0100", "2025550100", "no", ""]
)


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(PEOPLE, PEOPLE, st.text(max_size=5)), min_size=1, max_size=25))
def test_rows_are_conserved_and_keep_their_numbers(one_arm: Campaign, rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("Email", "Phone", "Note"), ("rewarded@example.com", "", ""), *rows])
    earlier = GuestList.objects.create(merchant=one_arm.merchant, campaign=one_arm, planned_at=timezone.now())
    identity = identity_of(earlier)("rewarded@example.com")
    GuestClaim.objects.get_or_create(campaign=one_arm, identity=identity, defaults={"guest_list": earlier})
    guests = read(brought(one_arm, text.getvalue().encode("utf-8", "replace")))
    if choose_columns(guest_list=guests, actor=None, email=0, phone=1):  # Where the columns are unclear.
        read(guests)
    assert guests.state in ("checked", "unreadable")
    kept = [*guests.guests.values_list("row", flat=True), *guests.row_errors.values_list("row", flat=True)]
    filled = [number for number, row in enumerate(rows, 3) if "".join(row).strip()]
    if guests.state == "checked":
        assert sorted(kept) == [2, *filled]
        assert guests.already_rewarded_count == 1
    ready, errors = guests.ready_count, guests.invalid_count + guests.duplicate_count
    assert guests.rows_count == len(kept) == ready + errors + guests.already_rewarded_count


def test_the_originals_of_a_guest_are_kept_as_they_stood(campaign: Campaign) -> None:
    guests = read(brought(campaign, b'Email,Note\nAnn@Example.com,"a\tb\\n\n"\n'))
    assert guests.guests.get().cells.split("\x1f") == ["Ann@Example.com", "a\tb\\n\n"]
