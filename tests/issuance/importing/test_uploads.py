"""The uploaded file is deleted after its retention, once it was read; what was read stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.models import Campaign
from issuance.importing.uploads import delete_old_uploads
from issuance.launching.launch import discard_list
from issuance.models import GuestList
from tests.issuance.factories import brought, read
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


def uploaded(campaign: Campaign, content: bytes = b"Email,Name\nann@example.com,Ann\n") -> tuple[GuestList, Path]:
    guest_list = brought(campaign, content)
    return guest_list, Path(guest_list.file.path)


def test_a_file_that_was_not_read_is_kept_whatever_its_age(one_arm: Campaign, world: World) -> None:
    _, path = uploaded(one_arm)
    world.advance(400 * DAY)
    assert delete_old_uploads() == 0
    assert path.exists()


def test_a_file_is_kept_for_its_retention_and_its_rows_for_good(one_arm: Campaign, world: World) -> None:
    guest_list, path = uploaded(one_arm)
    read(guest_list)
    world.advance(29 * DAY)
    assert delete_old_uploads() == 0
    world.advance(2 * DAY)
    assert delete_old_uploads() == 1
    assert delete_old_uploads() == 0
    assert not path.exists()
    assert guest_list.guests.get().cells == "ann@example.com\x1fAnn"


def test_samples_of_a_list_that_was_given_up_go_with_its_file(one_arm: Campaign, world: World) -> None:
    guest_list, path = uploaded(one_arm, b"Ours,Theirs\nann@example.com,bob@example.com\n")
    read(guest_list)
    assert discard_list(guest_list=guest_list, actor=None)
    world.advance(31 * DAY)
    path.unlink()  # Somebody was faster: nothing to complain about.
    assert delete_old_uploads() == 1
    guest_list.refresh_from_db()
    assert "example.com" not in str(guest_list.file_info)
