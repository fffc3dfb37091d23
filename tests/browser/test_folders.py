"""The pages of folders, with files of every fate, for everybody: in both themes and at both sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from issuance.folders.watching import watch_folder
from issuance.models import FolderFile, WatchedFolder
from issuance.models.states import ListState
from tests.browser.looks import assert_fit_for_everybody, assert_shown_fit
from tests.issuance.factories import make_list
from thanxportal.accounts.models import Merchant, User


@pytest.fixture
def folder(campaign: Campaign, ana: User, settings: Any, tmp_path: Path) -> WatchedFolder:
    settings.GUESTS_FOLDER = str(tmp_path)
    folder = watch_folder(campaign=campaign, actor=ana, path="/")
    made = make_list(campaign, ListState.CHECKED, name="lapsed-guests-of-november", waiting=20, invalid=3)
    FolderFile.objects.create(
        folder=folder, name="lapsed-guests-of-november.csv", guest_list=made, doubts=["3 of 23 rows are invalid."]
    )
    FolderFile.objects.create(folder=folder, name="again.csv", guest_list=made, repeated=True)
    FolderFile.objects.create(folder=folder, name="empty.csv", problem="This file is empty. Export it again.")
    return folder


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_pages_of_folders_fit_everybody(
    folder: WatchedFolder, ana: User, harbor: Merchant, page_of: Callable[..., Page], width: int, scheme: str
) -> None:
    page = page_of(ana, width=width, scheme=scheme)
    for address in ("integrations/", "folders/", f"campaigns/{folder.campaign_id}/folder/"):
        assert_fit_for_everybody(page, f"/m/{harbor.handle}/{address}")
    Merchant.objects.update(launch_from_folders=True)
    assert_fit_for_everybody(page, f"/m/{harbor.handle}/folders/")


def test_a_folder_is_set_up_and_ended_by_keyboard(
    folder: WatchedFolder, ana: User, harbor: Merchant, page_of: Callable[..., Page]
) -> None:
    page = page_of(ana)
    page.goto(f"/m/{harbor.handle}/folders/")
    page.get_by_label("Guests of which campaign").select_option(label=folder.campaign.name)
    page.get_by_role("button", name="Set up the folder").press("Enter")
    expect(page.get_by_text("become lists of “Win-back June” from now on")).to_be_visible()
    page.get_by_role("button", name="End this folder").press("Enter")
    expect(page.get_by_text("Nothing is taken from")).to_be_visible()
    assert_shown_fit(page)
