"""Thanx at its worst: 10,000 `reward.issued` in 60 seconds, and amid them a batch event of 3.6 MB.

    python -m benchmarks.webhook_endurance [SECONDS [EVENTS]]

Over real sockets into gunicorn as in the Procfile, while a real worker applies what arrives; first into SQLite, then
into PostgreSQL (of DATABASE_URL, or on this machine). Latency counts from the moment at which an event was due, so
that a server that falls behind can't hide it. Ends with one JSON line, and not with 0 when an answer was not 2xx, the
slowest hundredth took a second or more, the web process grew by 50 MB or more, or a guest got no reward id. With fewer
EVENTS, as in CI, latency is told but not judged: such machines are busy.
"""

from __future__ import annotations

import hmac
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from benchmarks.programs import WEB, WORKER, ask, environment_of, running
from benchmarks.webhooks import SECRET, reward_issued
from tests.crash.database import POSTGRESQL, Database, database_at
from tests.crash.patience import comes_true
from thanxportal.demo.__main__ import free_port

EVENTS = 10_000
SECONDS = 60.0
CONNECTIONS = 32
WARM_UP = 500  # events after which the web process has its working size; they are sent before, and again
MOST_P99_MS, MOST_GROWTH_MB = 1_000, 50
SEAT_GUESTS = (
    "import django; django.setup()\n"
    "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
    "from benchmarks.webhook_guests import seat_guests; seat_guests({})"
)
GUESTS_WITHOUT_REWARD = (
    "import django; django.setup()\n"
    "from issuance.models import Guest; print(Guest.objects.filter(reward_id='').count())"
)


class Answer(NamedTuple):
    status: int  # 0: none
    seconds: float


def main(seconds: float = SECONDS, events: float = EVENTS) -> int:
    server = os.environ.get("DATABASE_URL") or POSTGRESQL
    measured = {
        engine: measure(url, seconds, int(events)) for engine, url in (("sqlite", "sqlite://"), ("postgresql", server))
    }
    worst = {name: max(figures[name] for figures in measured.values()) for name in measured["sqlite"]}
    print(json.dumps({"name": "webhook-endurance", "seconds": seconds, **worst, "engines": measured}))
    in_time = worst["p99_ms"] < MOST_P99_MS or events < EVENTS
    kept = in_time and worst["growth_mb"] < MOST_GROWTH_MB
    return int(worst["non_2xx"] > 0 or worst["without_reward"] > 0 or not kept)


def measure(url: str, seconds: float, events: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        database = database_at(url, Path(folder))
        database.create()
        try:
            return _measure(database, folder, seconds, events)
        finally:
            database.drop()


def _measure(database: Database, folder: str, seconds: float, events: int) -> dict[str, float]:
    environment = environment_of(database, folder)
    ask(SEAT_GUESTS.format(events), environment)
    port = free_port(8400)
    with running(f"{WEB}127.0.0.1:{port}", environment) as web, running(WORKER, environment):
        if not comes_true(lambda: _answers(port), 60):
            raise SystemExit("The web process doesn't come up.")
        post_all(port, range(WARM_UP), seconds=WARM_UP * SECONDS / EVENTS)
        before, batch = _megabytes(web), Batch(port, after=seconds / 2)
        answers = post_all(port, range(events), seconds)
        batch.join()
        growth = _megabytes(web) - before
        comes_true(lambda: ask(GUESTS_WITHOUT_REWARD, environment) == "0", 60)
        without = int(ask(GUESTS_WITHOUT_REWARD, environment))
    return _figures([*answers, batch.answer], batch.answer) | {"growth_mb": round(growth, 1), "without_reward": without}


def _figures(answers: list[Answer], batch: Answer) -> dict[str, float]:
    took = quantiles((answer.seconds for answer in answers), n=100)
    return {
        "events": len(answers),
        "non_2xx": sum(answer.status // 100 != 2 for answer in answers),
        "p50_ms": round(took[49] * 1000),
        "p99_ms": round(took[98] * 1000),
        "slowest_ms": round(max(answer.seconds for answer in answers) * 1000),
        "batch_ms": round(batch.seconds * 1000),
    }


def _megabytes(pid: int) -> float:
    """Resident memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in (pid, *children))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def post_all(port: int, numbers: range, seconds: float) -> list[Answer]:
    """Posts the events of these numbers at an even pace; returns the answers in no order."""
    turns, answers = count(), []
    begin, pace = time.monotonic(), seconds / len(numbers)

    def post_some() -> None:
        connection = Connection(port)
        while (turn := next(turns)) < len(numbers):
            due = begin + turn * pace
            time.sleep(max(0, due - time.monotonic()))
            answers.append(connection.post(reward_issued(numbers[turn]), due))

    threads = [threading.Thread(target=post_some) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class Batch(threading.Thread):
    """Posts the event of a whole batch of refusals amid all the others."""

    def __init__(self, port: int, after: float) -> None:
        super().__init__()
        self._port, self._body, self.answer = port, batch_completed(), Answer(0, 0)
        self._due = time.monotonic() + after
        self.start()

    def run(self) -> None:
        time.sleep(max(0, self._due - time.monotonic()))
        self.answer = Connection(self._port).post(self._body, self._due)


def batch_completed() -> bytes:
    """A body of 3.6 MB: 10,000 refusals of long addresses."""
    failure = {"user_identifier": f"{'x' * 200}@example.com", "reason": "USER_EMAIL_INVALID" * 7}
    data = {
        "issuance_job_id": "job0",
        "merchant_id": "merchant0001",
        "state": "completed",
        "failures": [failure] * EVENTS,
    }
    body = json.dumps({"event": "reward_batch.completed", "timestamp": "2026-06-01T12:00:00Z", "data": data}).encode()
    if len(body) < 3_600_000:
        raise SystemExit(f"The batch event has only {len(body)} bytes.")
    return body


class Connection:
    """One kept connection, as a sender of many events has it. Like Thanx, it sends nothing twice."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=15)  # Thanx waits as long.

    def post(self, body: bytes, due: float) -> Answer:
        """The answer, and how long after `due` it was complete."""
        signature = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        headers = {"Content-Type": "application/json", "X-Thanx-Signature": signature}
        try:
            self._http.request("POST", "/webhooks/thanx", body, headers)
            answer = self._http.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self._http.close()
            status = 0
        return Answer(status, time.monotonic() - due)


def _answers(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/webhooks/thanx")
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
