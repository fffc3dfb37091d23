"""Polls that bring nothing new stay empty, and none of them misses a change."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, CharField, DateTimeField
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from issuance.access import _polled_list
from issuance.models import GuestList, IssuanceJob, SendingPause, note_event
from issuance.models.states import LIST_RUNNING, JobState, ListState
from issuance.outcomes import poll_versions
from tests.issuance.factories import make_list, published_campaign
from tests.world import World
from thanxportal.accounts.models import Membership, Merchant, Role, User
from thanxportal.partner.models import Credential

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def still(world: World) -> None:
    """Time stands still, so that only what happened can change an answer."""


@pytest.fixture
def running(harbor: Merchant) -> GuestList:
    return make_list(published_campaign(harbor), ListState.ISSUING, rewarded=3, waiting=2)


def polled(browser: Client, page: str, part: str) -> str:
    """The address at which the page asks for news."""
    found = re.search(rf'hx-get="([^"]*/{part}/[^"]*)"', browser.get(page).content.decode())
    assert found, page
    return found[1].replace("&amp;", "&")


def news(browser: Client, address: str) -> bool:
    answer = browser.get(address, headers=HTMX)
    assert answer.status_code in (200, 204)
    assert (answer.status_code == 204) == (not answer.content)
    return answer.status_code == 200


PLACES = [("lists/{}/", "progress"), ("activity/", "dock"), ("", "running")]


@pytest.mark.parametrize(("shown", "part"), PLACES)
def test_a_poll_brings_nothing_as_long_as_nothing_changes(
    shown: str, part: str, running: GuestList, ana: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    browser = client_of(ana)
    address = polled(browser, f"/m/harbor-grill/{shown.format(running.pk)}", part)
    with django_assert_num_queries(2):
        assert not news(browser, address)
    GuestList.objects.filter(pk=running.pk).update(name="Renamed")
    assert "Renamed" in browser.get(address, headers=HTMX).content.decode()


@pytest.mark.parametrize(("shown", "part"), PLACES)
def test_nobody_learns_from_a_poll_what_the_page_would_not_show(
    shown: str, part: str, running: GuestList, ana: User, ben: User, cleo: User, client_of: ClientOf
) -> None:
    address = polled(client_of(ana), f"/m/harbor-grill/{shown.format(running.pk)}", part)
    assert "/account/login/" in Client().get(address, headers=HTMX)["HX-Redirect"]
    assert client_of(cleo).get(address, headers=HTMX).status_code == 404
    browser = client_of(ben)
    assert browser.get(address, headers=HTMX).status_code in (200, 204)
    Membership.objects.filter(user=ben).delete()
    assert browser.get(address, headers=HTMX).status_code == 404


def test_another_role_shows_other_buttons_at_once(running: GuestList, ana: User, client_of: ClientOf) -> None:
    browser = client_of(ana)
    address = polled(browser, f"/m/harbor-grill/lists/{running.pk}/", "progress")
    Membership.objects.filter(user=ana).update(role=Role.VIEWER)
    assert news(browser, address)


def moved_list(running: GuestList) -> None:
    GuestList.objects.filter(pk=running.pk).update(state=ListState.FINISHED, ended_at=timezone.now())


def moved_job(running: GuestList) -> None:
    job = running.jobs.get(state=JobState.ACCEPTED)
    IssuanceJob.objects.filter(pk=job.pk).update(
        state=JobState.NEEDS_STAFF, problem_code="NO_CLEAR_ANSWER", ended_at=timezone.now()
    )


def paused(running: GuestList) -> None:
    SendingPause.objects.create(reason="Checking")


def refused(running: GuestList) -> None:
    Credential.objects.update(refused_at=timezone.now())


def slowed(running: GuestList) -> None:
    Credential.objects.update(blocked_until=timezone.now().timestamp() + 60)


def opted_out(running: GuestList) -> None:
    Merchant.objects.filter(pk=running.merchant_id).update(withdrawn_at=timezone.now())


def noted(running: GuestList) -> None:
    note_event(running, running.state, note="Continued")


def renamed(running: GuestList) -> None:
    Campaign.objects.filter(pk=running.campaign_id).update(name="Another")


@pytest.mark.parametrize(
    "change", [moved_list, moved_job, paused, refused, slowed, opted_out, noted, renamed], ids=lambda one: one.__name__
)
def test_whatever_a_list_shows_is_news(
    change: Callable[[GuestList], None], running: GuestList, ana: User, client_of: ClientOf
) -> None:
    Credential.current()
    browser = client_of(ana)
    address = polled(browser, f"/m/harbor-grill/lists/{running.pk}/", "progress")
    change(running)
    assert news(browser, address)


@pytest.fixture
def unchecked(db: None) -> Iterator[None]:
    """Lets a test write what the constraints of a job would refuse."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # There it holds for the connection, so beyond the test.
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for constraint in IssuanceJob._meta.constraints:
                cursor.execute(f'ALTER TABLE issuance_issuancejob DROP CONSTRAINT IF EXISTS "{constraint.name}"')
        yield
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_every_column_of_a_job_is_part_of_the_version(
    running: GuestList, ana: User, unguarded: None, unchecked: None
) -> None:
    """Written past all rules, as the version must not depend on which writer there is."""
    job, member = running.jobs.get(state=JobState.ACCEPTED), Membership.objects.get(user=ana)
    never_changes = {"id", "body", "body_sha256", "idempotency_key", "guest_list", "merchant", "variant", "part_of"}
    left_out = never_changes | {"revoke_plan"}  # No page of a merchant shows it.
    with connection.cursor() as cursor:
        for field in (field for field in IssuanceJob._meta.concrete_fields if field.name not in left_out):
            before = poll_versions.version_of_list(fetched(running, ana), member)
            cursor.execute(
                f'UPDATE issuance_issuancejob SET "{field.column}" = %s WHERE id = %s',  # noqa: S608 - of our model
                [field.get_db_prep_save(another(field, getattr(job, field.attname), ana), connection), job.pk],
            )
            assert poll_versions.version_of_list(fetched(running, ana), member) != before, field.name


