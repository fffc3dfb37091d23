"""Exports come in by a page, a folder or a command, and each door says what came of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from issuance.exports.folder import QUIET, take_from_folder
from issuance.models import ExportFile, GuestList, Purchase
from issuance.tasks import load_exports
from issuance.worker.due_work import load_due_exports
from tests.issuance.exports.bringing import ANN, COFFEE, EVE, LUNCH, MEMBERSHIPS, PURCHASES, lines, load
from thanxportal.accounts.models import Activity, Merchant, User
from thanxportal.store_address import in_stores

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
YEARS = 10**9  # seconds
ADDRESS = "/m/harbor-grill/exports/"


@pytest.fixture
def folder(settings: Any, tmp_path: Path, harbor: Merchant) -> Path:
    settings.EXPORTS_FOLDER = str(tmp_path)
    (tmp_path / harbor.handle).mkdir()
    return tmp_path / harbor.handle


def put(folder: Path, name: str, content: str, *, age: float = QUIET + 1) -> Path:
    path = folder / name
    path.write_text(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def upload(browser: Client, content: str, name: str = "purchases.csv") -> Any:
    return browser.post(ADDRESS, {"file": SimpleUploadedFile(name, content.encode())}, follow=True)


def test_a_manager_brings_an_export_and_sees_what_came_of_it(
    harbor: Merchant, ana: User, members: None, client_of: ClientOf
) -> None:
    browser = client_of(ana)
    assert "“purchases.csv” is being loaded." in upload(browser, lines(PURCHASES, COFFEE, LUNCH[:10])).content.decode()
    load_due_exports()
    html = browser.get(ADDRESS).content.decode()
    assert "1 row can’t be read" in html
    assert "Line 3: 4 cells instead of 9." in html
    assert "is being loaded again." in upload(browser, lines(PURCHASES, COFFEE, LUNCH[:10])).content.decode()
    told = Activity.objects.filter(actor=ana).values_list("sentence", flat=True)
    assert [*told] == ["Brought the export “purchases.csv”.", "Brought the export “purchases.csv” again."]


@pytest.mark.parametrize("content", ["", "name,table\n"])
def test_what_is_no_export_is_answered_at_once(content: str, ana: User, client_of: ClientOf) -> None:
    answer = upload(client_of(ana), content, "tables.csv")
    assert answer.status_code == 422
    assert "“tables.csv” is" in answer.content.decode()
    assert not ExportFile.objects.exists()


def test_an_export_that_is_too_large_for_a_page_says_who_can_load_it(
    ana: User, client_of: ClientOf, settings: Any
) -> None:
    settings.MAX_LIST_BYTES = 10
    answer = upload(client_of(ana), lines(PURCHASES, COFFEE))
    assert answer.status_code == 422
    assert "Ask whoever runs the portal to load it." in answer.content.decode()


def test_a_file_in_the_folder_is_taken_once_it_is_whole(folder: Path, members: None) -> None:
    whole = put(folder, "purchases.csv", lines(PURCHASES, COFFEE))
    growing = put(folder, "purchases_2.csv", lines(PURCHASES), age=1)
    take_from_folder()
    load_due_exports()
    assert (whole.exists(), growing.exists()) == (False, True)
    assert Purchase.objects.count() == 1


def test_a_file_that_is_no_export_is_put_aside_as_long_as_uploads_stay_and_the_log_says_why(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(folder, "tables.CSV", "name,table\n")
    take_from_folder()
    (aside,) = (folder / "refused").iterdir()
    assert (aside.name.partition("-")[2], aside.read_text()) == ("tables.CSV", "name,table\n")
    assert "harbor-grill: “tables.CSV” isn’t an export of Thanx" in caplog.text
    os.utime(aside, (0, 0))
    take_from_folder()
    assert not aside.exists()


def test_a_file_of_another_system_user_stops_no_export(
    folder: Path, members: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(folder, "purchases.csv", lines(PURCHASES, COFFEE))

    def refuse(*args: Any, **options: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("os.remove", refuse)
    load_exports()
    assert Purchase.objects.count() == 1
    assert path.exists()
    assert "“purchases.csv” can’t be taken (PermissionError)." in caplog.text


def test_files_of_a_folder_that_belongs_to_no_merchant_stay(folder: Path) -> None:
    (folder.parent / "nobody").mkdir()
    path = put(folder.parent / "nobody", "purchases.csv", lines(PURCHASES, COFFEE))
    take_from_folder()
    assert path.exists()


@pytest.fixture
def prefix(settings: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A part of the bucket from which exports are taken; gives what puts one there."""
    settings.STORAGES = settings.STORAGES | in_stores(exports="s3://portal-uploads/exports?region=us-east-1")
    monkeypatch.setattr("issuance.exports.folder.QUIET", -YEARS)
    return lambda key, content: bucket.put_object(Key=f"exports/{key}", Body=content.encode())


def test_exports_are_taken_from_a_part_of_a_bucket(
    prefix: Any, bucket: Any, members: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix("harbor-grill/purchases.csv", lines(PURCHASES, COFFEE))
    prefix("harbor-grill/readme.txt", "-")
    prefix("harbor-grill/tables.csv", "name,table\n")
    prefix("nobody/purchases.csv", lines(PURCHASES, COFFEE))
    take_from_folder()
    load_due_exports()
    assert Purchase.objects.count() == 1
    left = {each.key for each in bucket.objects.filter(Prefix="exports/")}
    (aside,) = left - {"exports/harbor-grill/readme.txt", "exports/nobody/purchases.csv"}
    assert aside.startswith("exports/harbor-grill/refused/")
    monkeypatch.setattr("issuance.exports.folder.QUIET", YEARS)
    prefix("harbor-grill/growing.csv", lines(PURCHASES, LUNCH))
    take_from_folder()
    load_due_exports()
    assert Purchase.objects.count() == 1


def test_a_store_that_does_not_answer_is_told_in_the_log_and_stops_nothing_else(
    prefix: Any, members: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: object, **named: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://store.example.com")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", fails)
    load_exports()
    assert "EXPORTS_FOLDER can’t be read (StoreFails)." in caplog.text


def test_the_command_takes_files_in_any_order(harbor: Merchant, guests: GuestList, tmp_path: Path) -> None:
    purchases = put(tmp_path, "purchases.csv", lines(PURCHASES, COFFEE, LUNCH))
    members = put(tmp_path, "memberships.csv", lines(MEMBERSHIPS, ANN, EVE))
    said = StringIO()
    call_command("load_exports", "harbor-grill", str(purchases), str(members), stdout=said)
    first, second = json.loads(said.getvalue())["exports"]
    assert (first["kind"], first["state"], first["rows"], first["new"]) == ("purchases", "loaded", 2, 1)
    assert (second["kind"], second["state"], second["rows"], second["new"]) == ("memberships", "loaded", 2, 1)


def test_the_command_fails_for_what_it_cannot_load(harbor: Merchant, tmp_path: Path) -> None:
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("load_exports", "harbor-grill", str(put(tmp_path, "x.csv", "a,b\n")), stdout=said, stderr=said)
    assert "“x.csv” isn’t an export of Thanx" in said.getvalue()
    with pytest.raises(CommandError, match="There is no merchant nobody"):
        call_command("load_exports", "nobody", "x.csv")


def test_an_export_without_a_file_says_so(harbor: Merchant) -> None:
    export = load(harbor, lines(PURCHASES, COFFEE))
    Path(export.file.path).unlink()
    ExportFile.objects.update(state="received")
    load_due_exports()
    export.refresh_from_db()
    assert (export.state, export.problem) == ("refused", "Its file is gone. Bring it again.")
