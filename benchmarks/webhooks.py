"""What a signed webhook costs, received and applied, next to a bare view that only inserts one row.

    python -m benchmarks.webhooks [EVENTS]

Both go through the same WSGI handler and middleware, in turns, into a database of their own (a SQLite file, or
PostgreSQL by DATABASE_URL). Ends with one JSON line: `seconds` of receiving and applying all events, `baseline`
seconds of the bare view, `ratio` of the two.
"""

from __future__ import annotations

import hmac
import io
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

SECRET = "benchmark"  # noqa: S105 - signs only what is made here
JOB_SIZE = 10_000
ROUND = 500


def main(rows: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    settings.THANX_WEBHOOK_SECRETS, settings.SECURE_SSL_REDIRECT = [SECRET], False
    settings.ROOT_URLCONF = "benchmarks.webhook_floor"
    with own_database():
        print(json.dumps(measure(rows)))


def measure(rows: int) -> dict[str, Any]:
    from benchmarks.webhook_guests import seat_guests
    from issuance.engine.incoming_webhooks import apply_due_deliveries
    from issuance.models import Guest

    seat_guests(rows)
    handler = WSGIHandler()
    floor, received = 0.0, 0.0
    for start in range(0, rows, ROUND):
        numbers = range(start, min(rows, start + ROUND))
        floor += seconds_of(lambda numbers=numbers: post_all(handler, "/floor", numbers))
        received += seconds_of(lambda numbers=numbers: post_all(handler, "/webhooks/thanx", numbers))
    applied = 0.0
    while found := Guest.objects.filter(reward_id="").count():
        applied += seconds_of(apply_due_deliveries)
        if Guest.objects.filter(reward_id="").count() == found:
            raise SystemExit(f"{found} guests got no reward id.")
    print(f"{rows / received:,.0f} received a second, {rows / applied:,.0f} applied a second", file=sys.stderr)
    seconds = received + applied
    figures = {"ratio": seconds / floor, "baseline": floor, "seconds": seconds}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"name": f"webhooks-{connection.vendor}", **{name: round(value, 2) for name, value in figures.items()},
            "rows": rows, "peak_mb": round(peak)}  # fmt: skip


def post_all(handler: WSGIHandler, target: str, numbers: range) -> None:
    for number in numbers:
        body = reward_issued(number)
        response = handler(_environ(target, number, body), lambda *answer: None)
        response.close()
        if response.status_code != 200:
            raise SystemExit(f"{target} answered {response.status_code} to event {number}.")


def _environ(target: str, number: int, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": target,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_NUMBER": f"floor{number}",
        "HTTP_X_THANX_SIGNATURE": hmac.new(SECRET.encode(), body, "sha256").hexdigest(),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }


def reward_issued(number: int) -> bytes:
    """An event as long as real ones are: a good kilobyte, with the whole campaign in it."""
    variant = {"id": "variant0001", "name": "Arm A", "reward_template_id": "template0001"}
    campaign = {"id": "campaign0001", "name": "Win-back June", "objective": "Bring guests back", "variant": variant}
    campaign |= dict.fromkeys(("start_at", "end_at", "redeemable_from", "redeemable_to"), "2026-06-01T00:00:00Z")
    campaign |= {"time_zone": "America/New_York", "fine_print": "One per guest, not with other offers. " * 8}
    data = {
        "issuance_job_id": f"job{number // JOB_SIZE}",
        "merchant_id": "merchant0001",
        "reward_id": f"reward{number}",
        "identifier": {"type": "email", "index": number % JOB_SIZE},
        "user_id": f"user{number}",
        "state": "active",
        "expires_at": "2026-07-15T00:00:00Z",
        "campaign": campaign,
    }
    return json.dumps({"event": "reward.issued", "timestamp": "2026-06-01T12:00:00Z", "data": data}).encode()


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def own_database() -> Iterator[None]:
    """A database that nobody else uses, in a file also on SQLite: memory would flatter both sides."""
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "benchmark.sqlite3") if connection.vendor == "sqlite" else "benchmark_webhooks"
        connection.settings_dict["TEST"]["NAME"] = name
        connection.settings_dict["CONN_MAX_AGE"] = None  # Opening one for each request would hide all else.
        before = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
