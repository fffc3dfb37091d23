"""Messages are only hints: whatever comes by the broker, or becomes of it, no worker ends and none gets stuck.

Real workers, and a beat, on either broker, on the engine of DATABASE_URL or SQLite. The full disk is a small tmpfs,
which takes root to mount.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.crash.database import Database, PostgreSQL, SQLite, database_at
from tests.crash.patience import comes_true

pytestmark = pytest.mark.crash
ROOT = Path(__file__).parents[2]
OUTAGE = 60 if os.environ.get("CRASH_SIZE") == "full" else 20  # seconds
MOST_LINES = 50  # a minute
PATIENCE = 90.0  # seconds, on a busy machine
QUEUE = "sending"
ENGINE = os.environ.get("DATABASE_URL", "sqlite://")
WORKER = ("worker", "-P", "threads", "-c", "2", "-l", "INFO")
# A campaign that is due to be published in some seconds, at a Thanx that nobody answers for.
DUE = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from campaigns.models import Campaign
from thanxportal.accounts.models import Merchant
merchant = Merchant.objects.create(thanx_id="m", handle="m", name="M")
names = ("start_at", "end_at", "redeemable_from", "redeemable_to", "next_attempt_at")
dates = dict.fromkeys(names, timezone.now() + timedelta(seconds=8))
Campaign.objects.create(merchant=merchant, name="C", state="publishing", **dates)
"""
NUDGE = "from thanxportal.celery import app; app.send_task('issuance.tasks.work_job', [0])"


def message(task: Any = "issuance.tasks.work_job", body: str | None = None, **headers: Any) -> dict[str, Any]:
    arguments = b64encode(json.dumps([[0], {}, {}]).encode()).decode()
    delivery = {"exchange": "", "routing_key": QUEUE}
    return {
        "body": arguments if body is None else body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"task": task, "id": "1", "lang": "py"} | headers,
        "properties": {"delivery_tag": "1", "delivery_info": delivery, "body_encoding": "base64", "priority": 0},
    }


def as_bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


SET_ASIDE = {
    "empty": b" ",  # Redis keeps no empty ones; the file has a case of its own.
    "no JSON": b"\x00\xff\x80",
    "cut off": as_bytes(message())[:-40],
    "null": b"null",
    "a list": b"[]",
    "without properties": as_bytes({"body": "", "headers": {"task": "issuance.tasks.work_job"}}),
    "without a tag": as_bytes(message() | {"properties": {"delivery_info": {}}}),
    "of another program": as_bytes(message("shop.tasks.sell")),
    "of the first protocol": as_bytes({"task": "issuance.tasks.work_job", "id": "1", "args": [0], "kwargs": {}}),
    "a task that is a list": as_bytes(message(["issuance.tasks.work_job"])),
    "a body that is none": as_bytes(message(body="%%%")),
    "a body of another kind": as_bytes(message(body=b64encode(b'"hello"').decode())),
    "no arguments": as_bytes(message(body=b64encode(json.dumps([None, None, None]).encode()).decode())),
    "huge and no JSON": os.urandom(10_000_000),
    "huge": as_bytes(message(body="A" * 10_000_000)),
}
DROPPED = {
    "an odd time": as_bytes(message(eta="soon")),
    "a number for an id": as_bytes(message(id=7)),
    "pickled": as_bytes(message() | {"content-type": "application/x-python-serialize"}),
    "odd limits": as_bytes(message(timelimit="none", retries="x")),
    "an odd expiry": as_bytes(message(expires={"a": 1})),
}