def another(field: Any, old: Any, person: User) -> Any:
    if isinstance(field, DateTimeField):
        return timezone.now() + timedelta(seconds=1)
    if isinstance(field, CharField):
        return "x"
    return not old if isinstance(field, BooleanField) else (old or 0) + person.pk


def fetched(guest_list: GuestList, person: User) -> GuestList:
    return _polled_list(person.pk, guest_list.merchant.handle, guest_list.pk)[0]


def test_what_the_clock_says_is_told_though_nothing_else_changed(
    running: GuestList, ana: User, client_of: ClientOf, world: World
) -> None:
    browser = client_of(ana)
    address = polled(browser, f"/m/harbor-grill/lists/{running.pk}/", "progress")
    world.advance(poll_versions.LIST_STEP)
    assert news(browser, address)


@pytest.mark.parametrize("state", [state for state in ListState if state not in LIST_RUNNING])
def test_a_list_that_does_not_run_has_no_version(state: ListState, harbor: Merchant) -> None:
    assert poll_versions.version_of_list(GuestList(state=state), Membership(role=Role.VIEWER)) == ""


@pytest.mark.django_db(transaction=True)
def test_what_another_process_commits_is_news(harbor: Merchant, ana: User, client_of: ClientOf) -> None:
    running = make_list(published_campaign(harbor), ListState.ISSUING, rewarded=3, waiting=2)
    browser = client_of(ana)
    address = polled(browser, f"/m/harbor-grill/lists/{running.pk}/", "progress")
    assert not news(browser, address)

    def elsewhere() -> None:
        IssuanceJob.objects.filter(guest_list=running).update(processed_count=1)
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert news(browser, address)
