"""The kinds of work, each of which has a queue and workers of its own, and whether anybody serves them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, close_old_connections

READING, SENDING = "reading", "sending"
QUEUES = (READING, SENDING)
HOUSE = "house"  # what takes long and hurries nobody; without a worker of its own, those who read do it
EVERY = (*QUEUES, HOUSE)
BEAT = "beat"  # seen by the tasks that it sends
TOLD_FOR = 60  # seconds that a worker is believed to be there after its last word
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
        close_old_connections()  # Beat has no other occasion to do without one that broke.
        return bool(cache.get(f"served:{HOUSE}"))
    except DatabaseError:
        return False


def tell_served(queues: Collection[str]) -> None:
    """Says that somebody serves these queues; workers repeat it."""
    cache.set_many({f"served:{queue}": True for queue in queues}, TOLD_FOR)


def unserved() -> list[str]:
    """The queues for whose work no worker is there."""
    return [name for name in unseen() if name != BEAT]


def unseen() -> list[str]:
    """The same, and beat if no task of it has come lately."""
    names = (*QUEUES, BEAT)
    told = cache.get_many([f"served:{name}" for name in names])
    return [name for name in names if f"served:{name}" not in told]
