"""The two kinds of work, each of which has a queue and workers of its own, and whether anybody serves them."""

from __future__ import annotations

from collections.abc import Collection

from django.core.cache import cache

READING, SENDING = "reading", "sending"
QUEUES = (READING, SENDING)
BEAT = "beat"  # seen by the tasks that it sends
TOLD_FOR = 60  # seconds that a worker is believed to be there after its last word


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
