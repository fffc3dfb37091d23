"""Uploads in an object store are read as from a folder, leave nothing behind, and its outages are nobody's fault."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from contextlib import closing, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.engine import sending_pauses
from issuance.engine.sending_pauses import sending_is_paused
from issuance.engine.shared_mark import raise_shared_mark, read_shared_mark
from issuance.importing.new_list import create_list
from issuance.models import ExportFile, GuestList
from issuance.privacy.uploads import delete_old_uploads
from issuance.worker.due_work import drive_due_work, load_due_exports
from tests.issuance.exports.bringing import ANN, MEMBERSHIPS, bring, lines
from tests.issuance.factories import checked
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.health import readiness
from thanxportal.management.commands import setup
from thanxportal.partner.models import Credential
from thanxportal.seldom import Seldom
from thanxportal.store_address import in_stores
from thanxportal.stored_files import StoreFails, delete_leftovers, on_this_machine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once", "bucket")]
CSV = b"Email,Name\nann@example.com,Ann\n"
HOUR = 3600


def keys(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


def content(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


@pytest.fixture
def arriving(settings: Any, tmp_path: Path) -> Path:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "arriving"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    return tmp_path / "arriving"


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on, nobody reaches the store."""

    def fails(*args: object, **named: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://store.example.com")

    return lambda: monkeypatch.setattr("botocore.client.BaseClient._make_api_call", fails)


def test_a_list_is_read_from_the_store_and_no_copy_stays(one_arm: Campaign, bucket: Any, arriving: Path) -> None:
    guest_list = create_list(campaign=one_arm, name="June", content=ContentFile(CSV, "guests.csv"), actor=None)
    drive_due_work()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.guests.get().value) == ("checked", "ann@example.com")
    assert keys(bucket) == [f"portal/lists/{guest_list.uuid}.csv"]
    assert list(arriving.iterdir()) == []


def test_the_copy_is_private_may_be_jumped_about_in_and_goes_whatever_happens(arriving: Path) -> None:
    name = default_storage.save("lists/book.xlsx", ContentFile(b"0123456789"))
    with suppress(RuntimeError), on_this_machine(name) as path:
        assert (path.parent, path.suffix) == (arriving, ".xlsx")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open("rb") as file:
            file.seek(8)
            assert file.read() == b"89"
        raise RuntimeError
    assert list(arriving.iterdir()) == []


def test_what_a_killed_process_left_behind_goes_within_a_day(arriving: Path) -> None:
    for name, age in (("old", 23 * HOUR + 60), ("new", 22 * HOUR)):
        (arriving / name).write_bytes(b"ann@example.com")
        os.utime(arriving / name, (time.time() - age,) * 2)
    assert delete_leftovers() == 1
    assert [path.name for path in arriving.iterdir()] == ["new"]


def test_a_large_file_is_read_from_the_disk_and_not_stored_in_parts_that_could_stay_behind(
    bucket: Any, arriving: Path
) -> None:
    name = default_storage.save("lists/large.csv", ContentFile(b"x" * 20_000_000))
    assert not list(bucket.multipart_uploads.all())
    assert "-" not in bucket.Object(f"portal/{name}").e_tag, "no parts"
    with closing(default_storage.open(name)) as stored:
        assert stored.file._rolled, "on the disk"
        assert sum(map(len, stored.chunks())) == 20_000_000


def test_no_two_files_have_one_name() -> None:
    names = [default_storage.save("repairs/same", ContentFile(each)) for each in (b"one", b"two")]
    assert len({*names}) == 2
    assert [content(name) for name in names] == [b"one", b"two"]


def test_a_file_goes_a_day_after_it_was_read_and_what_no_list_names_as_well(
    one_arm: Campaign, world: World, bucket: Any, arriving: Path
) -> None:
    guest_list = create_list(campaign=one_arm, name="June", content=ContentFile(CSV, "guests.csv"), actor=None)
    default_storage.save("repairs/left-behind", ContentFile(b"ann@example.com"))
    drive_due_work()
    world.advance(22 * HOUR)
    assert delete_old_uploads() == 0
    world.advance(2 * HOUR)
    assert delete_old_uploads() == 2
    assert keys(bucket) == []
    guest_list.refresh_from_db()
    assert guest_list.file == ""


def test_an_export_is_loaded_from_the_store(one_arm: Campaign, bucket: Any, arriving: Path) -> None:
    checked(one_arm, "ann@example.com")
    export = bring(one_arm.merchant, lines(MEMBERSHIPS, ANN), "memberships.csv")
    drive_due_work()
    load_due_exports()
    export.refresh_from_db()
    assert (export.state, export.rows_count, export.kept_count) == ("loaded", 1, 1)
    again = bring(one_arm.merchant, lines(MEMBERSHIPS, ANN), "memberships.csv")
    assert again.pk == export.pk
    assert len([key for key in keys(bucket) if "exports/" in key]) >= 1


