"""A worker that is asked to stop puts its work down between two pieces and leaves no lease behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from campaigns.models import Campaign
from issuance import shutdown
from issuance.importing.new_list import create_list
from issuance.models import GuestList, IssuanceJob
from issuance.worker import due_work
from tests.crash.database import POSTGRESQL, Database, PostgreSQL, database_at, reachable
from tests.world import World

ROOT = Path(__file__).resolve().parent.parent.parent.parent
ROWS = 400_000
SETUP = f"""
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.management import call_command
from campaigns.models import Campaign, RewardTemplate
from issuance.importing.new_list import create_list
from tests import cast
from tests.crash.partner import MERCHANT
from thanxportal.accounts.models import Merchant
from django.utils import timezone
call_command("migrate", verbosity=0)
merchant = Merchant.objects.create(thanx_id=MERCHANT.id, handle=MERCHANT.handle, name=MERCHANT.name)
for template in MERCHANT.templates:
    RewardTemplate.objects.create(merchant=merchant, thanx_id=template.id, name=template.name, seen_at=timezone.now())
campaign = cast.draft_campaign(merchant)
Campaign.objects.filter(pk=campaign.pk).update(state="published", thanx_id="campaign")
campaign.refresh_from_db()
rows = "email\\n" + "\\n".join(f"guest{{number}}@example.com" for number in range({ROWS}))
create_list(campaign=campaign, name="June", content=ContentFile(rows.encode(), name="june.csv"), actor=None)
"""


@contextmanager
def asked_to_stop() -> Iterator[None]:
    shutdown.asked.set()
    yield
    shutdown.asked.clear()


@pytest.fixture(autouse=True)
def asked_no_more() -> Iterator[None]:
    yield
    shutdown.asked.clear()


@pytest.mark.django_db
def test_no_new_piece_of_work_is_begun(one_arm: Campaign, world: World) -> None:
    create_list(campaign=one_arm, name="June guests", content="a@example.com", actor=None)
    with asked_to_stop():
        due_work.drive_due_work()
    assert GuestList.objects.get().state == "uploaded"


@pytest.mark.django_db
def test_a_list_that_is_being_read_is_let_go_after_the_batch_and_read_on_later(
    one_arm: Campaign, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    monkeypatch.setattr("issuance.importing.batches.BATCH", 2)
    text = "\n".join(f"guest{number}@example.com" for number in range(5))
    guest_list = create_list(campaign=one_arm, name="June guests", content=text, actor=None)
    with asked_to_stop():
        due_work.read_guest_file(guest_list.pk)
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.rows_count, guest_list.lease_until, guest_list.crash_count) == (
        "reading",
        2,
        None,
        0,
    )
    due_work.drive_due_work()
    guest_list.refresh_from_db()
    assert (guest_list.state, guest_list.rows_count) == ("checked", 5)


@pytest.mark.django_db
def test_a_job_is_let_go_before_its_first_byte(
    one_arm: Campaign, launched: Callable[[Campaign, str], GuestList], world: World
) -> None:
    guest_list = launched(one_arm, "a@example.com")
    due_work.plan_list(guest_list.pk)
    with asked_to_stop():
        due_work.work_job(guest_list.jobs.get().pk)
    job = IssuanceJob.objects.get()
    assert (job.state, job.lease_until, job.crash_count) == ("ready", None, 0)
    assert job.next_attempt_at is not None


@pytest.fixture(params=["sqlite://", os.environ.get("DATABASE_URL", POSTGRESQL)], ids=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if not request.param.startswith("sqlite") and not reachable(request.param):
        pytest.skip("PostgreSQL isn't reachable.")
    made = database_at(request.param, tmp_path)
    made.create()
    yield made
    made.drop()


def row_of(database: Database) -> tuple[Any, ...]:
    """State, rows read, lease and crashes of the one list, as another process sees them."""
    query = "SELECT state, rows_count, lease_until, crash_count FROM issuance_guestlist"
    if isinstance(database, PostgreSQL):
        with psycopg.connect(database.url) as postgresql:
            return postgresql.execute(query).fetchone() or ()
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"), timeout=20)) as sqlite:
        return tuple(sqlite.execute(query).fetchone())


@pytest.mark.crash
def test_a_real_worker_that_reads_a_list_stops_in_time_without_a_lease(database: Database, tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": database.url,
        "VAR_DIR": str(tmp_path),
        "CELERY_BROKER_URL": "filesystem://",
        "DJANGO_SETTINGS_MODULE": "thanxportal.settings",
    }
    subprocess.run([sys.executable, "-c", SETUP], env=environment, cwd=ROOT, check=True)
    command = [sys.executable, "-m", "celery", "-A", "thanxportal", "worker", "-P", "threads", "-c", "2"]
    worker = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not 0 < row_of(database)[1] < ROWS:
            assert worker.poll() is None
            time.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=40) == 0
    finally:
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    state, rows, lease, crashes = row_of(database)
    assert (state, lease, crashes) == ("reading", None, 0)
    assert 0 < rows < ROWS
