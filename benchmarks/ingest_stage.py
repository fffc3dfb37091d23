"""The stage of the reading benchmark: a database of its own, a campaign, lists of files, and a worker for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """A migrated database that nobody else uses, which workers reach too; gives its address."""
    settings.MEDIA_ROOT = folder
    if connection.vendor == "sqlite":
        address = f"sqlite:///{folder / 'benchmark.sqlite3'}"
        connection.settings_dict["NAME"] = str(folder / "benchmark.sqlite3")
        call_command("migrate", verbosity=0)
        yield address
        return
    before, name = connection.settings_dict["NAME"], "benchmark_ingest"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def campaign() -> Any:
    """One published campaign: two arms of 45 % and a Control of 10 %."""
    from campaigns.models import Campaign, RewardTemplate, Variant
    from thanxportal.accounts.models import Merchant

    now = timezone.now()
    dates = dict.fromkeys(("start_at", "end_at", "redeemable_from", "redeemable_to"), now)
    merchant = Merchant.objects.create(thanx_id="merchant1", handle="harbor-grill", name="Harbor Grill")
    template = RewardTemplate.objects.create(merchant=merchant, thanx_id="template1", name="Coffee", seen_at=now)
    made = Campaign.objects.create(merchant=merchant, name="Win-back", state="published", thanx_id="campaign1", **dates)
    for position, weight in enumerate((45, 45, 10)):
        name, reward = ("Control", None) if position == 2 else (f"Arm {position}", template)
        Variant.objects.create(campaign=made, position=position, name=name, weight=weight, reward_template=reward)
    return made


def list_of(made: Any, path: Path) -> Any:
    """The file as a list that waits to be read, as right after its upload."""
    from issuance.models import GuestList

    fields = {"merchant": made.merchant, "campaign": made, "name": path.name, "file": path.name}
    return GuestList.objects.create(bytes_total=path.stat().st_size, **fields)


def read_by_a_worker(guest_list: Any, address: str) -> dict[str, Any]:
    """Reads a list in a fresh process as a worker's task would: `seconds` without the start, and its `peak_mb`."""
    environment = os.environ | {
        "DATABASE_URL": address,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "MAX_LIST_ROWS": "10000000",
        "MAX_LIST_BYTES": str(10**10),
    }
    command = [sys.executable, "-m", "benchmarks.ingest_stage", str(guest_list.pk)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    guest_list.refresh_from_db()
    if guest_list.state != "checked":
        raise SystemExit(f"The list ended as {guest_list.state}: {guest_list.problem}")
    return dict(json.loads(done.stdout))


def worker(list_id: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thanxportal.settings")
    django.setup()
    from django.db import connection

    from benchmarks.ingest_spreadsheet import peak_kilobytes
    from issuance import tasks
    from thanxportal.celery import keep_what_is_loaded

    connection.ensure_connection()
    keep_what_is_loaded()
    start = time.perf_counter()
    tasks.read_list(list_id)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak_mb": round(peak_kilobytes() / 1024)}))


if __name__ == "__main__":
    worker(int(sys.argv[1]))