class Program:
    """A process of Celery that writes its log to a file."""

    def __init__(self, name: str, *arguments: str, folder: Path, **environment: str) -> None:
        self.log = folder.parent / f"{folder.name}-{name}.log"  # on another disk than what it is about
        self.environment = os.environ | {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "thanxportal.settings"}
        self.environment |= environment
        command = [sys.executable, "-m", "celery", "-A", "thanxportal", *arguments]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.started = time.monotonic()

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def says(self, words: str, *, times: int = 1, within: float = PATIENCE) -> bool:
        return comes_true(lambda: self.text().count(words) >= times or self.process.poll() is not None, within)

    def does(self, task: str = "work_job") -> int:
        """How many tasks have succeeded."""
        return sum(f"issuance.tasks.{task}[" in line and "succeeded" in line for line in self.text().splitlines())

    def takes_a_nudge(self, *, within: float = PATIENCE) -> bool:
        """Whether the worker is alive, and does what a new message says."""
        before = self.does()
        sent = subprocess.run([sys.executable, "-c", NUDGE], env=self.environment, cwd=ROOT, check=False)
        return sent.returncode == 0 and comes_true(lambda: self.does() > before, within) and self.alive

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def lines_a_minute(self) -> float:
        """Lines that tell of trouble, after the greeting."""
        _, _, log = self.text().partition("[tasks]")
        troubles = [line for line in log.splitlines() if " INFO " not in line and not line.startswith("  . ")]
        return len(troubles) / max(1.0, (time.monotonic() - self.started) / 60)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def running(name: str, *arguments: str, folder: Path, **environment: str) -> Iterator[Program]:
    program = Program(name, *arguments, folder=folder, **environment)
    try:
        yield program
    finally:
        program.end()


