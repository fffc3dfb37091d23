"""Threads in every worker that look for due rows by themselves: losing beat or the broker costs seconds, not rewards.

There is one for each queue of lists. Those of the queues that the worker serves look all the time, the others only
while nobody serves theirs: a worker that is missing makes its work slower, but leaves none undone. Workers that don't
send to Thanx also have one that delivers messages to merchants' systems.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from celery.bootsteps import StartStopStep
from celery.signals import worker_shutdown, worker_shutting_down
from django.db import close_old_connections, connections

from issuance import shutdown
from issuance.worker.due_work import drive_due_work, seconds_to_next_due, tell_of_trouble
from issuance.worker.messenger import keep_delivering
from thanxportal.celery import app
from thanxportal.queues import EVERY, HOUSE, QUEUES, READING, SENDING, tell_served, unserved
from thanxportal.seldom import Seldom
from thanxportal.stored_files import look_after_leftovers

REST = 2.0  # seconds between two looks when nothing is known to be due
LONGEST_REST = 15.0  # seconds, while something fails
LOOK_EVERY = 15.0  # seconds between two looks whether somebody serves a queue
STAND_IN_AFTER = 30.0  # seconds in which nobody said so
READING_IS_NICE = 10  # It leaves the processor to those who send and to pages on the same machine.
PATIENCE = 36.0  # seconds: one request to Thanx at its slowest
threads: list[threading.Thread] = []
log = Seldom(logging.getLogger(__name__))


class Others:
    """The workers that serve a queue which this one doesn't."""

    def __init__(self, queue: str) -> None:
        self.queue, self.seen = queue, time.monotonic()

    def are_gone(self) -> bool:
        """Whether none was seen for so long that this worker has to do their work."""
        if self.queue not in unserved():
            self.seen = time.monotonic()
        gone = time.monotonic() >= self.seen + STAND_IN_AFTER
        if gone:
            log.error("Nobody serves the queue %s, so this worker does its work as well.", self.queue)
        return gone


def look_for_work(queue: str, *, served_here: bool = True) -> None:
    troubles = 0  # rounds in a row in which something failed
    others = None if served_here else Others(queue)
    while not shutdown.asked.is_set():
        try:
            close_old_connections()
            if others and not others.are_gone():
                shutdown.asked.wait(LOOK_EVERY)
                continue
            troubles = troubles + 1 if drive_due_work(kinds=(queue,)) else 0
            rest = seconds_to_next_due(most=REST, kinds=(queue,))
        except Exception as error:
            troubles, rest = troubles + 1, REST
            tell_of_trouble("Looking for due work", error, about="sweeper")
        shutdown.asked.wait(max(rest, _pause_after(troubles)))
    connections.close_all()


def _pause_after(troubles: int) -> float:
    """Seconds: 0, then 1, 2, 4 … up to 15, as a full disk or a database that is away mends no sooner."""
    return min(2.0 ** (troubles - 1), LONGEST_REST) if troubles else 0


def keep_telling(queues: Collection[str]) -> None:
    """Says again and again that this worker serves these queues."""
    while not shutdown.asked.is_set():
        try:
            close_old_connections()
            tell_served(queues)
        except Exception as error:
            tell_of_trouble("Telling which queues are served", error, about="telling")
        shutdown.asked.wait(LOOK_EVERY)
    connections.close_all()


def start(served: Collection[str]) -> None:
    shutdown.asked.clear()
    if SENDING not in served:
        os.nice(READING_IS_NICE)
    for queue in QUEUES:
        _start_thread(partial(look_for_work, queue, served_here=queue in served), f"sweeper of {queue}")
    _start_thread(partial(keep_telling, served), "telling")
    if HOUSE in served or READING in served:
        _start_thread(keep_delivering, "messenger")
    look_after_leftovers()


def _start_thread(target: Callable[[], None], name: str) -> None:
    threads.append(threading.Thread(target=target, name=name, daemon=True))
    threads[-1].start()


def ask_to_stop(**kwargs: Any) -> None:
    """Called in a signal handler, so it only says so; Celery itself waits for the tasks that run."""
    shutdown.asked.set()


def finish(**kwargs: Any) -> None:
    while threads:
        threads.pop().join(PATIENCE)


class Sweeper(StartStopStep):
    """Starts the threads after the pool, whose forks must not copy them, and before the wait for a broker."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        start([queue for queue in EVERY if queue in worker.app.amqp.queues.consume_from])


def connect() -> None:
    """Ties the threads to the start and the stop of a worker; in other processes nothing happens."""
    app.steps["worker"].add(Sweeper)
    worker_shutting_down.connect(ask_to_stop, dispatch_uid="stop-sweeper")
    worker_shutdown.connect(finish, dispatch_uid="finish-sweeper")
