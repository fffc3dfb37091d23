"""A database that was thrown back sends nothing new until everything adds up and a person says why it is safe."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import F

from campaigns.models import Campaign
from issuance.engine import sending_pauses
from issuance.engine.sending_pauses import pause_sending, sending_is_paused, sends_were_forgotten
from issuance.engine.sent_mark import raise_mark, read_mark
from issuance.models import Attempt, GuestList, IssuanceJob, SendingPause
from issuance.staff.resume_sending import CantResume, resume_sending
from issuance.worker import due_work
from tests.made_jobs import what_thanx_made
from tests.statements import settle
from tests.world import World
from thanxportal.accounts.models import User
from thanxportal.partner.models import Credential
from thanxportal.partner_simulator import Fault, Simulator
from thanxportal.seldom import Seldom

pytestmark = pytest.mark.django_db
Launch = Callable[[Campaign, str], GuestList]
WHY = "Thanx has confirmed that none of these jobs exists."


def forget_sends() -> None:
    """What a restored backup looks like: it counts fewer sends than were made."""
    Credential.objects.update(sent_count=F("sent_count") - 1)


def finished(guest_list: GuestList) -> bool:
    guest_list.refresh_from_db()
    return guest_list.state == "finished"


def test_a_portal_at_work_pauses_nothing(one_arm: Campaign, launched: Launch, world: World) -> None:
    guest_list = launched(one_arm, "a@example.com")
    world.drive()
    assert finished(guest_list)
    assert Credential.current().sent_count == Attempt.objects.count() == 1
    assert not sending_is_paused()


def test_a_thrown_back_database_plans_into_the_unknown_and_sends_nothing(
    one_arm: Campaign, launched: Launch, world: World
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    forget_sends()
    guest_list = launched(one_arm, "b@example.com")
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.unknown_count) == ("issuing", 1)
    assert guest_list.jobs.get().state == "forgotten"
    pause = SendingPause.objects.get()
    assert (pause.started_by, pause.forgotten_count, pause.sends_forgotten) == (None, 1, True)
    assert Attempt.objects.count() == 1


def test_what_is_planned_already_is_not_sent(one_arm: Campaign, launched: Launch, world: World) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    guest_list = launched(one_arm, "b@example.com")
    due_work.plan_list(guest_list.pk)
    forget_sends()
    due_work.work_job(guest_list.jobs.get().pk)
    world.drive()
    assert guest_list.jobs.get().state == "forgotten"
    assert Attempt.objects.count() == 1


def test_replays_and_polls_go_on_while_sending_is_paused(
    one_arm: Campaign, launched: Launch, world: World, sam: User, simulator: Simulator
) -> None:
    guest_list = launched(one_arm, "a@example.com")
    simulator.script("POST", "/partner/campaigns/issue", [Fault.TIMEOUT_AFTER])
    due_work.drive_due_work()
    assert guest_list.jobs.get().in_doubt
    assert pause_sending(actor=sam, reason="We look into something.")
    world.drive()
    assert finished(guest_list)
    assert simulator.rewards_by_identifier() == {"a@example.com": 1}


def test_after_a_restore_nothing_is_replayed_whose_answer_was_forgotten(
    one_arm: Campaign, launched: Launch, world: World, simulator: Simulator
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    guest_list = launched(one_arm, "b@example.com")
    simulator.script("POST", "/partner/campaigns/issue", [Fault.RESET_BEFORE])
    due_work.drive_due_work()
    job = guest_list.jobs.get()
    assert job.state == "sending"
    forget_sends()
    world.drive()
    job.refresh_from_db()
    assert (job.state, job.problem_code) == ("needs_staff", "SENDS_FORGOTTEN")
    assert simulator.rewards_by_identifier() == {"a@example.com": 1}


def test_sending_is_resumed_once_settled_and_what_waited_goes_out(
    one_arm: Campaign, launched: Launch, world: World, sam: User, rob: User, simulator: Simulator
) -> None:
    launched(one_arm, "a@example.com")
    world.drive()
    forget_sends()
    guest_list = launched(one_arm, "b@example.com")
    world.drive()
    with pytest.raises(CantResume, match="isn’t settled"):
        resume_sending(actor=sam, reason=WHY)
    settle(what_thanx_made(simulator), sam, rob)
    resume_sending(actor=sam, reason=WHY)
    world.drive()
    assert finished(guest_list)
    pause = SendingPause.objects.get()
    assert (pause.resumed_by, pause.resume_reason) == (sam, WHY)


def test_a_database_thrown_back_a_second_time_is_paused_again(
    one_arm: Campaign, launched: Launch, world: World, sam: User, rob: User, simulator: Simulator
) -> None:
    for number in range(2):
        launched(one_arm, f"guest{number}@example.com")
        world.drive()
        forget_sends()
        assert sending_is_paused()
        settle(what_thanx_made(simulator), sam, rob)
        resume_sending(actor=sam, reason=WHY)
        assert not sending_is_paused()


def test_a_restore_during_a_pause_is_noticed_as_well(
    one_arm: Campaign, launched: Launch, world: World, sam: User, rob: User, simulator: Simulator
) -> None:
    """A pause by hand may be a part of the backup; and so may one that two people have settled."""
    launched(one_arm, "a@example.com")
    world.drive()
    pause_sending(actor=sam, reason="We look into something.")
    for restores in (1, 2):
        assert not sends_were_forgotten()
        forget_sends()
        assert sends_were_forgotten()
        assert SendingPause.objects.get().forgotten_count == restores
        settle(what_thanx_made(simulator), sam, rob)


def test_sending_is_not_resumed_while_a_number_does_not_add_up(
    one_arm: Campaign, launched: Launch, world: World, sam: User
) -> None:
    guest_list = launched(one_arm, "a@example.com")
    world.drive()
    pause_sending(actor=sam, reason="We look into something.")
    guest_list.guests.update(outcome="unknown")
    with pytest.raises(CantResume, match="Reconcile names"):
        resume_sending(actor=sam, reason=WHY)
    assert sending_is_paused()


def test_there_is_one_pause_at_a_time_and_it_is_history(db: None, sam: User) -> None:
    assert pause_sending(actor=sam, reason="We look into something.")
    assert not pause_sending(actor=sam, reason="Another reason.")
    pauses = SendingPause.objects.all()
    for change in ({"reason": "x"}, {"in_force": False}, {"started_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            pauses.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        pauses.delete()
    resume_sending(actor=sam, reason=WHY)
    with pytest.raises(CantResume, match="Sending isn’t paused"):
        resume_sending(actor=sam, reason=WHY)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Name who resumes"),
        ({"by": "nobody@example.com", "reason": WHY}, "Name who resumes"),
        ({"by": "sid@example.com", "reason": WHY}, "Name who resumes"),
        ({"by": "sam@example.com", "reason": "ok"}, "whole sentence"),
    ],
)
def test_the_command_wants_a_person_with_the_right_and_a_reason(
    options: dict[str, str], sentence: str, sam: User, sid: User
) -> None:
    pause_sending(actor=sam, reason="We look into something.")
    with pytest.raises(CommandError, match=sentence):
        call_command("reconcile", resume_sending=True, stdout=StringIO(), **options)
    assert sending_is_paused()


def test_the_command_resumes_sending(sam: User) -> None:
    pause_sending(actor=sam, reason="We look into something.")
    call_command(
        "reconcile", resume_sending=True, by="sam@example.com", reason=WHY, stdout=StringIO(), stderr=StringIO()
    )
    assert not sending_is_paused()


def test_a_mark_that_cannot_be_written_or_read_stops_no_reward(
    one_arm: Campaign, launched: Launch, world: World, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    settings.SENT_MARKS = tmp_path / "file"
    sending_pauses.seldom = Seldom(sending_pauses.log)  # Another test may have told of the same trouble.
    guest_list = launched(one_arm, "a@example.com")
    world.drive()
    assert finished(guest_list)
    assert "restored backup" in caplog.text


def test_the_mark_only_rises(tmp_path: Path) -> None:
    mark = tmp_path / "marks" / "one"
    assert read_mark(mark) == 0
    for number in (3, 2, 12, 5):
        raise_mark(mark, number)
    assert read_mark(mark) == 12


def test_a_refused_credential_is_tried_again_although_nothing_is_due(
    harbor: object, world: World, simulator: Simulator, traveller: Any
) -> None:
    credential = Credential.current()
    Credential.objects.update(refused_at=F("synced_at"), probed_at=None)
    Credential.objects.filter(refused_at=None).update(refused_at="2026-06-01T12:00:00Z")
    simulator.script("GET", "/partner/scopes", [Fault.UNAUTHORIZED])
    asked = len(simulator.requests)
    for _ in range(3):
        due_work.drive_due_work()
    assert len(simulator.requests) == asked + 1
    credential.refresh_from_db()
    assert credential.refused_at is not None
    world.advance(61)
    due_work.drive_due_work()
    credential.refresh_from_db()
    assert credential.refused_at is None
    assert not IssuanceJob.objects.exists()
