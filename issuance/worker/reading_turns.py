"""Whose list is read next: small lists first, merchants in turn, and never two large lists of one merchant at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count

from issuance import shutdown
from issuance.giving_way import hurrying
from issuance.models import GuestList

LARGE_AT_ONCE = 2  # in a process, whose other threads stay free for small lists
room_for_large = threading.BoundedSemaphore(LARGE_AT_ONCE)

turns = count(1)
last_turns: dict[int, int] = {}  # of merchants, in this process


def lists_in_turn() -> Iterator[int]:
    """Yields the ids of due lists, each once, chosen when the one before has been read."""
    yielded: list[int] = []
    while not shutdown.asked.is_set():
        large = room_for_large.acquire(blocking=False)
        try:
            firsts = GuestList.objects.exclude(pk__in=yielded).first_to_read(large=large)
            if not firsts:
                return
            is_large, merchant, pk = min(firsts, key=_urgency)
            last_turns[merchant] = next(turns)
            yielded.append(pk)
            with nullcontext() if is_large else hurrying():
                yield pk
        finally:
            if large:
                room_for_large.release()


def _urgency(first: tuple[bool, int, int]) -> tuple[bool, int, int]:
    is_large, merchant, pk = first
    return is_large, last_turns.get(merchant, 0), pk
