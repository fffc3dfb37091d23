"""Staff write down what Thanx made, and confirm it: by a right each, with a reason, on pages that show no guest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.models import Campaign
from issuance.engine.planning import plan_list
from issuance.engine.sending_pauses import pause_sending
from issuance.models import IssuanceJob, SendingPause, ThanxStatement
from tests.statements import written
from thanxportal.accounts.models import User

pytestmark = pytest.mark.django_db
STATEMENTS, PAUSES = "/admin/issuance/thanxstatement/", "/admin/issuance/sendingpause/"
ClientOf = Callable[[User], Client]


@pytest.fixture
def forgotten(one_arm: Campaign, launched: Callable[..., Any], sam: User) -> IssuanceJob:
    guest_list = launched(one_arm, "guest1@example.com guest2@example.com")
    assert plan_list(guest_list.pk)
    pause_sending(actor=sam, reason="Restored without the marks.", sends_forgotten=True)
    job: IssuanceJob = guest_list.jobs.get()
    assert job.state == "forgotten"
    return job


def line(job: IssuanceJob) -> str:
    ids = f"theirs1,{job.guest_list.campaign.thanx_id},{job.variant.thanx_id}"
    return f"{ids},{job.total_count},2026-06-01T12:00:00Z,{job.idempotency_key}"


def fields(made: str, **more: Any) -> dict[str, Any]:
    return {"made_jobs": made, "complete": "on", "evidence": "Ticket 12, Thanx support.", **more}


def confirm(browser: Client, **more: str) -> Any:
    pks = list(ThanxStatement.objects.values_list("pk", flat=True)[:1])
    return browser.post(STATEMENTS, {"action": "confirm", "_selected_action": pks, **more}, follow=True)


def may(user: User, *rights: str) -> User:
    user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    return user


CONFIRMED = {"confirmed": "yes", "reason": "I compared it with the mail of Thanx."}


def test_onlookers_neither_write_nor_confirm(
    onlooker: User, client_of: ClientOf, forgotten: IssuanceJob, sam: User
) -> None:
    browser = client_of(onlooker)
    assert browser.post(f"{STATEMENTS}add/", fields("")).status_code == 403
    statement = written("", sam)
    confirm(browser, **CONFIRMED)
    statement.refresh_from_db()
    assert statement.confirmed_at is None


def test_who_may_write_may_not_confirm_and_the_other_way_round(
    onlooker: User, client_of: ClientOf, forgotten: IssuanceJob, rob: User
) -> None:
    browser = client_of(may(onlooker, "add_thanxstatement"))
    assert browser.post(f"{STATEMENTS}add/", fields("")).status_code == 302
    confirm(browser, **CONFIRMED)
    assert ThanxStatement.objects.get().confirmed_at is None
    assert ThanxStatement.objects.get().written_by == onlooker
    onlooker.user_permissions.remove(Permission.objects.get(codename="add_thanxstatement"))
    browser = client_of(may(User.objects.get(pk=onlooker.pk), "confirm_thanxstatement"))
    assert browser.post(f"{STATEMENTS}add/", fields("")).status_code == 403
    written("", rob)
    confirm(browser, **CONFIRMED)
    assert ThanxStatement.objects.first().confirmed_by == onlooker  # type: ignore[union-attr]


def test_pages_name_jobs_and_keys_but_no_guest(
    staff: Client, forgotten: IssuanceJob, rob: User, client_of: ClientOf
) -> None:
    pages = [staff.get(f"{STATEMENTS}add/").content.decode()]
    assert str(forgotten.idempotency_key) in pages[0]
    staff.post(f"{STATEMENTS}add/", fields(line(forgotten)))
    statement = ThanxStatement.objects.get()
    pages.append(staff.get(f"{STATEMENTS}{statement.pk}/change/").content.decode())
    asked = confirm(client_of(rob))
    pages.append(asked.content.decode())
    assert "theirs1, by its key" in pages[1]
    assert "theirs1, by its key" in pages[2]
    assert not any("guest1" in page or "guest2" in page for page in pages)
    assert confirm(client_of(rob), confirmed="yes", reason="ok").status_code == 422
    assert "Jobs sent: 1." in confirm(client_of(rob), **CONFIRMED).content.decode()
    forgotten.refresh_from_db()
    assert (forgotten.state, forgotten.thanx_id) == ("accepted", "theirs1")


def test_a_statement_is_uploaded_as_a_file_too(staff: Client, forgotten: IssuanceJob) -> None:
    file = SimpleUploadedFile("made.csv", line(forgotten).encode())
    staff.post(f"{STATEMENTS}add/", fields("", file=file))
    assert ThanxStatement.objects.get().made_jobs == line(forgotten)


@pytest.mark.parametrize(
    ("file", "sentence"), [(b"\xff\xfe\x00", "isn’t text in UTF-8"), (b"x" * 4_000_001, "too large")]
)
def test_an_odd_file_is_refused(file: bytes, sentence: str, staff: Client, forgotten: IssuanceJob) -> None:
    answer = staff.post(f"{STATEMENTS}add/", fields("", file=SimpleUploadedFile("made.csv", file)))
    assert sentence in answer.content.decode()
    assert not ThanxStatement.objects.exists()


def test_an_unclear_line_is_named_and_nothing_stored(staff: Client, forgotten: IssuanceJob) -> None:
    assert "Line 1 can’t be read" in staff.post(f"{STATEMENTS}add/", fields("theirs1,camp1")).content.decode()
    assert not ThanxStatement.objects.exists()


def test_a_job_that_fits_no_list_is_a_question(
    staff: Client, forgotten: IssuanceJob, rob: User, client_of: ClientOf
) -> None:
    staff.post(f"{STATEMENTS}add/", fields("theirs9,camp9,variant9,400,2026-06-01T12:00:00Z"))
    page = confirm(client_of(rob)).content.decode()
    assert "of which list are they?" in page
    assert "theirs9" in page
    confirm(client_of(rob), **CONFIRMED)
    assert SendingPause.objects.get().sends_forgotten
    assert "theirs9" in staff.get(f"{STATEMENTS}add/").content.decode()


def test_without_a_restore_there_is_nothing_to_write_down(staff: Client) -> None:
    assert "There is nothing to settle" in staff.post(f"{STATEMENTS}add/", fields("")).content.decode()


def test_staff_say_by_hand_that_sends_were_forgotten(staff: Client, one_arm: Campaign, launched: Any) -> None:
    guest_list = launched(one_arm, "a@example.com")
    plan_list(guest_list.pk)
    staff.post(f"{PAUSES}add/", {"reason": "We look into something."})
    assert guest_list.jobs.get().state == "ready"
    staff.post(f"{PAUSES}add/", {"reason": "It was a restore.", "sends_forgotten": "on"})
    assert SendingPause.objects.get().sends_forgotten
    assert guest_list.jobs.get().state == "forgotten"
