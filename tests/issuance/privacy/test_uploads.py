"""The uploaded file is deleted within a day after it was read, whatever became of the list; what was read stays."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from campaigns.models import Campaign
from issuance.importing.mapping import ask_for_columns
from issuance.launching.discarding import discard_list
from issuance.models import GuestList
from issuance.privacy.uploads import delete_old_uploads
from tests.issuance.factories import brought, read
from tests.world import NOON, World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once")]
HOUR = 3600
UNSURE = b"Ours,Theirs\nann@example.com,bob@example.com\n"


def uploaded(campaign: Campaign, content: bytes = b"Email,Name\nann@example.com,Ann\n") -> tuple[GuestList, Path]:
    guest_list = brought(campaign, content)
    return guest_list, Path(guest_list.file.path)


def test_a_file_that_was_not_read_is_kept_whatever_its_age(one_arm: Campaign, world: World) -> None:
    _, path = uploaded(one_arm)
    world.advance(400 * HOUR)
    assert delete_old_uploads() == 0
    assert path.exists()


def test_a_file_is_gone_a_day_after_it_was_read_and_its_rows_stay(one_arm: Campaign, world: World) -> None:
    guest_list, path = uploaded(one_arm)
    world.advance(400 * HOUR)
    read(guest_list)
    world.advance(22 * HOUR)
    assert delete_old_uploads() == 0
    world.advance(1 * HOUR + 1)  # Somebody looks every hour at least.
    assert delete_old_uploads() == 1
    assert delete_old_uploads() == 0
    assert not path.exists()
    assert guest_list.guests.get().cells == "ann@example.com\x1fAnn"


def test_a_checked_list_whose_file_is_gone_is_not_read_again(one_arm: Campaign, world: World) -> None:
    guest_list, _ = uploaded(one_arm)
    read(guest_list)
    world.advance(24 * HOUR)
    delete_old_uploads()
    assert not ask_for_columns(guest_list=guest_list, actor=None), "by somebody whose page still has the file"


def test_a_list_whose_columns_nobody_chooses_within_a_day_is_discarded_with_its_file(
    one_arm: Campaign, world: World
) -> None:
    guest_list, path = uploaded(one_arm, UNSURE)
    assert read(guest_list).state == "mapping"
    world.advance(24 * HOUR)
    assert delete_old_uploads() == 1
    guest_list.refresh_from_db()
    assert guest_list.state == "discarded"
    assert not path.exists()
    assert "example.com" not in str(guest_list.file_info), "It had samples."


def test_samples_of_a_list_that_was_given_up_go_with_its_file(one_arm: Campaign, world: World) -> None:
    guest_list, path = uploaded(one_arm, UNSURE)
    read(guest_list)
    assert discard_list(guest_list=guest_list, actor=None)
    world.advance(24 * HOUR)
    path.unlink()  # Somebody was faster: nothing to complain about.
    assert delete_old_uploads() == 1
    guest_list.refresh_from_db()
    assert "example.com" not in str(guest_list.file_info)


@pytest.mark.parametrize("folder", ["lists", "repairs", "exports"])
def test_a_file_that_no_list_names_goes_as_well(one_arm: Campaign, world: World, folder: str) -> None:
    _, path = uploaded(one_arm)
    stray = default_storage.save(f"{folder}/left-behind.csv", ContentFile(b"ann@example.com"))
    for each in (path, default_storage.path(stray)):
        os.utime(each, (NOON, NOON))
    world.advance(22 * HOUR)
    assert delete_old_uploads() == 0
    world.advance(2 * HOUR)
    assert delete_old_uploads() == 1
    assert path.exists()
    assert not default_storage.exists(stray)


@pytest.mark.parametrize(("hours", "good"), [(0, False), (24, True), (25, False)])
def test_production_keeps_no_upload_for_more_than_a_day(settings: Any, hours: int, good: bool) -> None:
    settings.THANX_ENVIRONMENT, settings.UPLOAD_RETENTION_HOURS = "production", hours
    assert ("thanxportal.E022" not in {message.id for message in run_checks()}) == good


@pytest.mark.parametrize(("days", "good"), [(0, False), (1, True), (90, True), (4_000, False)])
def test_guests_are_kept_for_some_days_and_not_for_ever(settings: Any, days: int, good: bool) -> None:
    settings.RETENTION_DAYS = days
    assert ("thanxportal.E023" not in {message.id for message in run_checks()}) == good
