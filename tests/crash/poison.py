"""A batch of a program kills every worker that gathers it: python -m tests.crash.poison DATABASE.

Workers are started until one ends by itself. Prints one JSON line: how many died, and what came of the batches.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.crash.database import database_at
from tests.crash.partner import Partner
from tests.crash.play import surround

if TYPE_CHECKING:
    from tests.crash.harness import Harness

POISON = "poison@example.com"
PATIENCE = 60.0  # seconds of each worker
MOST_DEATHS = 20  # Then it is for ever.


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="poison-") as folder:
        partner, database = Partner(), database_at(sys.argv[1], Path(folder))
        surround(partner.url, database.url, folder)
        from tests.crash.harness import Harness

        try:
            print(json.dumps(_play(Harness(partner, database))))
        finally:
            partner.close()
            database.drop()


def _play(harness: Harness) -> dict[str, int]:
    from tests.crash.harness import ask, ended, start

    harness.prepare()
    harness.partner.restart(seed=1)
    harness.database.refresh()
    ask(_stage)
    deaths = 0
    while os.WIFSIGNALED(ended(start(_work), PATIENCE * 2) or 0) and deaths < MOST_DEATHS:
        deaths += 1
    return {"deaths": deaths, **ask(_what_came_of_it)}


def _stage() -> None:
    from tests.crash import worker

    worker.hurry(worker.Haste())
    worker.ask_by_program(worker.open_shop(1), ["ann@example.com", "bob@example.com"], [POISON], ["cid@example.com"])


def _work() -> None:
    from issuance.crash_points import CRASH_POINTS
    from issuance.worker import due_work
    from tests.crash import worker
    from tests.crash.patching import replace

    worker.hurry(worker.Haste())
    replace(CRASH_POINTS["fill a gathered list"], _deadly)
    deadline = time.monotonic() + PATIENCE
    while _something_is_left():
        due_work.drive_due_work()
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


def _something_is_left() -> bool:
    from issuance.models import EventBatch, GuestList
    from issuance.models.states import LIST_RUNNING

    aside = EventBatch.objects.set_aside()
    waiting = EventBatch.objects.waiting().exclude(pk__in=aside.values("pk"))
    return waiting.exists() or GuestList.objects.filter(state__in=LIST_RUNNING).exists()


def _deadly(fill: Any) -> Any:
    def filled(stream: Any, batches: Any) -> Any:
        if any(guest[1] == POISON for batch in batches for guest in batch.guests):
            os.kill(os.getpid(), signal.SIGKILL)
        return fill(stream, batches)

    return filled


def _what_came_of_it() -> dict[str, int]:
    from issuance.models import EventBatch, Guest

    told = Guest.objects.filter(outcome__in=("rewarded", "control"))
    return {"set_aside": EventBatch.objects.set_aside().count(), "settled": told.count()}


if __name__ == "__main__":
    main()
