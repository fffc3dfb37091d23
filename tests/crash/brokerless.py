"""A real Celery worker whose broker is down from the start: what merchants bring is picked up all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.crash import checker, worker
from tests.crash.harness import Harness, ask
from tests.crash.patience import comes_true
from thanxportal.demo.supervisor import die_with

NO_BROKER = "redis://127.0.0.1:9/0"  # Nobody listens on the discard port.
PICK_UP = 15.0  # seconds, at most
BOOT = 60.0  # seconds for the worker to come up on a busy machine


def without_a_broker(harness: Harness) -> checker.Findings:
    """One sentence for each list that was not read, and each that was not sent, in time."""
    harness.partner.restart()
    harness.database.refresh()
    campaign = ask(worker.open_shop, 0)
    with _celery_worker():
        first = ask(worker.bring, campaign, worker.ISSUE, ["guest1@example.com"])
        if not comes_true(lambda: ask(_state_of, first) == "checked", BOOT):
            return {"stuck": ["a worker without a broker reads nothing"]}
        second = ask(worker.bring, campaign, worker.ISSUE, [f"guest{number}@example.com" for number in range(9)])
        read = comes_true(lambda: ask(_state_of, second) == "checked", PICK_UP)
        ask(worker.follow_wishes)
        sent = comes_true(lambda: bool(harness.partner.report()["accepted_keys"]), PICK_UP)
    return {"stuck": ["a list wasn't read in time"] * (not read) + ["a list wasn't sent in time"] * (not sent)}


@contextmanager
def _celery_worker() -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "thanxportal", "worker", "-P", "threads", "-c", "2"]
    parent = os.getpid()
    process = subprocess.Popen(
        command,
        env=os.environ | {"CELERY_BROKER_URL": NO_BROKER},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: die_with(parent),
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _state_of(list_id: int) -> str:
    from issuance.models import GuestList

    return str(GuestList.objects.get(pk=list_id).state)
