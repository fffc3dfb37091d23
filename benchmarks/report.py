"""What the report of a list costs, next to the same guests read by `values_list().iterator()` and written as plain CSV.

    python -m benchmarks.report [GUESTS]

In turns, in a database of their own (a SQLite file, or PostgreSQL by DATABASE_URL). Ends with one JSON line: `seconds`
of the report with the file's columns, `baseline` seconds of the plain CSV, `ratio` of the two.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import statistics
import sys

import django
from django.db import connection

from benchmarks.webhooks import own_database, seconds_of

ROUNDS = 3


def main(rows: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    with own_database():
        pairs = measure(rows)
    report, baseline = (statistics.median(times) for times in zip(*pairs, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"ratio": report / baseline, "baseline": baseline, "seconds": report}
    print(json.dumps({"name": f"report-{connection.vendor}", **{name: round(value, 2) for name, value in
                      figures.items()}, "rows": rows, "peak_mb": round(peak)}))  # fmt: skip


def measure(rows: int) -> list[tuple[float, float]]:
    from benchmarks.webhook_guests import seat_guests
    from issuance.models import Guest, GuestList
    from issuance.outcomes.reports import report

    seat_guests(rows)
    guests = GuestList.objects.select_related("merchant", "campaign").get()
    guests.file_info = {"names": ["Name", "Email", "Store", "Tier"], "email": 1}
    Guest.objects.update(outcome="waiting", cells="\x1f".join(["Maria Lopez", "maria@example.com", "Austin", "Gold"]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # The database does it by itself within a minute of a load.

    def plain() -> int:
        values = Guest.objects.of_list(guests).values_list("row", "value", "type", "outcome", "cells")
        with open(os.devnull, "w") as nowhere:
            writer = csv.writer(nowhere)
            return sum(1 for line in values.iterator(chunk_size=2_000) if writer.writerow(line))

    def ours() -> int:
        return sum(len(piece.encode()) for piece in report(guests, unmasked=True))

    return [(seconds_of(ours), seconds_of(plain)) for _ in range(ROUNDS)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