class RedisServer:
    """A Redis of the test, which can go away."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url, self.folder = f"redis://127.0.0.1:{self.port}/0", folder
        self.client = redis.Redis(port=self.port)

    def start(self) -> None:
        options = ["--port", str(self.port), "--save", "", "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        assert comes_true(self._answers, 20)

    def _answers(self) -> bool:
        with suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Migrated once, for all tests of this module."""
    place = tmp_path_factory.mktemp("migrated")
    database = database_at(ENGINE, place)
    database.create()
    environment = os.environ | {"DATABASE_URL": database.url, "VAR_DIR": str(place)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
    database.keep_as_fresh()
    yield database
    database.drop()


@pytest.fixture
def folder(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    database.refresh()
    monkeypatch.setenv("DATABASE_URL", database.url)
    return tmp_path


@pytest.fixture
def unmigrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    empty = SQLite(tmp_path) if ENGINE.startswith("sqlite") else PostgreSQL(ENGINE, "empty")
    empty.create()
    monkeypatch.setenv("DATABASE_URL", empty.url)
    yield tmp_path
    empty.drop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    if not shutil.which("redis-server"):
        pytest.skip("There is no redis-server.")
    server = RedisServer(tmp_path)
    server.start()
    with server.client:
        yield server
    server.stop()


def put_file(folder: Path) -> Callable[[bytes], None]:
    def put(raw: bytes) -> None:
        path = folder / "broker" / f"{time.time_ns()}_x.{QUEUE}.msg"
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".part").write_bytes(raw)
        path.with_suffix(".part").rename(path)

    return put


def outlives(worker: Program, put: Callable[[bytes], Any], waiting: Callable[[], int]) -> None:
    """Throws every bad message at a worker, some of them often."""
    assert worker.says("ready.")
    for raw in (*SET_ASIDE.values(), *DROPPED.values(), *[b"rubbish"] * 200):
        put(raw)
    assert comes_true(lambda: waiting() == 0, PATIENCE)
    assert worker.takes_a_nudge(), worker.text()[-4_000:]
    assert worker.lines_a_minute() < MOST_LINES, worker.text()[-8_000:]


def test_no_bad_file_ends_a_worker(folder: Path) -> None:
    with running("worker", *WORKER, folder=folder, CELERY_BROKER_URL="filesystem://") as worker:
        put_file(folder)(b"")
        outlives(worker, put_file(folder), lambda: len(list((folder / "broker").glob("*.msg"))))
        kept = [path.read_bytes() for path in (folder / "broker" / "set-aside").iterdir()]
    assert kept.count(b"rubbish") == len(kept) == 100  # the last ones; the others were there first


def test_no_bad_message_in_redis_ends_a_worker(folder: Path, redis_server: RedisServer) -> None:
    client = redis_server.client
    with running("worker", *WORKER, folder=folder, CELERY_BROKER_URL=redis_server.url) as worker:
        outlives(worker, lambda raw: client.lpush(QUEUE, raw), lambda: client.llen(QUEUE))
    assert client.llen("set-aside") == 100


def test_each_bad_file_is_kept_as_it_came(folder: Path) -> None:
    put = put_file(folder)
    for raw in SET_ASIDE.values():
        put(raw)
    with running("worker", *WORKER, folder=folder, CELERY_BROKER_URL="filesystem://") as worker:
        assert worker.takes_a_nudge()
        kept = {path.read_bytes() for path in (folder / "broker" / "set-aside").iterdir()}
    assert kept == {*SET_ASIDE.values()}
    assert worker.text().count("set aside") == 1


def test_a_folder_that_goes_away_is_made_again(folder: Path) -> None:
    with running("worker", *WORKER, folder=folder, CELERY_BROKER_URL="filesystem://") as worker:
        assert worker.takes_a_nudge()
        shutil.rmtree(folder / "broker")
        assert worker.takes_a_nudge()
        shutil.rmtree(folder / "broker")
        (folder / "broker").write_text("a file where the folder was")
        time.sleep(OUTAGE)
        assert worker.lines_a_minute() < MOST_LINES
        (folder / "broker").unlink()
        assert worker.takes_a_nudge()


def test_a_redis_that_comes_late_forgets_and_goes_away(folder: Path, redis_server: RedisServer) -> None:
    redis_server.stop()
    broker = {"CELERY_BROKER_URL": redis_server.url}
    with (
        running("worker", *WORKER, folder=folder, **broker) as worker,
        running("beat", "beat", "--pidfile=", "-l", "INFO", folder=folder, **broker) as beat,
    ):
        assert worker.says("Cannot connect to redis")
        redis_server.start()
        assert worker.takes_a_nudge()
        assert comes_true(lambda: worker.does("sweep") > 0, PATIENCE)  # sent by beat
        redis_server.client.flushall()
        assert worker.takes_a_nudge()
        redis_server.stop()
        time.sleep(OUTAGE)
        redis_server.start()
        assert worker.takes_a_nudge()
        redis_server.client.flushall()
        swept = worker.does("sweep")
        assert comes_true(lambda: worker.does("sweep") > swept, PATIENCE), "beat still finds the queue"
        assert beat.alive
        assert worker.lines_a_minute() < MOST_LINES, worker.text()[-8_000:]
        assert beat.lines_a_minute() < MOST_LINES, beat.text()[-8_000:]


def test_a_sweeper_in_trouble_says_little(unmigrated: Path) -> None:
    with running("worker", *WORKER, folder=unmigrated, CELERY_BROKER_URL="filesystem://") as worker:
        assert worker.says("Looking for due work failed")
        time.sleep(OUTAGE)
        assert worker.alive
        assert worker.lines_a_minute() < MOST_LINES


@pytest.fixture
def small_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Holds the files of the broker, and the database if that is a file."""
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(disk)], check=False).returncode:
        pytest.skip("Mounting a small disk takes root.")
    if ENGINE.startswith("sqlite"):
        shutil.copyfile(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), disk / "portal.sqlite3")
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{disk / 'portal.sqlite3'}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fills a disk, and keeps it full when something is deleted."""
    over = threading.Event()

    def fill() -> None:
        with (disk / "filler").open("wb", buffering=0) as filler:
            while not over.wait(0.05):
                with suppress(OSError):
                    while filler.write(b"0" * 4_096):
                        pass

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    time.sleep(2)
    yield
    over.set()
    filling.join()
    (disk / "filler").unlink()


@pytest.mark.skipif(os.getuid() != 0, reason="Mounting a small disk takes root.")
def test_a_full_disk_ends_no_worker(small_disk: Path) -> None:
    nobody = "http://127.0.0.1:9"
    with running(
        "worker", *WORKER, folder=small_disk, CELERY_BROKER_URL="filesystem://", THANX_BASE_URL=nobody
    ) as worker:
        assert worker.takes_a_nudge()
        subprocess.run([sys.executable, "-c", DUE], env=worker.environment, cwd=ROOT, check=True)
        with full(small_disk):
            assert not worker.takes_a_nudge(within=1)
            time.sleep(OUTAGE)
            assert worker.alive
            assert "failed with OperationalError" in worker.text() or not ENGINE.startswith("sqlite")
        assert worker.takes_a_nudge()
        assert worker.lines_a_minute() < MOST_LINES
