"""What a slot of the rate gate costs, next to the least that processes could share: an UPDATE of a single row.

    python -m benchmarks.gate [SECONDS]

Four processes take slots that are always free, and in turns with that add one to a column, in a database of their own
(a SQLite file, or PostgreSQL by DATABASE_URL). Ends with one JSON line: `rows` slots taken, `seconds` and `baseline`
of 1,000 slots and of 1,000 bare updates by four processes, `ratio` of the two.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable

import django
from django.db import connection

from benchmarks.webhooks import own_database

PROCESSES = 4
ROUNDS = 5


def main(seconds: float) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    with own_database():
        pairs = measure(seconds)
    taken, bare = (statistics.median(rates) for rates in zip(*pairs, strict=True))
    figures = {"ratio": bare / taken, "baseline": 1_000 / bare, "seconds": 1_000 / taken}
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"{taken:,.0f} slots and {bare:,.0f} bare updates a second", file=sys.stderr)
    print(json.dumps({"name": f"gate-{connection.vendor}", **{name: round(value, 2) for name, value in
                      figures.items()}, "rows": round(sum(rate for rate, _ in pairs) * seconds),
                      "peak_mb": round(peak)}))  # fmt: skip


def measure(seconds: float) -> list[tuple[float, float]]:
    """(slots, bare updates) a second, of each round."""
    from thanxportal.partner import slots
    from thanxportal.partner.models import Credential

    slots.SHORT, slots.LONG = slots.Window(5, -2.0), slots.Window(2_000, -2.0)  # So that there is always a slot.
    credential, other = (Credential.objects.create(client_id=name).pk for name in ("gate", "bare"))

    def slot() -> bool:
        return slots.take(credential, share=1.0, slack=0.0, refused=False)

    def bare() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE partner_credential SET sent_count = sent_count + 1 WHERE id = %s", [other])
            return bool(cursor.rowcount)

    connection.close()
    return [(rate_of(slot, seconds), rate_of(bare, seconds)) for _ in range(ROUNDS)]


def rate_of(work: Callable[[], bool], seconds: float) -> float:
    """How often a second four processes do it together."""
    context = multiprocessing.get_context("fork")
    done = context.Array("i", PROCESSES)
    processes = [context.Process(target=_repeat, args=(work, seconds, done, number)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(done) / seconds


def _repeat(work: Callable[[], bool], seconds: float, done: list[int], number: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done[number] += work()
    connection.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
