"""What loading exports and reading a campaign out of them costs, next to a bare load of the rows that are kept.

    python -m benchmarks.exports [PURCHASES]

For each purchase there is a tenth of a member and a 25th of a guest, four of five of whom are members. Runs in a
database of its own (a SQLite file, or PostgreSQL by DATABASE_URL). A process like a worker loads all, then the same
again, then a day's increment of 20,000 purchases. Ends with one JSON line: `seconds` of load and read-out together,
`baseline` of COPY or executemany of the kept purchases into their own table, emptied, `ratio` of the two, and the
seconds of `again`, `increment` and `read_out`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction

from benchmarks.export_files import DAYS, START, write_guests, write_memberships, write_purchases
from benchmarks.ingest_spreadsheet import peak_kilobytes
from benchmarks.ingest_stage import ROOT, campaign, list_of, own_database, read_by_a_worker

INCREMENT = 20_000


def main(purchases: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    with tempfile.TemporaryDirectory() as folder, own_database(Path(folder)) as address:
        figures = measure(Path(folder), address, purchases)
    print(json.dumps({"name": f"exports-{connection.vendor}", **figures, "rows": purchases}))


def measure(folder: Path, address: str, purchases: int) -> dict[str, Any]:
    members, guests = purchases // 10, purchases // 25
    made = campaign()
    guest_list = list_of(made, write_guests(folder / "guests.csv", guests))
    read_by_a_worker(guest_list, address)
    type(guest_list).objects.filter(pk=guest_list.pk).update(planned_at=START + timedelta(days=DAYS // 2))
    files = [
        write_memberships(folder / "memberships_2026-09-01.csv", members, guests),
        write_purchases(folder / "purchases_2026-09-01.csv", range(purchases), members),
    ]
    more = write_purchases(folder / "purchases_2026-09-02.csv", range(purchases, purchases + INCREMENT), members)
    first, again, increment = (in_a_worker(address, made.pk, paths) for paths in (files, files, [more]))
    for name, said in (("first", first), ("again", again), ("increment", increment)):
        print(f"{name}: {said}", file=sys.stderr)
    seconds, baseline = first["load"] + first["read_out"], bare_load()
    figures = {"ratio": seconds / baseline, "baseline": baseline, "seconds": seconds, "again": again["load"],
               "increment": increment["load"], "read_out": first["read_out"]}  # fmt: skip
    return {name: round(value, 2) for name, value in figures.items()} | {"peak_mb": first["peak_mb"]}


def in_a_worker(address: str, campaign_id: int, paths: list[Path]) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.exports", "worker", str(campaign_id), *map(str, paths)]
    environment = os.environ | {"DATABASE_URL": address, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def worker(campaign_id: int, paths: list[Path]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    from campaigns.models import Campaign
    from issuance.exports.loading import load_export
    from issuance.exports.receiving import receive_export
    from issuance.models import ExportFile
    from issuance.readout.sums import sums_of

    made = Campaign.objects.select_related("merchant").get(pk=campaign_id)
    start = time.perf_counter()
    for path in paths:
        with path.open("rb") as content:
            receive_export(merchant=made.merchant, name=path.name, content=File(content))
    while export := ExportFile.objects.due().first():
        load_export(export.pk)
    loaded = time.perf_counter()
    sums_of(made, START + timedelta(days=DAYS))
    figures = {"load": loaded - start, "read_out": time.perf_counter() - loaded, "peak_mb": peak_kilobytes() // 1024}
    figures["cpu"] = time.process_time()
    latest = ExportFile.objects.latest("loaded_at")
    sums = {name: getattr(latest, f"{name}_count") for name in ("rows", "kept", "new", "replaced", "bad")}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()} | sums))


def bare_load() -> float:
    """Seconds to write the kept purchases once more, into their own table, emptied."""
    from issuance.exports.keeping import Purchases
    from issuance.models import Purchase
    from issuance.models.bulk import insert_rows

    names = ", ".join(Purchases.columns.names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM issuance_purchase ORDER BY id")
        rows = cursor.fetchall()
    Purchase.objects.all()._raw_delete(connection.alias)
    start = time.perf_counter()
    with transaction.atomic():
        insert_rows(Purchase, Purchases.columns.names, rows)
    return time.perf_counter() - start


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(int(sys.argv[2]), [*map(Path, sys.argv[3:])])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000)
