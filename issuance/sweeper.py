"""A thread in every worker that looks for due rows by itself: losing beat or the broker costs seconds, not rewards."""

from __future__ import annotations

import logging
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import close_old_connections

from issuance.engine import drive_due_work, seconds_to_next_due

log = logging.getLogger(__name__)
REST = 2.0  # seconds between two looks when nothing is known to be due
stopping = threading.Event()


def look_for_work() -> None:
    while not stopping.is_set():
        rest = REST
        try:
            close_old_connections()
            drive_due_work()
            rest = seconds_to_next_due(most=REST)
        except Exception:
            log.exception("Looking for due work failed; trying again.")
        stopping.wait(rest)


def start(**kwargs: Any) -> None:
    stopping.clear()
    threading.Thread(target=look_for_work, name="sweeper", daemon=True).start()


def stop(**kwargs: Any) -> None:
    stopping.set()


def connect() -> None:
    """Ties the thread to the start and the stop of a worker; in other processes nothing happens."""
    worker_ready.connect(start, dispatch_uid="start-sweeper")
    worker_shutting_down.connect(stop, dispatch_uid="stop-sweeper")
