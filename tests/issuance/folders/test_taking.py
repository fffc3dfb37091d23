"""Files in a folder become lists once each, whatever happens to them and to whoever takes them."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.folders import taking
from issuance.folders.dropped import A_FOLDER
from issuance.folders.machine_folder import MachineFolder
from issuance.folders.watching import end_folder, watch_folder
from issuance.launching.discarding import discard_list
from issuance.models import Event, FolderFile, Guest, GuestList, WatchedFolder
from issuance.privacy.emptying import delete_upload
from issuance.worker.due_work import drive_due_work
from tests.issuance.factories import published_campaign
from tests.issuance.folders.dropping import GUESTS, Drop, log
from thanxportal.accounts.models import Activity, Merchant, Notification, User
from thanxportal.queues import READING
from thanxportal.seldom import Seldom

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As a worker that dies."""


def test_a_link_leads_nowhere_wherever_it_points(drop: Drop, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("Email\neve@example.com\n")
    other = root / "sunny-side-coffee" / "campaign-1"
    other.mkdir(parents=True)
    (other / "theirs.csv").write_text("Email\nzoe@example.com\n")
    (drop.folder / "a.csv").symlink_to(secret)
    (drop.folder / "b.csv").symlink_to("../../sunny-side-coffee/campaign-1/theirs.csv")
    os.link(other / "theirs.csv", drop.folder / "c.csv")
    (drop.folder / "d.csv").symlink_to("/dev/zero")
    assert drop.look() == 0
    assert not GuestList.objects.exists()
    assert drop.left == []
    assert drop.inside("refused") == ["a.csv", "b.csv", "c.csv", "d.csv"]
    assert {said[1:] for said in log()} == {
        ("Refused", "This isn’t a file of its own but a link or a device. Copy the file itself into the folder.")
    }
    assert secret.read_text()
    assert (other / "theirs.csv").read_text()


def test_what_is_no_file_stops_nobody(drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(drop.folder / "pipe.csv")
    monkeypatch.chdir(drop.folder)  # Addresses of sockets are short.
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.csv")
        (drop.folder / "folder.csv").mkdir()
        drop.put("june.csv")
        assert drop.look() == 0
    assert drop.inside("refused") == ["pipe.csv", "socket.csv"]
    assert drop.inside("done") == ["june.csv"]
    assert (drop.folder / "folder.csv").is_dir()


def test_a_stalled_upload_that_goes_on_after_it_was_taken_comes_back_whole(
    drop: Drop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "log", Seldom(logging.getLogger("folders")))  # Another test may have told of the same.
    with drop.put("june.csv").open("a") as writing:
        drop.look()
        writing.write("cid@example.com,Cid\n")
        writing.flush()
        for _ in range(3):
            drop.look()
    assert [made.ready_count for made in GuestList.objects.order_by("pk")] == [2, 3]
    assert "was written to after it was taken" in caplog.text
    assert drop.left == []


def test_files_that_can_not_be_taken_stop_no_other(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(15):
        drop.put(f"a{number}.csv", f"Email\nguest{number}@example.com\n")
    drop.put("june.csv")
    copy = MachineFolder.copy

    def fails(self: MachineFolder, name: str, target: Any) -> Any:
        if name.startswith("a"):
            raise OSError(5, "Input/output error")
        return copy(self, name, target)

    monkeypatch.setattr(MachineFolder, "copy", fails)
    drop.look()
    assert drop.inside("done") == ["june.csv"]
    assert WatchedFolder.objects.get().trouble == "OSError"


@pytest.mark.parametrize(
    ("name", "content", "why"), [("june.csv", GUESTS, "was discarded"), ("june.xlsx", "PK\x03\x04", "can’t be read")]
)
def test_a_file_that_came_in_vain_says_so_when_it_comes_again(
    name: str, content: str, why: str, drop: Drop, ana: User
) -> None:
    drop.put(name, content)
    drop.look()
    discard_list(guest_list=GuestList.objects.get(), actor=None)
    drop.put(name, content)
    drop.look()
    said = f"The same file came before as “june”, whose list {why}. Change the file."
    assert log()[-1] == (name, "Refused", said)
    assert Notification.objects.filter(person=ana, sentence__contains="can’t be taken").exists()
    assert GuestList.objects.count() == 1


def test_a_handle_that_changes_at_thanx_cuts_no_folder_off(drop: Drop, harbor: Merchant) -> None:
    drop.put("june.csv")
    Merchant.objects.filter(pk=harbor.pk).update(handle="harbor-grill-2")
    drop.look()
    assert GuestList.objects.count() == 1


def test_what_is_to_be_deleted_and_not_found_is_sought_for_a_week(drop: Drop) -> None:
    drop.put("june.csv")
    drop.look()
    (taken,) = (drop.folder / "done").iterdir()
    away = taken.rename(drop.folder.parent / "away.csv")
    FolderFile.objects.update(delete_at=timezone.now())
    drop.look()
    assert FolderFile.objects.kept().count() == 1, "Its disk may come back."
    away.rename(taken)
    drop.look()
    assert (FolderFile.objects.kept().count(), taken.exists()) == (0, False)


@pytest.mark.parametrize("place", ["", "done", "refused"])
def test_a_folder_that_became_a_link_is_used_by_nobody(place: str, drop: Drop, tmp_path: Path) -> None:
    drop.put("june.csv")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "theirs.csv").write_text(GUESTS)
    linked = drop.folder / place
    if not place:
        drop.folder.rename(tmp_path / "moved")
    linked.with_name(linked.name).symlink_to(elsewhere)
    WatchedFolder.objects.update(look_at="2000-01-01T00:00Z")
    taking.look_into(WatchedFolder.objects.get().pk)
    assert not GuestList.objects.exists()
    assert os.listdir(elsewhere) == ["theirs.csv"]
    folder = WatchedFolder.objects.get()
    assert (folder.trouble, folder.said) == ("NotADirectoryError", ("Can’t be read", "bad"))


def test_a_folder_inside_is_named_once_and_nothing_of_it_is_taken(drop: Drop, ana: User) -> None:
    for name in ("2026", ".hidden"):
        (drop.folder / name).mkdir()
        (drop.folder / name / "june.csv").write_text(GUESTS)
    for _ in range(3):
        drop.look()
    assert log() == [("2026", "Refused", A_FOLDER)]
    assert Notification.objects.filter(person=ana, sentence__contains="This is a folder.").count() == 1
    assert not GuestList.objects.exists()
    assert (drop.folder / "2026" / "june.csv").exists()


def test_managers_are_told_once_a_day_of_a_folder_that_can_not_be_used(
    drop: Drop, ana: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> None:
        raise OSError(5, "Input/output error")

    told = Notification.objects.filter(sentence__startswith="The portal can’t use the folder of “Coffee for")
    with monkeypatch.context() as broken:
        broken.setattr(MachineFolder, "whole_files", fails)
        drop.look()
        assert not told.exists(), "It may be a moment's."
        for _ in range(3):
            drop.look()
    assert [each.person for each in told] == [ana]
    drop.put("june.csv")
    drop.look()
    assert (WatchedFolder.objects.get().trouble, GuestList.objects.count()) == ("", 1)


def test_a_file_that_somebody_still_writes_waits(drop: Drop) -> None:
    new = drop.put("june.csv")
    old = drop.put("may.csv", "Email\ncid@example.com\n")
    os.utime(old, (0, 0))  # As programs do that keep the time of what they copy.
    for name in ("june.csv.part", ".june.csv", "~june.csv", "June.TMP"):
        drop.put(name)
    drop.look(quiet=60)
    assert not GuestList.objects.exists()
    drop.look()
    assert new.exists() is False
    assert drop.left == [".june.csv", "June.TMP", "june.csv.part", "~june.csv"]
    assert GuestList.objects.count() == 2


def test_a_file_that_claims_to_be_of_next_year_is_taken_all_the_same(drop: Drop) -> None:
    path = drop.put("june.csv")
    next_year = time.time() + 365 * 86_400
    os.utime(path, (next_year, next_year))
    drop.look()
    assert (drop.left, drop.inside("done")) == ([], ["june.csv"])
    drop.look()
    assert GuestList.objects.count() == 1


def test_a_file_that_grows_while_it_is_copied_is_left_until_it_is_whole(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = drop.put("june.csv"), os.fstat
    seen: list[int] = []

    def fstat(descriptor: int) -> os.stat_result:
        seen.append(descriptor)
        if seen.count(descriptor) == 2 and path.exists():
            with path.open("a") as more:
                more.write("dan@example.com,Dan\n")
        return real(descriptor)

    monkeypatch.setattr("issuance.folders.machine_folder.os.fstat", fstat)
    drop.look()
    monkeypatch.setattr("issuance.folders.machine_folder.os.fstat", real)
    assert (GuestList.objects.count(), FolderFile.objects.count(), path.exists()) == (0, 0, True)
    drop.look()
    assert GuestList.objects.get().ready_count == 3


def test_what_takes_the_place_of_a_file_while_it_is_taken_comes_next(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("june.csv")
    noted = taking._noted

    def replaced(*args: Any, **named: Any) -> FolderFile:
        (drop.folder / "june.csv").unlink(missing_ok=True)
        drop.put("june.csv", "Email\ncid@example.com\n")
        return noted(*args, **named)

    monkeypatch.setattr(taking, "_noted", replaced)
    drop.look()
    monkeypatch.setattr(taking, "_noted", noted)
    drop.look()
    assert sorted(Guest.objects.values_list("value", flat=True)) == [
        "ann@example.com", "bob@example.com", "cid@example.com",
    ]  # fmt: skip
    assert drop.left == []


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "This file is empty. Export it again."), (b"x" * 2_000, "This file has 2.0\xa0KB; a list can have 1000")],
)
def test_files_of_no_use_are_refused_before_they_are_read(
    content: bytes, why: str, drop: Drop, settings: Any, ana: User
) -> None:
    settings.MAX_LIST_BYTES = 1_000
    drop.put("june.csv", content)
    drop.look()
    ((name, state, problem),) = log()
    assert (name, state, problem.startswith(why)) == ("june.csv", "Refused", True)
    told = Notification.objects.get(person=ana)
    assert told.sentence.startswith("“june.csv” in the folder of “Coffee for everybody” can’t be taken. This file")


def test_a_sparse_file_of_terabytes_costs_nothing(drop: Drop) -> None:
    with drop.put("june.csv").open("r+b") as file:
        file.truncate(2**42)
    drop.look()
    assert log()[0][1] == "Refused"


def test_what_is_no_table_says_what_it_is(drop: Drop) -> None:
    drop.put("guests.pdf", b"%PDF")
    drop.look()
    assert log() == [
        ("guests.pdf", "Refused", "This is a PDF document. Save your list as CSV or Excel (.xlsx) and bring that file.")
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb\x07\x1b[31m.csv", "a_b__[31m.csv"),
        ("\u202egnp.csv", "_gnp.csv"),
        (b"caf\xe9.csv", "caf_.csv"),
        ("ann@example.com.csv", "[email]"),
        ("é" * 120 + ".csv", "é" * 73 + ".csv"),
        ("-rf *.csv", "-rf *.csv"),
        ("..csv..csv", ""),
    ],
)
def test_odd_names_are_shown_and_kept_without_what_is_odd(name: str | bytes, shown: str, drop: Drop) -> None:
    path = os.path.join(os.fsencode(drop.folder), name if isinstance(name, bytes) else name.encode())
    with open(path, "wb") as file:
        file.write(GUESTS.encode())
    drop.look()
    assert [file.name for file in FolderFile.objects.all()] == ([shown] if shown else [])
    assert drop.inside("done") == ([shown] if shown else [])


def test_the_same_bytes_make_one_list_whatever_they_are_called(drop: Drop) -> None:
    for name in ("june.csv", "june.csv", "copy of june.csv"):
        drop.put(name)
        drop.look()
    made = GuestList.objects.get()
    assert (made.name, made.state, made.created_by, made.ready_count) == ("june", "checked", None, 2)
    assert [said[1] for said in log()] == ["Ready for review", "Came before", "Came before"]
    assert drop.inside("done") == ["copy of june.csv", "june.csv", "june.csv"]


def test_lists_say_where_they_come_from(drop: Drop) -> None:
    drop.put("june.csv")
    drop.look()
    line = Activity.objects.filter(target=GuestList.objects.get().target).get()
    assert line.actor is None
    assert line.sentence == (
        "Added the guest list “june” to “Coffee for everybody”. By “Folder of Coffee for everybody”."
    )
    assert Event.objects.filter(note="Brought by “Folder of Coffee for everybody”.").count() == 1


@pytest.mark.parametrize("step", ["_list_of", "_noted", "move", "moved"])
@pytest.mark.parametrize("after", [False, True])
def test_who_dies_at_any_step_has_lost_nothing_and_nothing_comes_twice(
    step: str, after: bool, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {
        "move": "issuance.folders.machine_folder.MachineFolder.move",
        "moved": "issuance.models.folders.FolderFileQuerySet.update",
    }
    drop.put("june.csv")
    with monkeypatch.context() as deadly:
        dying_at(places.get(step, f"issuance.folders.taking.{step}"), after, deadly)
        with pytest.raises(Killed):
            drop.look()
    drop.look()
    assert GuestList.objects.count() == FolderFile.objects.count() == 1
    assert Guest.objects.count() == 2
    assert (drop.left, drop.inside("done")) == ([], ["june.csv"])
    drop.put("june.csv")
    drop.look()
    assert GuestList.objects.count() == 1


def dying_at(place: str, after: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _, name = place.rpartition(".")
    owner: Any = resolve_name(path)
    real: Callable[..., Any] = getattr(owner, name)

    def dies(*args: Any, **named: Any) -> Any:
        if after:
            real(*args, **named)
        raise Killed

    monkeypatch.setattr(owner, name, dies)


def test_two_workers_at_once_bring_a_file_once(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second comes while the first has copied the file."""
    drop.put("june.csv")
    list_of, folder = taking._list_of, WatchedFolder.objects.get()

    def second(*args: Any, **named: Any) -> GuestList:
        monkeypatch.setattr(taking, "_list_of", list_of)
        WatchedFolder.objects.update(look_at="2000-01-01T00:00Z")
        taking.look_into(folder.pk)
        return list_of(*args, **named)

    monkeypatch.setattr(taking, "_list_of", second)
    drop.look()
    assert GuestList.objects.count() == 1
    assert drop.inside("done") == ["june.csv"]
    assert [said[1] for said in log()] == ["Ready for review"]


def test_a_file_that_nobody_may_move_stays_and_makes_one_list_however_often_it_is_seen(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drop.put("june.csv")

    def refuse(*args: Any, **named: Any) -> None:
        raise PermissionError

    monkeypatch.setattr("issuance.folders.machine_folder.os.rename", refuse)
    for _ in range(3):
        drop.look()
    assert (GuestList.objects.count(), FolderFile.objects.count(), drop.left) == (1, 1, ["june.csv"])
    assert WatchedFolder.objects.get().trouble == "PermissionError"
    assert "PermissionError" in caplog.text
    assert "june" not in caplog.text


def test_a_file_that_the_portal_may_not_read_is_put_aside(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("june.csv")
    real = os.open

    def refuse(path: Any, *args: Any, **named: Any) -> int:
        if path == "june.csv":
            raise PermissionError
        return real(path, *args, **named)

    monkeypatch.setattr("issuance.folders.machine_folder.os.open", refuse)
    drop.look()
    assert log()[0][2].startswith("The portal isn’t allowed to read this file.")


def test_files_of_another_merchant_and_of_nobody_stay_where_they_are(
    drop: Drop, root: Path, sunny: Merchant, cleo: User
) -> None:
    theirs = watch_folder(campaign=published_campaign(sunny), actor=cleo, path="/")
    places = [root / sunny.handle / f"campaign-{WatchedFolder.objects.all()[0].campaign_id}", root / "nobody", root]
    for number, place in enumerate(places):
        place.mkdir(parents=True, exist_ok=True)
        (place / "june.csv").write_text(f"Email\nguest{number}@example.com\n")
    (root / theirs.path).mkdir(parents=True)
    (root / theirs.path / "june.csv").write_text("Email\nzoe@example.com\n")
    drop.look()
    made = GuestList.objects.get()
    assert (made.merchant, made.campaign) == (sunny, theirs.campaign)
    assert all((place / "june.csv").exists() for place in places)


def test_a_handle_that_is_a_way_elsewhere_opens_nothing(drop: Drop) -> None:
    drop.put("june.csv")
    WatchedFolder.objects.update(path="../harbor-grill/campaign-1")
    drop.look()
    assert not GuestList.objects.exists()
    assert WatchedFolder.objects.get().trouble == "OSError"


def test_a_campaign_that_has_ended_takes_no_file_and_loses_none(drop: Drop, one_arm: Campaign) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at="2020-01-01T00:00Z")
    drop.put("june.csv")
    drop.look()
    assert log() == [("june.csv", "Refused", "“Coffee for everybody” has ended, so it takes no guests.")]
    assert drop.inside("refused") == ["june.csv"]


def test_nothing_is_taken_from_a_folder_that_was_ended_but_what_was_taken_goes(drop: Drop, ana: User) -> None:
    drop.put("june.csv")
    drop.look()
    folder = WatchedFolder.objects.get()
    assert end_folder(folder=folder, actor=ana, path="/")
    assert not end_folder(folder=folder, actor=ana, path="/")
    drop.put("july.csv", "Email\ncid@example.com\n")
    FolderFile.objects.update(delete_at="2000-01-01T00:00Z")
    drop.look()
    assert (drop.left, drop.inside("done"), GuestList.objects.count()) == (["july.csv"], [], 1)
    assert not WatchedFolder.objects.due().exists()


def test_files_that_were_taken_go_as_uploads_do_and_the_log_stays(drop: Drop) -> None:
    drop.put("june.csv")
    drop.put("may.csv", b"")
    drop.look()
    FolderFile.objects.update(delete_at="2000-01-01T00:00Z")
    drop.look()
    assert (drop.inside("done"), drop.inside("refused")) == ([], [])
    assert FolderFile.objects.filter(delete_at=None).count() == 2


def test_a_file_goes_from_its_folder_with_the_upload_that_it_became(drop: Drop) -> None:
    drop.put("june.csv")
    drop.look()
    assert delete_upload(GuestList.objects.get())
    drop.look()
    assert drop.inside("done") == []


def test_a_store_of_uploads_that_is_away_loses_no_file(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("june.csv")

    def away(*args: Any, **named: Any) -> None:
        raise OSError("away")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("django.core.files.storage.FileSystemStorage._save", away)
        drop.look()
    assert (drop.left, FolderFile.objects.count(), GuestList.objects.count()) == (["june.csv"], 0, 0)
    drop.look()
    assert GuestList.objects.get().ready_count == 2


def test_new_folders_are_for_whom_the_root_is_for(watched: WatchedFolder, root: Path) -> None:
    root.chmod(0o2770)
    taking.look_into(watched.pk)
    for place in (root / watched.path, root / watched.path / "done"):
        assert place.stat().st_mode & 0o7777 == 0o2770


def test_without_the_setting_nobody_looks(watched: WatchedFolder, settings: Any) -> None:
    settings.GUESTS_FOLDER = ""
    drive_due_work(kinds=(READING,))
    watched.refresh_from_db()
    assert watched.looked_at is None


def test_a_file_whose_columns_are_unclear_waits_for_a_person_once(drop: Drop, ana: User) -> None:
    drop.put("june.csv", "a,b\nann@example.com,bob@example.com\ncid@example.com,dan@example.com\n")
    drop.look()
    assert GuestList.objects.get().state == "mapping"
    assert Notification.objects.filter(person=ana, kind="list_unread").count() == 1
