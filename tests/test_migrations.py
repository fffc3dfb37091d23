"""A database made before the migrations were squashed ends as a new one does, with all that it held.

`tests/data/schema` holds such a database as each engine dumped it: empty, but for Django's own rows. What is compared
is that of the engine on which the tests run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import environ
import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django.utils import timezone

from issuance.models import Attempt, Event, GuestClaim, GuestList, IssuanceJob, Resolution, SendingPause
from tests.crash.database import PostgreSQL, SQLite
from tests.schemas import schema_of
from thanxportal.accounts.models import Notification, User

DUMPS = Path(__file__).parent / "data" / "schema"
OLD, NEW, TESTS = "old", "new", "default"  # all tests run on the third, which is made from the models
NOW = timezone.now()
KEY = UUID(int=7)
pytestmark = [pytest.mark.django_db(databases=[OLD, TESTS]), pytest.mark.xdist_group("migrations"), pytest.mark.slow]


@contextmanager
def database_beside(alias: str, folder: Path) -> Iterator[SQLite | PostgreSQL]:
    """An empty database beside that of the tests, which migrations can be run on."""
    configured = connections[TESTS].settings_dict
    server = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format_map(configured | {"PORT": configured["PORT"] or 5432})
    database = PostgreSQL(server, alias) if connections[TESTS].vendor == "postgresql" else SQLite(folder)
    connections.settings[alias] = configured | {"OPTIONS": {}} | environ.Env.db_url_config(database.url)
    database.create()
    with override_settings(MIGRATION_MODULES={}):
        yield database
    connections[alias].close()
    del connections[alias], connections.settings[alias]
    database.drop()


@pytest.fixture(scope="module")
def new_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """As a deployment makes its own: from nothing, by migrations alone."""
    with django_db_blocker.unblock(), database_beside(NEW, tmp_path_factory.mktemp(NEW)):
        call_command("migrate", database=NEW, verbosity=0)
        yield


@pytest.fixture(scope="module")
def old_database(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """As the version before left it, with rows of that time, and then migrated."""
    with django_db_blocker.unblock(), database_beside(OLD, tmp_path_factory.mktemp(OLD)) as database:
        _fill(database, (DUMPS / f"{connections[TESTS].vendor}.sql").read_text())
        _bring_rows()
        call_command("migrate", database=OLD, verbosity=0)
        yield


def _fill(database: SQLite | PostgreSQL, statements: str) -> None:
    if isinstance(database, PostgreSQL):
        with psycopg.connect(database.url) as postgresql:
            postgresql.execute(statements)
    else:
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as sqlite:
            sqlite.executescript(statements)


def _bring_rows() -> None:
    """A list whose one job staff have to settle while sending is held, in the tables of that time."""
    apps = MigrationLoader(connections[OLD]).project_state([("issuance", "0001_squashed")]).apps

    def add(model: str, **fields: Any) -> Any:
        return apps.get_model(model).objects.using(OLD).create(**fields)

    sam = add("accounts.User", email="sam@example.com", is_staff=True)
    may = apps.get_model("auth.Permission").objects.using(OLD)
    sam.user_permissions.set(may.filter(codename__in=["lift_sendinghold", "view_recipient"]))
    harbor = add("accounts.Merchant", thanx_id="m1", handle="harbor", name="Harbor Grill")
    campaign = add("campaigns.Campaign", merchant=harbor, name="June")
    variant = add("campaigns.Variant", campaign=campaign, position=0, name="Arm A", weight=100)
    june = add("issuance.RecipientList", merchant=harbor, campaign=campaign, name="June", state="issuing",
               launched_at=NOW, rows_count=3, unknown_count=2, refused_count=1, tally={"fixed": 1},
               sent_back="Too many", undo_size=500)  # fmt: skip
    job = add("issuance.IssuanceJob", recipient_list=june, merchant=harbor, variant=variant, number=1, total_count=2,
              body=b"{}", body_sha256="0" * 64, idempotency_key=KEY, state="needs_review",
              problem_code="NO_CLEAR_ANSWER", ended_at=NOW)  # fmt: skip
    for row, repeated in ((2, None), (3, campaign)):
        identity = bytes([row] * 16)
        add("issuance.Recipient", recipient_list=june, row=row, type="email", value=f"guest{row}@example.com",
            identity=identity, variant=variant, outcome="unknown", job=job, position=row - 2,
            repeat_of=repeated, repeated_at=repeated and NOW)  # fmt: skip
        add("issuance.GuestClaim", campaign=campaign, identity=identity, recipient_list=june, holds=True)
    add("issuance.Recipient", recipient_list=june, row=4, type="email", value="guest4@example.com",
        identity=b"4" * 16, variant=variant, outcome="refused", reason="ann@example.com: no guest", job=job,
        position=2)  # fmt: skip
    add("issuance.Attempt", job=job, epoch=1, body_sha256="0" * 64, idempotency_key=KEY, verdict="in_doubt",
        finished_at=NOW)  # fmt: skip
    add("issuance.Event", recipient_list=june, job=job, old_state="sending", new_state="needs_review")
    add("issuance.Resolution", job=job, verdict="never_executed", evidence="Thanx said so.", proposed_by=sam)
    add("issuance.SendingHold", reason="A backup was restored.", raised_by=sam)
    add("accounts.Notification", merchant=harbor, person=sam, kind="needs_review", key="k", sentence="Look.", path="/")


@pytest.mark.django_db(databases=[OLD, NEW, TESTS])
def test_both_ways_lead_to_the_same_schema_and_ours_is_that_of_the_models(
    old_database: None, new_database: None
) -> None:
    old, new, models = (schema_of(connections[alias]) for alias in (OLD, NEW, TESTS))
    assert differences(old, new) == []
    assert differences(ours(new), ours(models)) == []


def ours(schema: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [
        fact for fact in schema if fact[1].startswith(("accounts_", "campaigns_", "issuance_", "outgoing_", "partner_"))
    ]


def differences(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(set(first) ^ set(second))


def test_nothing_of_the_old_names_is_left_among_types_and_permissions(old_database: None) -> None:
    types, permissions = (
        [set(model.objects.using(alias).values_list(*fields)) for alias in (OLD, TESTS)]
        for model, fields in (
            (ContentType, ("app_label", "model")),
            (Permission, ("content_type__app_label", "content_type__model", "codename", "name")),
        )
    )
    assert types[0] == types[1]
    assert permissions[0] == permissions[1]


def test_the_rows_came_through_under_their_new_names(old_database: None) -> None:
    june = GuestList.objects.using(OLD).get()
    assert (june.cached_counts, june.sent_back_reason, june.guests_per_job) == ({"fixed": 1}, "Too many", 500)
    guests = june.guests.order_by("row").values_list("row", "value", "earlier_campaign__name")
    third, fourth = (3, "guest3@example.com", "June"), (4, "guest4@example.com", None)
    assert list(guests) == [(2, "guest2@example.com", None), third, fourth]
    assert june.guests.get(row=4).reason == "UNKNOWN_REASON"
    job = IssuanceJob.objects.using(OLD).get()
    assert list(job.unknown_reasons.values_list("words", "guests_count")) == [("[email] no guest", 1)]
    assert (job.state, job.guest_list_id, bytes(job.body), job.idempotency_key) == ("needs_staff", june.pk, b"{}", KEY)
    assert list(GuestClaim.objects.using(OLD).values_list("guest_list", "primary")) == [(june.pk, True)] * 2
    assert Event.objects.using(OLD).values_list("guest_list", "old_state", "new_state").get() == (
        june.pk, "sending", "needs_staff"
    )  # fmt: skip
    assert Attempt.objects.using(OLD).get().result == "in_doubt"
    assert Resolution.objects.using(OLD).get().decision == "never_executed"
    pause = SendingPause.objects.using(OLD).get()
    assert (pause.reason, pause.in_force, str(pause.started_by)) == ("A backup was restored.", True, "sam@example.com")
    assert Notification.objects.using(OLD).get().kind == "needs_staff"


def test_whoever_could_lift_a_hold_can_resume_sending(old_database: None) -> None:
    granted = User.objects.using(OLD).values_list("user_permissions__codename", flat=True)
    assert sorted(granted) == ["resume_sendingpause", "view_guest"]
