"""The stage on which every test plays: the simulator behind the real client, frozen time, no broker."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings as portal_settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseOperations
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from issuance.launching.launch import launch_list
from issuance.models import GuestList
from issuance.models.triggers import installation, removal, triggers
from tests import cast
from tests.crash import as_often
from tests.issuance.factories import checked, known_at_thanx
from tests.routes import OF_MERCHANTS, Route
from tests.world import NOON, ThroughTheSimulator, World
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant, Role, User
from thanxportal.celery import app
from thanxportal.partner import gate, gated_client
from thanxportal.partner_simulator import ManualClock, Simulator
from thanxportal.store_address import below, in_stores


def pytest_configure() -> None:
    # WhiteNoise wants its folder to exist; the tests' pages need none of the files in it.
    Path(portal_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # How long an example takes says how busy the machine is and nothing about the code; fixtures serve all examples.
    unimportant = [hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture]
    hypothesis.settings.register_profile(
        "portal",
        max_examples=as_often(usually=25, full=500),
        deadline=None,
        suppress_health_check=unimportant,
    )
    hypothesis.settings.load_profile("portal")


def pytest_collection_finish() -> None:
    """All that was imported stays until the end: the garbage collector needn't look at it again and again."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def emptied_between_tests() -> None:
    """Tests with transactions of their own end with DELETEs on SQLite, which the triggers would refuse."""
    empty = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, *args: Any, **options: Any) -> list[str]:
        all_triggers = triggers()
        return [
            *removal(all_triggers, "sqlite"),
            *empty(self, *args, **options),
            *installation(all_triggers, "sqlite"),
        ]

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]


@pytest.fixture
def unguarded(db: None) -> None:
    """Lets a test damage what the database would protect."""
    with connection.cursor() as cursor:
        for statement in removal(triggers(), connection.vendor):
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def quiet_surroundings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads go to a folder of the test, messages to nobody: all work must be found in the database."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.SENT_MARKS = tmp_path / "sent"
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(app.amqp, "send_task_message", lambda *args, **kwargs: None)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run in one transaction, which never commits."""
    monkeypatch.setattr("issuance.privacy.emptying.transaction.on_commit", lambda act, **options: act())


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Uploads and the number of sends go to a bucket, below a prefix."""
    from moto import mock_aws  # Loading it takes a second, which other tests need not wait for.

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-a-test")
    url = "s3://portal-uploads/portal?region=us-east-1"
    settings.STORAGES = settings.STORAGES | in_stores(default=url, sent_marks=below(url, "sent"))
    with mock_aws():
        default_storage.connection.create_bucket(Bucket="portal-uploads")
        yield default_storage.bucket


@pytest.fixture
def refusals_unsaid() -> Iterator[None]:
    """Writing a line for each refusal would take longer than refusing."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which only counts whether there is a page: drawing it takes most of the time."""
    monkeypatch.setattr(Template, "render", lambda *args, **named: "")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def traveller(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """The clock of this process, and what the portal takes for the database's."""
    monkeypatch.setattr(database_clock, "seconds", lambda: repr(time.time()))
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(traveller: time_machine.Traveller, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(traveller, clock)
    monkeypatch.setattr(gate, "sleep", world.advance)
    return world


@pytest.fixture
def simulator(clock: ManualClock, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    simulator = Simulator(
        client_id=settings.THANX_CLIENT_ID, access_token=settings.THANX_ACCESS_TOKEN, clock=clock, weather="calm"
    )
    monkeypatch.setattr(gated_client, "transport", lambda: ThroughTheSimulator(simulator))
    return simulator


@pytest.fixture
def harbor(db: None, simulator: Simulator) -> Merchant:
    return cast.mirrored_merchant(simulator, "harbor-grill")


@pytest.fixture
def sunny(db: None, simulator: Simulator) -> Merchant:
    return cast.mirrored_merchant(simulator, "sunny-side-coffee")


@pytest.fixture
def ana(harbor: Merchant) -> User:
    return cast.person("ana@example.com", harbor, Role.MANAGER)


@pytest.fixture
def ben(harbor: Merchant) -> User:
    return cast.person("ben@example.com", harbor, Role.VIEWER)


@pytest.fixture
def bea(harbor: Merchant) -> User:
    return cast.person("bea@example.com", harbor, Role.BUILDER)


@pytest.fixture
def sid(harbor: Merchant) -> User:
    return cast.person("sid@example.com", harbor, Role.SENDER)


@pytest.fixture
def abe(harbor: Merchant) -> User:
    return cast.person("abe@example.com", harbor, Role.APPROVER)


@pytest.fixture
def cleo(sunny: Merchant) -> User:
    return cast.person("cleo@example.com", sunny, Role.MANAGER)


@pytest.fixture
def sam(db: None) -> User:
    return cast.person("sam@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def rob(db: None) -> User:
    return cast.person("rob@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def log_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        browser.get(reverse("healthz"))  # The first request notes the session; tests see the others.
        return browser

    return log_in


@pytest.fixture
def campaign(harbor: Merchant, simulator: Simulator) -> Campaign:
    """A published campaign of Harbor Grill: two arms of 45 % and a Control of 10 %."""
    return known_at_thanx(cast.draft_campaign(harbor), simulator)


@pytest.fixture
def one_arm(harbor: Merchant, simulator: Simulator) -> Campaign:
    return known_at_thanx(cast.draft_campaign(harbor, weights=(100,), name="Coffee for everybody"), simulator)


@pytest.fixture
def launched() -> Callable[[Campaign, str], GuestList]:
    """Reads pasted guests and launches them; what is due after that is left to the test."""

    def launch(campaign: Campaign, text: str) -> GuestList:
        guests = checked(campaign, text)
        assert launch_list(guest_list=guests, token=guests.confirm_token, actor=None)
        return guests

    return launch


@pytest.fixture
def addresses(
    campaign: Campaign, launched: Callable[[Campaign, str], GuestList], world: World
) -> Callable[[str], list[str]]:
    """Every merchant address, filled with Harbor Grill's objects under the given handle."""
    guest_list = launched(campaign, "\n".join(f"guest{number}@example.com" for number in range(20)))
    world.drive()
    template = campaign.merchant.reward_templates.first()
    assert template is not None

    def pk(route: Route) -> int:
        if route.of_campaign:
            return campaign.pk
        return template.pk if "template" in route.name else guest_list.pk

    def fill(handle: str) -> list[str]:
        return [route.url(handle=handle, pk=pk(route)) for route in OF_MERCHANTS]

    return fill
