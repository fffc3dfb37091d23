"""The kinds of work, each of which has a queue and workers of its own, and whether anybody serves them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, close_old_connections, connection

from thanxportal import database_clock

READING, SENDING = "reading", "sending"
QUEUES = (READING, SENDING)
HOUSE = "house"  # what takes long and hurries nobody; without a worker of its own, those who read do it
EVERY = (*QUEUES, HOUSE)
BEAT = "beat"  # seen by the tasks that it sends
TOLD_FOR = 60  # seconds that a worker is believed to be there after its last word
FORGOTTEN_AFTER = 86_400  # seconds, by the clock of whoever looks
READS = ("read_list", "repair_list")
KEEPS_HOUSE = ("remove_personal_data", "reconcile_all", "load_exports", "compute_read_outs", "trim_api_log")


def queue_of(name: str, *args: Any, **named: Any) -> dict[str, str] | None:
    """Where Celery sends a task; None for the queue of sending."""
    room, _, task = name.rpartition(".")
    if room != "issuance.tasks" or task not in (*READS, *KEEPS_HOUSE):
        return None
    queue = HOUSE if task in KEEPS_HOUSE and _house_is_served() else READING
    return {"queue": queue, "routing_key": queue}


def _house_is_served() -> bool:
    try:
        if not connection.in_atomic_block:  # Closing would end a transaction.
            close_old_connections()  # Beat has no other occasion to do without one that broke.
        return not _untold([HOUSE])
    except DatabaseError:
        return False


def tell_served(queues: Collection[str]) -> None:
    """Says that somebody serves these queues; workers repeat it."""
    now = database_clock.now().timestamp()
    cache.set_many({f"served:{queue}": now for queue in queues}, FORGOTTEN_AFTER)


def unserved() -> list[str]:
    """The queues for whose work no worker is there."""
    return [name for name in unseen() if name != BEAT]


def unseen() -> list[str]:
    """The same, and beat if no task of it has come lately."""
    return _untold([*QUEUES, BEAT])


def _untold(names: list[str]) -> list[str]:
    """Those of which nobody has said lately that they are served, whatever the clocks of the machines say."""
    told = cache.get_many([f"served:{name}" for name in names])
    since = database_clock.now().timestamp() - TOLD_FOR
    return [name for name in names if told.get(f"served:{name}", 0) < since]
