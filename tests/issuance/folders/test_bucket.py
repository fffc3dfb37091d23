"""A part of a bucket is read as a folder is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from issuance.folders import taking
from issuance.folders.dropped import A_FOLDER
from issuance.models import FolderFile, GuestList, WatchedFolder
from issuance.worker.due_work import drive_due_work
from tests.issuance.folders.dropping import GUESTS, log
from thanxportal.queues import READING
from thanxportal.store_address import in_stores
from thanxportal.stored_files import stores_of_guests

pytestmark = pytest.mark.django_db
Put = Callable[..., None]
YEARS = 10**9  # seconds


@pytest.fixture
def put(settings: Any, bucket: Any, watched: WatchedFolder, monkeypatch: pytest.MonkeyPatch) -> Put:
    settings.GUESTS_FOLDER = "s3://portal-uploads/drop?region=us-east-1"
    settings.STORAGES = settings.STORAGES | in_stores(guests=settings.GUESTS_FOLDER)
    monkeypatch.setattr(taking, "QUIET", -YEARS)
    return lambda name, content=GUESTS: bucket.put_object(Key=f"drop/{watched.path}/{name}", Body=content.encode())


def look() -> int:
    WatchedFolder.objects.update(look_at="2000-01-01T00:00Z")
    return drive_due_work(kinds=(READING,))


def keys(bucket: Any) -> list[str]:
    """What lies in the folder, without the times and numbers."""
    prefix = f"drop/{WatchedFolder.objects.get().path}/"
    left = [each.key.removeprefix(prefix) for each in bucket.objects.filter(Prefix="drop/")]
    return sorted("/".join(part.split("-", 2)[-1] for part in key.split("/")) for key in left)


def test_objects_become_lists_once_each(put: Put, bucket: Any) -> None:
    for name in ("june.csv", "again.csv", "guests.pdf", "new.csv.part", "deeper/july.csv", ""):
        put(name)
    assert look() == look() == 0
    assert GuestList.objects.get().ready_count == 2
    assert keys(bucket) == [
        "", "deeper/july.csv", "done/again.csv", "done/june.csv", "new.csv.part", "refused/guests.pdf"
    ]  # fmt: skip
    FolderFile.objects.update(delete_at="2000-01-01T00:00Z")
    look()
    assert keys(bucket) == ["", "deeper/july.csv", "new.csv.part"]
    assert [line for line in log() if line[0] == "deeper"] == [("deeper", "Refused", A_FOLDER)]


def test_keys_that_look_like_ways_elsewhere_are_names(put: Put, bucket: Any) -> None:
    for name in ("..", "a\\..\\b.csv", "%2e%2e%2fjune.csv", "a\nb.csv"):
        put(name, f"Email\n{len(name)}@example.com\n")
    bucket.put_object(Key="drop/sunny-side-coffee/campaign-1/june.csv", Body=b"Email\nzoe@example.com\n")
    look()
    made = sorted(GuestList.objects.values_list("name", flat=True))
    assert made == ["%2e%2e%2fjune", "a_.._b", "a_b"]
    assert "drop/sunny-side-coffee/campaign-1/june.csv" in [each.key for each in bucket.objects.all()]


def test_too_large_an_object_is_not_fetched(put: Put, settings: Any) -> None:
    settings.MAX_LIST_BYTES = 10
    put("june.csv")
    look()
    assert [said[1] for said in log()] == ["Refused"]


def test_what_takes_the_place_of_an_object_meanwhile_comes_next(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("june.csv")
    noted = taking._noted

    def replaced(*args: Any, **named: Any) -> FolderFile:
        put("june.csv", "Email\nzoe@example.com\n")
        return noted(*args, **named)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(taking, "_noted", replaced)
        look()
    look()
    assert GuestList.objects.count() == 2


def test_what_takes_its_place_while_it_is_moved_leaves_no_copy_behind(
    put: Put, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("june.csv")
    make = BaseClient._make_api_call

    def replaced(client: Any, operation: str, arguments: Any) -> Any:
        answer = make(client, operation, arguments)
        if operation == "CopyObject":
            monkeypatch.setattr(BaseClient, "_make_api_call", make)
            put("june.csv", "Email\nzoe@example.com\n")
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", replaced)
    look()
    assert keys(bucket) == ["june.csv"]
    look()
    assert keys(bucket) == ["done/june.csv"]
    assert GuestList.objects.count() == 2


def test_the_bucket_is_asked_whether_it_keeps_what_is_deleted(put: Put) -> None:
    assert "GUESTS_FOLDER" in stores_of_guests()


def test_a_bucket_that_does_not_answer_is_said_on_the_page_and_nothing_is_lost(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **named: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://store.example.com")

    put("june.csv")
    with monkeypatch.context() as away:
        away.setattr("botocore.client.BaseClient._make_api_call", fails)
        look()
    assert WatchedFolder.objects.get().trouble == "StoreFails"
    look()
    assert WatchedFolder.objects.get().trouble == ""
    assert GuestList.objects.count() == 1
