"""Reading is the same at once and after a kill, and stops at once when it should."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks.guest_files import HEADER, guest_rows
from campaigns.models import Campaign
from issuance.importing import batches, import_list
from issuance.importing.batches import guest_hasher
from issuance.importing.mapping import choose_columns
from issuance.launching.discarding import discard_list
from issuance.models import GuestClaim, GuestList
from tests.crash import as_often
from tests.issuance.factories import brought, read
from tests.world import World
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
GUEST = ("row", "type", "value", "other", "fixed", "cells", "identity", "variant_id", "outcome")
ERROR = ("row", "kind", "code", "column", "cells", "identity")


def realistic(rows: int) -> bytes:
    text = io.StringIO(newline="")
    odd = ["x", "a\\b", "tab\there", "odd@example.com", "two\nlines", "y", "z", "0", "never", "1"]
    csv.writer(text).writerows([HEADER, *guest_rows(rows), odd])
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
    monkeypatch.setattr(batches, "BATCH", 50)
    monkeypatch.setattr(import_list, "TOGETHER", 1)
    monkeypatch.setattr(import_list, "COMMIT_EVERY", 0)


@pytest.mark.usefixtures("batches_of_fifty")
@pytest.mark.parametrize("committed", [1, 2])
def test_after_a_kill_the_rows_are_those_of_an_undisturbed_reading(
    campaign: Campaign, world: World, monkeypatch: pytest.MonkeyPatch, committed: int
) -> None:
    content = realistic(300)
    whole = read(brought(campaign, content))
    assert (whole.state, whole.rows_count, whole.bytes_read) == ("checked", 301, len(content))
    killed = brought(campaign, content)
    saves, save = iter(range(committed)), import_list._save

    def die(*args: Any) -> bool:
        if next(saves, None) is None:
            raise SystemExit
        return save(*args)

    with monkeypatch.context() as patch:
        patch.setattr(import_list, "_save", die)
        with pytest.raises(SystemExit):
            import_list.read_guest_file(killed.pk)
    killed.refresh_from_db()
    assert 0 < killed.rows_count < 301
    world.advance(300)
    assert everything(read(killed)) == everything(whole)


@pytest.mark.usefixtures("batches_of_fifty")
def test_discarding_stops_the_reading_before_its_next_batch(
    campaign: Campaign, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = brought(campaign, realistic(300))
    save = import_list._save

    def discard_meanwhile(*args: Any) -> bool:
        saved = save(*args)
        discard_list(guest_list=GuestList.objects.get(pk=guest_list.pk), actor=ana)
        return saved

    monkeypatch.setattr(import_list, "_save", discard_meanwhile)
    read(guest_list)
    assert (guest_list.state, guest_list.rows_count) == ("discarded", 50)
    assert guest_list.guests.count() + guest_list.row_errors.count() == 50


@pytest.mark.usefixtures("batches_of_fifty")
def test_a_broken_place_is_named_and_keeps_what_stands_before_it(campaign: Campaign) -> None:
    guest_list = read(brought(campaign, realistic(120) + b'"never closed'))
    assert (guest_list.state, guest_list.rows_count) == ("unreadable", 121)
    assert "124" in guest_list.problem


@pytest.mark.usefixtures("batches_of_fifty")
def test_two_files_at_once_do_not_disturb_each_other(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = everything(read(brought(campaign, realistic(200))))
    first, second = brought(campaign, realistic(200)), brought(campaign, realistic(200))
    save = import_list._save

    def read_the_other_meanwhile(*args: Any) -> bool:
        monkeypatch.setattr(import_list, "_save", save)
        import_list.read_guest_file(second.pk)
        return save(*args)

    monkeypatch.setattr(import_list, "_save", read_the_other_meanwhile)
    read(first)
    second.refresh_from_db()
    assert everything(first) == everything(second) == alone


PEOPLE = st.sampled_from(
    ["ann@example.com", "ANN@example.com", "bob@example.com", "(202) 555-0100", "2025550100", "no", ""]
)


@hypothesis_settings(max_examples=as_often(usually=10, full=100))
@given(rows=st.lists(st.tuples(PEOPLE, PEOPLE, st.text(max_size=5)), min_size=1, max_size=25))
@example(rows=[("ann@example.com", who, "") for who in ("ann@example.com", "2025550100", "(202) 555-0100") * 2])
@example(rows=[("ann@example.com", "ann@example.com", "\0")])  # Refused before there are any columns.
def test_rows_are_conserved_and_keep_their_numbers(one_arm: Campaign, rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("Email", "Phone", "Note"), ("rewarded@example.com", "", ""), *rows])
    earlier = GuestList.objects.create(merchant=one_arm.merchant, campaign=one_arm, planned_at=timezone.now())
    identity = guest_hasher(earlier)("rewarded@example.com")
    GuestClaim.objects.get_or_create(campaign=one_arm, identity=identity, defaults={"guest_list": earlier})
    guest_list = read(brought(one_arm, text.getvalue().encode("utf-8", "replace")))
    if guest_list.state == "mapping":  # The columns are unclear.
        assert choose_columns(guest_list=guest_list, actor=None, email=0, phone=1)
        read(guest_list)
    assert guest_list.state in ("checked", "unreadable")
    kept = [*guest_list.guests.values_list("row", flat=True), *guest_list.row_errors.values_list("row", flat=True)]
    filled = [number for number, row in enumerate(rows, 3) if "".join(row).strip()]
    if guest_list.state == "checked":
        assert sorted(kept) == [2, *filled]
        assert guest_list.already_rewarded_count == 1
    ready, errors = guest_list.ready_count, guest_list.invalid_count + guest_list.duplicate_count
    assert guest_list.rows_count == len(kept) == ready + errors + guest_list.already_rewarded_count


def test_the_originals_of_a_guest_are_kept_as_they_stood(campaign: Campaign) -> None:
    guest_list = read(brought(campaign, b'Email,Note\nAnn@Example.com,"a\tb\\n\n"\n'))
    assert guest_list.guests.get().cells.split("\x1f") == ["Ann@Example.com", "a\tb\\n\n"]
