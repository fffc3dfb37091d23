"""A list from a folder starts without a person only if nothing is there that one would have to look at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from issuance.folders import deciding
from issuance.folders.watching import ENDED, end_folder, watch_folder
from issuance.importing.mapping import choose_columns
from issuance.launching.launch import launch_list, stop_list
from issuance.models import FolderFile, GuestList, WatchedFolder
from issuance.models.states import ListState
from tests import cast
from tests.issuance.factories import known_at_thanx, read
from tests.issuance.folders.dropping import GUESTS, Drop
from tests.world import World
from thanxportal.accounts.confirming import confirm
from thanxportal.accounts.merchant_settings import change_settings
from thanxportal.accounts.models import Activity, Membership, Merchant, Role, User
from thanxportal.partner_simulator import Simulator

pytestmark = pytest.mark.django_db


def brought(drop: Drop, content: str | bytes = GUESTS, name: str = "june.csv") -> GuestList:
    drop.put(name, content)
    drop.look()
    return GuestList.objects.latest("pk")


def doubts() -> list[str]:
    file = FolderFile.objects.latest("pk")
    assert not file.undecided
    return list(file.doubts)


def test_without_a_word_of_the_merchant_every_list_waits(drop: Drop) -> None:
    assert brought(drop).state == "checked"
    assert doubts() == []


@pytest.mark.usefixtures("alone")
def test_a_list_of_which_nothing_is_to_be_said_starts_as_a_person_would_start_it(drop: Drop, ana: User) -> None:
    made = brought(drop)
    assert (made.state, made.launched_by, made.created_by) == ("held", ana, None)
    assert made.held_until is not None
    assert made.held_until > timezone.now()
    line = Activity.objects.filter(sentence__startswith="Launched").get()
    assert (line.actor, line.sentence) == (
        None, "Launched “june”: 2 rewards. By “Folder of Coffee for everybody”.",
    )  # fmt: skip


@pytest.mark.usefixtures("alone")
def test_its_guests_are_rewarded_once_however_often_the_file_comes(
    drop: Drop, world: World, simulator: Simulator
) -> None:
    for _ in range(2):
        brought(drop)
        world.drive()
    made = GuestList.objects.get()
    assert (made.state, made.rewarded_count) == ("finished", 2)


@pytest.mark.usefixtures("alone")
def test_a_question_waits_for_a_person_also_once_it_is_answered(drop: Drop, ana: User) -> None:
    made = brought(drop, "a,b\nann@example.com,bob@example.com\ncid@example.com,dan@example.com\n")
    assert made.state == ListState.MAPPING
    assert doubts()[0] == deciding.ASKED
    choose_columns(guest_list=made, actor=ana, email=0)
    assert read(made).state == "checked"
    drop.look()
    made.refresh_from_db()
    assert made.state == "checked"


@pytest.mark.usefixtures("alone")
def test_columns_that_somebody_chose_before_are_no_question(drop: Drop, ana: User) -> None:
    first = brought(drop, "a,b\nann@example.com,bob@example.com\ncid@example.com,dan@example.com\n")
    choose_columns(guest_list=first, actor=ana, email=0)
    read(first)
    second = brought(drop, "a,b\neve@example.com,fay@example.com\ngus@example.com,hal@example.com\n", "july.csv")
    assert (second.state, doubts()) == ("held", [])
    assert sorted(second.guests.values_list("value", flat=True)) == ["eve@example.com", "gus@example.com"]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("bad", "state"), [(1, "held"), (2, "checked")])
def test_hardly_any_row_may_be_invalid(bad: int, state: str, drop: Drop) -> None:
    rows = [f"guest{number}@example.com" for number in range(100 - bad)] + [f"nobody{number}" for number in range(bad)]
    made = brought(drop, "\n".join(["Email", *rows, ""]))
    assert (made.rows_count, made.invalid_count, made.state) == (100, bad, state)
    assert doubts() == (["2 of 100 rows are invalid, which is more than 1%."] if bad == 2 else [])


@pytest.mark.usefixtures("alone")
def test_a_warning_of_the_reader_is_one(drop: Drop) -> None:
    made = brought(drop, "ann@example.com, bob@example.com, cid@example.com\n")
    assert made.file_info["warnings"]
    assert (made.state, doubts()) == ("checked", made.file_info["warnings"])


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_that_ends_within_its_last_row_waits(end: str, encoding: str, drop: Drop) -> None:
    rows = end.join(["Email,Name", *(f"guest{number}@example.com,Guest" for number in range(150)), "ann@example.co"])
    assert (brought(drop, rows.encode(encoding)).state, doubts()) == ("checked", [deciding.CUT_OFF])
    whole = f"{rows}m,Ann{end}".encode(encoding)
    assert (brought(drop, whole, "whole.csv").state, doubts()) == ("held", [])


@pytest.mark.usefixtures("alone")
def test_what_the_review_warns_of_or_forbids_waits(drop: Drop, one_arm: Campaign, harbor: Merchant) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(start_at=timezone.now() + timedelta(days=1))
    assert (brought(drop).state, doubts()) == ("checked", ["The campaign hasn’t started yet."])
    Merchant.objects.filter(pk=harbor.pk).update(withdrawn_at=timezone.now())
    assert brought(drop, "Email\nzoe@example.com\n", "may.csv").state == "checked"
    assert any("nothing can be issued" in doubt for doubt in doubts())


@pytest.mark.usefixtures("alone")
def test_guests_who_were_rewarded_before_are_left_out_and_a_list_of_nobody_else_waits(drop: Drop, world: World) -> None:
    brought(drop)
    world.drive()
    made = brought(drop, "Email\nann@example.com\n", "again.csv")
    assert (made.state, made.already_rewarded_count) == ("checked", 1)
    assert doubts()[0].startswith("Nobody in this list would get a reward.")


@pytest.mark.usefixtures("alone")
def test_above_the_threshold_an_approver_is_asked_who_is_not_the_one_who_answers_for_the_folder(
    drop: Drop, harbor: Merchant, abe: User
) -> None:
    Merchant.objects.filter(pk=harbor.pk).update(approval_threshold=3)
    assert brought(drop).state == "held"
    made = brought(drop, "Email\neve@example.com\nzoe@example.com\n", "july.csv")
    assert (made.state, made.launched_by_id) == ("awaiting_approval", WatchedFolder.objects.get().made_by_id)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("left", [{"role": Role.SENDER}, None])
def test_who_is_no_manager_any_more_starts_nothing(left: Any, drop: Drop, ana: User) -> None:
    mine = Membership.objects.filter(user=ana)
    if left:
        mine.update(**left)
    else:
        mine.delete()
    assert brought(drop).state == "checked"
    assert doubts() == [
        "ana@example.com, who set up the folder, is no manager any more. Another manager can take it over."
    ] or doubts() == ["Ana, who set up the folder, is no manager any more. Another manager can take it over."]


def test_a_word_of_the_merchant_counts_for_files_that_come_later(drop: Drop, harbor: Merchant) -> None:
    first = brought(drop)
    Merchant.objects.filter(pk=harbor.pk).update(launch_from_folders=True)
    drop.put("again.csv")
    drop.look()
    first.refresh_from_db()
    assert first.state == "checked"
    assert brought(drop, "Email\nzoe@example.com\n", "july.csv").state == "held"


@pytest.mark.usefixtures("alone")
def test_a_word_that_was_taken_back_meanwhile_counts(
    drop: Drop, harbor: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as unread:
        unread.setattr("issuance.worker.due_work.read_in_turn", lambda: 0)
        brought(drop)
    Merchant.objects.filter(pk=harbor.pk).update(launch_from_folders=False)
    drop.look()
    assert GuestList.objects.get().state == "checked"
    assert doubts() == ["Your settings no longer let lists from folders start without a person."]


@pytest.mark.usefixtures("alone")
def test_a_decision_that_fails_is_left_to_a_person_and_stops_nothing_else(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(**named: Any) -> None:
        raise RuntimeError("ann@example.com")

    with monkeypatch.context() as broken:
        broken.setattr(deciding, "launch_list", fails)
        drop.put("june.csv")
        assert drop.look() == 1
    assert drop.look() == 0
    assert (GuestList.objects.get().state, doubts()) == ("checked", [deciding.FAILED])
    assert "ann@" not in caplog.text


@pytest.mark.usefixtures("alone")
def test_a_decision_that_kills_its_worker_is_left_to_a_person_as_well(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(**named: Any) -> None:
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(deciding, "launch_list", dies)
        drop.put("june.csv")
        with pytest.raises(Killed):
            drop.look()
    assert drop.look() == 0
    assert (GuestList.objects.get().state, doubts()) == ("checked", [deciding.FAILED])


@pytest.mark.usefixtures("alone")
def test_a_folder_that_was_ended_starts_nothing_more(drop: Drop, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in ("before", "meanwhile"):
        with monkeypatch.context() as unread:
            unread.setattr("issuance.worker.due_work.read_in_turn", lambda: 0)
            made = brought(drop, f"Email\n{moment}@example.com\n", f"{moment}.csv")
        if moment == "before":
            end_folder(folder=WatchedFolder.objects.get(), actor=ana, path="/")
        else:
            WatchedFolder.objects.update(ended_at=timezone.now())
        drop.look()
        made.refresh_from_db()
        assert (made.state, doubts()) == ("checked", [ENDED])
        WatchedFolder.objects.update(ended_at=None)


@pytest.mark.usefixtures("alone")
def test_what_a_person_started_and_stopped_is_not_started_again(
    drop: Drop, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as undecided:
        undecided.setattr("issuance.worker.due_work.decide", lambda pk: None)
        made = brought(drop)
    assert launch_list(guest_list=made, token=made.confirm_token, actor=ana, hold=True)
    assert stop_list(guest_list=made, actor=ana)
    drop.look()
    made.refresh_from_db()
    assert (made.state, doubts()) == ("checked", ["Somebody started it before, or asked for approval."])


@pytest.mark.usefixtures("alone")
def test_a_second_worker_that_fails_says_nothing_of_what_was_launched(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = deciding._decide

    def decided_meanwhile(file: int) -> None:
        decide(file)
        raise RuntimeError

    monkeypatch.setattr(deciding, "_decide", decided_meanwhile)
    assert brought(drop).state == "held"
    assert doubts() == []
    decide(FolderFile.objects.get().pk)


@pytest.mark.usefixtures("alone")
def test_a_campaign_about_to_end_and_a_list_that_can_not_be_read_say_so(drop: Drop, one_arm: Campaign) -> None:
    soon = timezone.now() + timedelta(hours=20)
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=soon)
    assert brought(drop).state == "checked"
    assert "The campaign ends within a day." in doubts()
    assert brought(drop, "PK\x03\x04", "broken.xlsx").state == "unreadable"
    assert doubts() == [f"Its list is in another state: {GuestList.objects.latest('pk').label}."]


@pytest.mark.usefixtures("alone")
def test_a_person_who_was_faster_has_decided(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = deciding.checks_of

    def discards(made: GuestList, arms: Any) -> Any:
        GuestList.objects.filter(pk=made.pk).update(state=ListState.DISCARDED, ended_at=timezone.now())
        return checks(made, arms)

    monkeypatch.setattr(deciding, "checks_of", discards)
    assert brought(drop).state == "discarded"


def test_letting_lists_start_takes_a_second_manager_and_stopping_that_takes_nobody(
    harbor: Merchant, ana: User, settings: Any
) -> None:
    settings.GUESTS_FOLDER = "/srv/guests"
    cid = User.objects.create(email="cid@example.com", name="Cid")
    Membership.objects.create(user=cid, merchant=harbor, role=Role.MANAGER)
    (asked,) = change_settings(merchant=harbor, values={"launch_from_folders": True}, actor=ana).asked
    harbor.refresh_from_db()
    assert harbor.launch_from_folders is False
    assert (asked.page, str(asked)) == ("accounts:settings", "Ana asked to start lists from folders without a person")
    assert not confirm(loosening=asked, actor=ana)
    assert confirm(loosening=asked, actor=cid)
    harbor.refresh_from_db()
    assert harbor.launch_from_folders is True
    saved = change_settings(merchant=harbor, values={"launch_from_folders": False}, actor=ana)
    harbor.refresh_from_db()
    assert (saved.changed, saved.asked, harbor.launch_from_folders) == (True, [], False)


@pytest.mark.usefixtures("alone")
def test_one_file_in_the_folders_of_two_campaigns_rewards_its_guests_once(
    drop: Drop, root: Path, harbor: Merchant, ana: User, world: World, simulator: Simulator
) -> None:
    july = known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="July"), simulator)
    other = watch_folder(campaign=july, actor=ana, path="/")
    (root / other.path).mkdir(parents=True)
    (root / other.path / "june.csv").write_text(GUESTS)
    drop.put("june.csv")
    drop.look()
    world.drive()
    assert sum(len(job.identifiers) for job in simulator.books.jobs.values()) == 2
    ledgers = [(made.rewarded_count, made.already_rewarded_count, made.closed) for made in GuestList.objects.all()]
    assert sorted(ledgers) == [(0, 2, True), (2, 0, True)]
