from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campaigns.models import Campaign
from issuance.folders.watching import watch_folder
from issuance.models import WatchedFolder
from tests.issuance.folders.dropping import Drop
from thanxportal.accounts.models import Merchant, User


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    settings.GUESTS_FOLDER = str(tmp_path / "guests")
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "arriving"
    for folder in (tmp_path / "guests", tmp_path / "arriving"):
        folder.mkdir()
    return tmp_path / "guests"


@pytest.fixture
def watched(root: Path, one_arm: Campaign, ana: User) -> WatchedFolder:
    """The folder of a campaign of Harbor Grill, in Ana's name."""
    return watch_folder(campaign=one_arm, actor=ana, path="/")


@pytest.fixture
def drop(root: Path, watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch) -> Drop:
    return Drop(root / watched.path, monkeypatch)


@pytest.fixture
def alone(harbor: Merchant) -> None:
    """Lists from folders start without a person."""
    Merchant.objects.filter(pk=harbor.pk).update(launch_from_folders=True)
