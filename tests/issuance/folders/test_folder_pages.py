"""Managers set up folders, see what became of each file, and end them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models import GuestList, WatchedFolder
from tests import cast
from tests.issuance.api.presets import preset_of
from tests.issuance.folders.dropping import GUESTS, Drop
from thanxportal.accounts.models import Activity, Merchant, Role, User

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
ADDRESS = "/m/harbor-grill/folders/"


def page(folder: WatchedFolder, handle: str = "harbor-grill") -> str:
    return f"/m/{handle}/campaigns/{folder.campaign_id}/folder/"


def test_a_manager_sets_up_a_folder_and_another_takes_it_over(
    root: Any, harbor: Merchant, one_arm: Campaign, ana: User, client_of: ClientOf
) -> None:
    cid = cast.person("cid@example.com", harbor, Role.MANAGER)
    for person in (ana, cid):
        answer = client_of(person).post(ADDRESS, {"campaign": one_arm.pk}, follow=True).content.decode()
        assert f"harbor-grill/campaign-{one_arm.pk}" in answer
    assert WatchedFolder.objects.get().made_by == cid
    said = Activity.objects.filter(target__startswith="folder:").order_by("pk").values_list("actor", "sentence")
    assert [*said] == [
        (ana.pk, "Set up the folder of “Coffee for everybody”."),
        (cid.pk, "Took over the folder of “Coffee for everybody”."),
    ]


@pytest.mark.parametrize("theirs", [True, False])
def test_only_published_campaigns_of_the_own_merchant_have_folders(
    theirs: bool, root: Any, sunny: Merchant, harbor: Merchant, ana: User, client_of: ClientOf
) -> None:
    draft = cast.draft_campaign(sunny if theirs else harbor)
    assert client_of(ana).post(ADDRESS, {"campaign": draft.pk}).status_code == 422
    assert not WatchedFolder.objects.exists()


def test_no_folder_is_offered_for_a_campaign_made_on_the_fly(
    root: Any, harbor: Merchant, one_arm: Campaign, ana: User, client_of: ClientOf
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(preset=preset_of(harbor, ana))
    assert "Coffee for everybody" not in client_of(ana).get(ADDRESS).content.decode()
    assert client_of(ana).post(ADDRESS, {"campaign": one_arm.pk}).status_code == 422
    assert not WatchedFolder.objects.exists()


def test_without_a_root_there_are_no_folders_and_the_page_says_so(
    one_arm: Campaign, ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.GUESTS_FOLDER = ""
    assert "Folders aren’t set up on this portal yet." in client_of(ana).get(ADDRESS).content.decode()
    assert client_of(ana).post(ADDRESS, {"campaign": one_arm.pk}).status_code == 422
    assert "launch_from_folders" not in client_of(ana).get("/m/harbor-grill/settings/").content.decode()


def test_the_log_of_a_folder_says_what_became_of_each_file(
    drop: Drop, watched: WatchedFolder, ana: User, client_of: ClientOf, alone: None
) -> None:
    drop.put("june.csv", GUESTS + "nobody\n")
    drop.look()
    drop.put("may.csv", b"")
    drop.put("again.csv", GUESTS + "nobody\n")
    drop.look()
    html = client_of(ana).get(page(watched)).content.decode()
    for words in ("Came before", "Refused", "This file is empty.", "1 of 3 rows are invalid, which is more than 1%."):
        assert words in html
    for table in (client_of(ana).get(ADDRESS), client_of(ana).get("/m/harbor-grill/integrations/")):
        assert "Folders" in table.content.decode()


def test_a_folder_says_why_nobody_can_be_read_from_a_file_that_was_taken(
    drop: Drop, watched: WatchedFolder, ana: User, client_of: ClientOf
) -> None:
    drop.put("broken.xlsx", b"PK\x03\x04")
    drop.look()
    assert drop.inside("done") == ["broken.xlsx"]
    html = client_of(ana).get(page(watched)).content.decode()
    made = GuestList.objects.get()
    assert made.problem
    for words in ("Can’t be read", made.problem, reverse("issuance:list_detail", args=["harbor-grill", made.pk])):
        assert words in html


def test_home_says_what_could_not_be_taken_until_something_else_came(
    drop: Drop, ana: User, client_of: ClientOf
) -> None:
    home = reverse("issuance:home", args=["harbor-grill"])
    drop.put("may.csv", b"")
    drop.look()
    assert (
        "“may.csv” in the folder of “Coffee for everybody” can’t be taken." in client_of(ana).get(home).content.decode()
    )
    drop.put("june.csv")
    drop.look()
    assert "may.csv" not in client_of(ana).get(home).content.decode()


def test_a_folder_says_if_nobody_looks_into_it(watched: WatchedFolder, ana: User, client_of: ClientOf) -> None:
    assert watched.said == ("Watched", "ok")
    WatchedFolder.objects.update(looked_at=timezone.now() - timedelta(minutes=11))
    assert "Nobody looks into it" in client_of(ana).get(ADDRESS).content.decode()


def test_a_folder_that_was_ended_can_be_set_up_again(
    watched: WatchedFolder, ana: User, client_of: ClientOf, one_arm: Campaign
) -> None:
    browser = client_of(ana)
    for _ in range(2):
        assert browser.post(f"{page(watched)}end/").status_code == 302
    watched.refresh_from_db()
    assert watched.said == ("Ended", "")
    browser.post(ADDRESS, {"campaign": one_arm.pk})
    watched.refresh_from_db()
    assert watched.ended_at is None


def test_nobody_sees_or_ends_a_folder_of_another_merchant(
    watched: WatchedFolder, sunny: Merchant, cleo: User, client_of: ClientOf
) -> None:
    for answer in (
        client_of(cleo).get(page(watched, sunny.handle)),
        client_of(cleo).post(f"{page(watched, sunny.handle)}end/"),
    ):
        assert answer.status_code == 404
