"""A thread in every worker that looks for due rows by itself: losing beat or the broker costs seconds, not rewards."""

from __future__ import annotations

import threading
from typing import Any

from celery.bootsteps import StartStopStep
from celery.signals import worker_shutdown, worker_shutting_down
from django.db import close_old_connections, connections

from issuance import shutdown
from issuance.worker.due_work import drive_due_work, seconds_to_next_due, tell_of_trouble
from thanxportal.celery import app

REST = 2.0  # seconds between two looks when nothing is known to be due
LONGEST_REST = 15.0  # seconds, while something fails
PATIENCE = 36.0  # seconds: one request to Thanx at its slowest
threads: list[threading.Thread] = []


def look_for_work() -> None:
    troubles = 0  # rounds in a row in which something failed
    while not shutdown.asked.is_set():
        try:
            close_old_connections()
            troubles = troubles + 1 if drive_due_work() else 0
            rest = seconds_to_next_due(most=REST)
        except Exception as error:
            troubles, rest = troubles + 1, REST
            tell_of_trouble("Looking for due work", error, about="sweeper")
        shutdown.asked.wait(max(rest, _pause_after(troubles)))
    connections.close_all()


def _pause_after(troubles: int) -> float:
    """Seconds: 0, then 1, 2, 4 … up to 15, as a full disk or a database that is away mends no sooner."""
    return min(2.0 ** (troubles - 1), LONGEST_REST) if troubles else 0


def start(**kwargs: Any) -> None:
    shutdown.asked.clear()
    threads.append(threading.Thread(target=look_for_work, name="sweeper", daemon=True))
    threads[-1].start()


def ask_to_stop(**kwargs: Any) -> None:
    """Called in a signal handler, so it only says so; Celery itself waits for the tasks that run."""
    shutdown.asked.set()


def finish(**kwargs: Any) -> None:
    while threads:
        threads.pop().join(PATIENCE)


class Sweeper(StartStopStep):
    """Starts the thread after the pool, whose forks must not copy it, and before the wait for a broker that is down."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        start()


def connect() -> None:
    """Ties the thread to the start and the stop of a worker; in other processes nothing happens."""
    app.steps["worker"].add(Sweeper)
    worker_shutting_down.connect(ask_to_stop, dispatch_uid="stop-sweeper")
    worker_shutdown.connect(finish, dispatch_uid="finish-sweeper")