def test_while_the_store_is_away_a_list_waits_and_no_crash_is_counted(
    one_arm: Campaign, world: World, arriving: Path, away: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    guest_list = create_list(campaign=one_arm, name="June", content=ContentFile(CSV, "guests.csv"), actor=None)
    with monkeypatch.context() as outage:
        outage.setattr("botocore.client.BaseClient._make_api_call", _raises)
        for _ in range(7):
            assert drive_due_work() == 1
            world.advance(130)
        guest_list.refresh_from_db()
        assert (guest_list.state, guest_list.crash_count) == ("reading", 0)
    drive_due_work()
    guest_list.refresh_from_db()
    assert guest_list.state == "checked"


def _raises(*args: object, **named: object) -> None:
    raise EndpointConnectionError(endpoint_url="https://store.example.com")


def test_who_brings_a_list_while_the_store_is_away_is_told_and_nothing_is_kept(
    one_arm: Campaign, bea: User, client_of: Callable[[User], Client], away: Callable[[], None]
) -> None:
    away()
    url = reverse("issuance:list_new", args=[one_arm.merchant.handle, one_arm.pk])
    file = SimpleUploadedFile("guests.csv", CSV)
    answer = client_of(bea).post(url, {"name": "June", "file": file})
    assert answer.status_code == 422
    assert StoreFails.sentence in answer.content.decode()
    assert not GuestList.objects.exists()


def test_who_brings_an_export_while_the_store_is_away_is_told(
    one_arm: Campaign, ana: User, client_of: Callable[[User], Client], away: Callable[[], None]
) -> None:
    away()
    url = reverse("issuance:exports", args=[one_arm.merchant.handle])
    answer = client_of(ana).post(url, {"file": SimpleUploadedFile("memberships.csv", lines(MEMBERSHIPS, ANN).encode())})
    assert answer.status_code == 422
    assert StoreFails.sentence in answer.content.decode()
    assert not ExportFile.objects.exists()


def test_readiness_names_a_store_that_is_away(away: Callable[[], None]) -> None:
    assert readiness._storage() == "ok"
    away()
    assert readiness._storage() == "unwritable"


def versioning(bucket: Any, status: str) -> None:
    client = bucket.meta.client
    client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": status})


def test_a_bucket_that_keeps_what_is_deleted_is_refused_until_it_no_longer_does(
    bucket: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOADS_URL = "s3://portal-uploads/portal?region=us-east-1"
    monkeypatch.setattr(setup, "call_command", lambda *args, **options: None)
    said = StringIO()
    versioning(bucket, "Enabled")
    assert readiness._storage() == "versioned"
    with pytest.raises(CommandError, match=r"The bucket of UPLOADS_URL has versioning on, so deleted files of guests"):
        call_command("setup", ask=False, administrator="sam@example.com")
    assert not User.objects.exists()
    versioning(bucket, "Suspended")
    assert readiness._storage() == "ok"
    call_command("setup", ask=False, administrator="sam@example.com", stdout=said, stderr=said)
    assert "versioning" not in said.getvalue()


def test_a_bucket_of_exports_must_forget_as_well(bucket: Any, settings: Any) -> None:
    bucket.meta.client.create_bucket(Bucket="exports")
    settings.STORAGES = settings.STORAGES | in_stores(exports="s3://exports?region=us-east-1")
    assert readiness._storage() == "ok"
    versioning(storages["exports"].bucket, "Enabled")
    assert readiness._storage() == "versioned"


def test_a_store_that_doesnt_tell_is_used_and_who_sets_it_up_is_told(
    bucket: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOADS_URL = "s3://portal-uploads/portal?region=us-east-1"
    monkeypatch.setattr(setup, "call_command", lambda *args, **options: None)

    def refuses(**named: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetBucketVersioning")

    monkeypatch.setattr(default_storage.connection.meta.client, "get_bucket_versioning", refuses)  # type: ignore[attr-defined]
    said = StringIO()
    call_command("setup", ask=False, administrator="sam@example.com", stdout=said, stderr=said)
    assert "The store of UPLOADS_URL doesn't tell whether it keeps deleted files." in said.getvalue()
    assert readiness._storage() == "ok"


def test_the_bucket_is_made_once(bucket: Any) -> None:
    default_storage.make_bucket()  # type: ignore[attr-defined]
    default_storage.save("lists/one.csv", ContentFile(CSV))
    for key in keys(bucket):
        bucket.Object(key).delete()
    bucket.delete()
    with pytest.raises(OSError, match="NoSuchBucket"):
        default_storage.save("lists/one.csv", ContentFile(CSV))
    default_storage.make_bucket()  # type: ignore[attr-defined]
    default_storage.save("lists/one.csv", ContentFile(CSV))


def test_what_is_missing_is_missing_as_in_a_folder() -> None:
    for look in (default_storage.open, default_storage.size, default_storage.get_modified_time):
        with pytest.raises(FileNotFoundError):
            look("lists/none.csv")
    default_storage.delete("lists/none.csv")


def test_a_restore_is_noticed_on_every_machine(one_arm: Campaign, launched: Any, world: World, bucket: Any) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    sent = Credential.current()
    assert keys(bucket)[-1] == f"portal/sent/{sent.uuid}/1"
    assert not sending_is_paused()
    Credential.objects.update(sent_count=0)
    assert sending_is_paused()


def test_the_shared_mark_only_rises_whoever_comes_late_or_brings_old_ones_back(bucket: Any) -> None:
    assert read_shared_mark("one") == 0
    for number in (3, 2, 12, 5):
        raise_shared_mark("one", number)
    assert read_shared_mark("one") == 12
    assert keys(bucket) == ["portal/sent/one/12"]
    bucket.put_object(Key="portal/sent/one/3", Body=b"")  # as a restored backup of the bucket would
    assert read_shared_mark("one") == 12


def test_a_mark_that_cannot_be_reached_stops_no_reward(
    one_arm: Campaign, launched: Any, world: World, away: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    sending_pauses.seldom = Seldom(sending_pauses.log)  # Another test may have told of the same trouble.
    guest_list = launched(one_arm, "a@example.com")
    away()
    world.drive()
    guest_list.refresh_from_db()
    assert guest_list.state == "finished"
    assert "restored backup" in caplog.text
