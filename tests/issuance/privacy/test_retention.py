"""What tells who a guest was goes some time after a list has ended, and nothing that may still be needed before."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance import shutdown
from issuance.engine.reconcile import reconcile
from issuance.guests.sight import Sight
from issuance.importing.broken_files import use_rows_before_break
from issuance.launching.launch import launch_list
from issuance.launching.retries import CantRetry, retry_refused
from issuance.models import MOST_TRIES, Attempt, EventBatch, GuestClaim, GuestList, UnknownReason
from issuance.models.states import JOB_UNSETTLED, JobState, ListState
from issuance.outcomes.reports import report
from issuance.privacy import removal, retention
from issuance.privacy.removal import remove_personal_data
from issuance.staff.revocation import request_revocation
from tests.issuance.api.programs import Program
from tests.issuance.factories import brought, job, make_list, read, read_file
from tests.issuance.privacy.tables import everything, refused
from tests.world import World
from thanxportal.accounts.models import Merchant, Notification, User
from thanxportal.outgoing.models import Happening

pytestmark = pytest.mark.django_db
DAY = 24 * 3600
FILE = "Email,Name\nann@example.com,Ann Plain\nrefused@example.com,Bob\nann@example.com,Ann\nbroken.example.com,Eve\n"


@pytest.fixture
def june(one_arm: Campaign, world: World) -> GuestList:
    """A list that has ended: a guest rewarded, one refused, a duplicate and a bad row."""
    guest_list = read_file(one_arm, FILE)
    assert launch_list(guest_list=guest_list, token=guest_list.confirm_token, actor=None)
    world.drive()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.rewarded_count, guest_list.refused_count) == ("finished", 1, 1)
    return guest_list


def test_nothing_is_removed_before_its_time(june: GuestList, world: World) -> None:
    world.advance(89 * DAY)
    assert remove_personal_data().lists == 0
    assert june.guests.exclude(value="").count() == 2


def test_what_a_program_asked_for_and_nobody_could_gather_ends_and_people_and_systems_are_told(
    one_arm: Campaign, ana: User, harbor: Merchant, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Campaign.objects.filter(pk=one_arm.pk).update(end_at=None)
    program = Program(harbor, ana)
    for name in ("ann", "bob"):
        program.post(f"/campaigns/{one_arm.pk}/rewards", {"guests": [{"email": f"{name}@example.com"}]})
    EventBatch.objects.update(tries=MOST_TRIES)
    world.advance((settings.RETENTION_DAYS - 1) * 86_400)
    remove_personal_data()
    assert EventBatch.objects.set_aside().count() == 2
    world.advance(86_401)
    with monkeypatch.context() as restored:
        restored.setattr(removal, "sends_were_forgotten", lambda: True)
        remove_personal_data()
    assert EventBatch.objects.set_aside().count() == 2, "It may have been sent."
    remove_personal_data()
    remove_personal_data()
    assert {(batch.waits, batch.given_up, str(batch.guests)) for batch in EventBatch.objects.all()} == {
        (False, "lapsed", "[]")
    }
    told = Notification.objects.get(person=ana, sentence__contains="in vain")
    assert told.sentence.endswith("asked for 2 guests in vain. It waited for as long as guests are kept.")
    assert Happening.objects.filter(kind=Happening.Kind.BATCH_GIVEN_UP).count() == 2


def test_a_session_that_is_over_is_removed_with_the_form_that_it_keeps(world: World, db: None) -> None:
    for days in (1, 2):
        session = SessionStore()
        session["typed"] = ["/m/harbor-grill/guest/", {"guest": "ann@example.com"}]
        session.set_expiry(days * DAY)
        session.save()
    world.advance(1.5 * DAY)
    remove_personal_data()
    assert [kept.session_key for kept in Session.objects.all()] == [session.session_key]


def test_after_its_time_nothing_tells_who_the_guests_were_and_all_sums_stay(june: GuestList, world: World) -> None:
    ledger, claims = june.ledger, GuestClaim.objects.count()
    world.advance(91 * DAY)
    assert remove_personal_data().lists == 1
    june.refresh_from_db()
    texts = everything() + bytes(june.jobs.get().body).decode()
    for name in ("ann@example.com", "refused@example.com", "broken", "Ann", "Eve"):
        assert name not in texts
    assert (june.ledger, GuestClaim.objects.count()) == (ledger, claims)
    assert june.purged_at is not None
    assert not june.purge_left
    assert reconcile().differences == []


def test_whoever_was_rewarded_is_still_not_rewarded_again(june: GuestList, world: World) -> None:
    world.advance(20 * DAY)
    GuestList.objects.filter(pk=june.pk).update(ended_at=timezone.now() - timedelta(days=91))
    remove_personal_data()
    again = read_file(june.campaign, "ann@example.com\nnew@example.com\n")
    assert (again.already_rewarded_count, again.waiting_count) == (1, 1)


UNSENT = {"first_sent_at": None, "thanx_id": None, "accepted_at": None}


@pytest.mark.parametrize("state", JOB_UNSETTLED)
def test_a_list_is_kept_as_long_as_a_job_may_be_sent_polled_revoked_or_settled(
    campaign_here: Campaign, world: World, state: JobState
) -> None:
    guest_list = make_list(campaign_here, ListState.STOPPED, rewarded=2, invalid=1)
    fields: dict[str, Any] = {"problem_code": "NO_CLEAR_ANSWER"} if state == JobState.NEEDS_STAFF else {}
    fields |= UNSENT if state in (JobState.READY, JobState.FORGOTTEN) else {}
    unsettled = job(guest_list, 9, guest_list.jobs.get().variant, state, 1, **fields)
    world.advance(100 * DAY)
    removed = remove_personal_data()
    assert (removed.lists, removed.kept) == (0, 1)
    assert guest_list.guests.exclude(value="").count() == 2
    assert guest_list.row_errors.exclude(cells=[]).count() == 1
    assert bytes(unsettled.body)
    assert refused(GuestList.objects.filter(pk=guest_list.pk), purged_at=timezone.now())


def test_a_list_that_nobody_launched_ends_by_itself_and_is_removed(one_arm: Campaign, world: World) -> None:
    guest_list = read_file(one_arm, FILE)
    world.advance(89 * DAY)
    remove_personal_data()
    guest_list.refresh_from_db()
    assert guest_list.state == ListState.CHECKED
    world.advance(2 * DAY)
    assert remove_personal_data().lists == 1
    guest_list.refresh_from_db()
    assert guest_list.state == ListState.DISCARDED
    assert "ann@example.com" not in everything()


def test_a_purge_that_is_killed_goes_on_where_it_was_and_ends_the_same(
    june: GuestList, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    world.advance(91 * DAY)
    batches = list(retention._batches(june))
    assert len(batches) == 6, "What is searched, two guests, two bad rows and a job, each by itself."
    for number in range(5):
        left = [True] if number else [True, True]  # Once the list is begun, and then one batch is made each time.
        with monkeypatch.context() as patch:
            patch.setattr(retention, "_until", lambda _, left=left: lambda: left.pop() if left else killed())
            with pytest.raises(KeyboardInterrupt):
                remove_personal_data()
        june.refresh_from_db()
        assert june.purge_left
        assert june.removed, "Pages say so from the first batch on."
    assert remove_personal_data().lists == 1
    assert remove_personal_data().lists == 0
    texts = everything() + bytes(june.jobs.get().body).decode()
    assert not [name for name in ("ann@example.com", "refused@example.com", "broken", "Eve") if name in texts]
    assert reconcile().differences == []


def killed() -> bool:
    raise KeyboardInterrupt


def test_a_worker_that_is_asked_to_stop_puts_the_purge_down(
    june: GuestList, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.advance(91 * DAY)
    monkeypatch.setattr(shutdown, "asked", Event())
    shutdown.asked.set()
    with pytest.raises(CommandError):
        call_command("remove_personal_data", stdout=StringIO())
    assert june.guests.exclude(value="").count() == 2
    shutdown.asked.clear()
    out = StringIO()
    call_command("remove_personal_data", stdout=out)
    assert json.loads(out.getvalue())["lists"] == 1


def test_pages_and_report_of_a_removed_list_say_so_and_name_nobody(
    june: GuestList, world: World, ana: User, client_of: Callable[[User], Client]
) -> None:
    world.advance(91 * DAY)
    remove_personal_data()
    june.refresh_from_db()
    assert june.removed == "Removed on Aug 31 under the 90-day rule"
    browser, here = client_of(ana), f"/m/harbor-grill/lists/{june.pk}/"
    for page in (here, f"{here}guests/"):
        assert june.removed in browser.get(page).content.decode()
    found = browser.post(f"{here}guests/", {"q": "ann@example.com"}).content.decode()
    assert "can’t be found by email or phone any more" in found
    for page in ("guests/reveal/", "retry/", "rest/", "correct/", "use-rows/", "repair/"):
        assert browser.post(here + page, {"row": "2", "value": "x"}).status_code in (200, 302, 409, 422), page
    for page in ("family/", "jobs/", "bad-rows.csv", "review/"):
        assert browser.get(here + page).status_code in (200, 302), page
    june.refresh_from_db()
    lines = "".join(report(june, Sight(whole=True))).splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [""] * 4
    assert [line.split(",")[4] for line in lines[1:]] == ["Rewarded", "Refused", "Duplicate", "Invalid"]


def test_refused_guests_of_a_removed_list_are_not_sent_again(june: GuestList, world: World, ana: User) -> None:
    GuestList.objects.filter(pk=june.pk).update(ended_at=timezone.now() - timedelta(days=91))
    remove_personal_data()
    june.refresh_from_db()
    with pytest.raises(CantRetry, match="Removed on Jun 1 under the 90-day rule"):
        retry_refused(guest_list=june, reasons=[], actor=ana)


def test_an_unreadable_list_whose_rows_were_removed_is_not_continued(one_arm: Campaign, world: World) -> None:
    guest_list = read(brought(one_arm, b'Email\nann@example.com\n"bob@example.com\neve@example.com\n'))
    assert (guest_list.state, guest_list.rows_count) == ("unreadable", 1)
    world.advance(91 * DAY)
    remove_personal_data()
    guest_list.refresh_from_db()
    assert guest_list.removed
    assert not use_rows_before_break(guest_list=guest_list, actor=None)
    assert refused(GuestList.objects.filter(pk=guest_list.pk), state="reading", ended_at=None)


def test_rewards_of_a_removed_list_can_still_be_revoked(june: GuestList, world: World, sam: User) -> None:
    GuestList.objects.filter(pk=june.pk).update(ended_at=timezone.now() - timedelta(days=91))
    remove_personal_data()
    assert request_revocation(job=june.jobs.get(), actor=sam, reason="A mistake of the merchant.")
    world.drive()
    june.refresh_from_db()
    assert (june.jobs.get().state, june.revoked_count) == ("revoked", 1)
    assert not GuestClaim.objects.filter(guest_list=june).exists()


def test_what_thanx_wrote_goes_with_the_body(june: GuestList, world: World, unguarded: None) -> None:
    Attempt.objects.update(words="some words")
    UnknownReason.objects.create(job=june.jobs.get(), words="other words", guests_count=1)
    world.advance(91 * DAY)
    remove_personal_data()
    assert Attempt.objects.get().words == ""
    assert not UnknownReason.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL frees old versions of rows by its autovacuum.")
def test_sqlite_overwrites_what_is_removed() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
