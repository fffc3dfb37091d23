"""The two kinds of work, each of which has a queue and workers of its own, and whether anybody serves them."""

from __future__ import annotations

from collections.abc import Collection

from django.core.cache import cache

READING, SENDING = "reading", "sending"
QUEUES = (READING, SENDING)
TOLD_FOR = 60  # seconds that a worker is believed to be there after its last word


def tell_served(queues: Collection[str]) -> None:
    """Says that somebody serves these queues; workers repeat it."""
    cache.set_many({f"served:{queue}": True for queue in queues}, TOLD_FOR)


def unserved() -> list[str]:
    """The queues for whose work no worker is there."""
    told = cache.get_many([f"served:{queue}" for queue in QUEUES])
    return [queue for queue in QUEUES if f"served:{queue}" not in told]
