"""Reads a list of Thanx so that what is missing from it is really gone.

A list of several pages that changes between two of them skips what moved to a page that was read before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol, TypeVar

MOST_READINGS = 4


class Listed(Protocol):
    @property
    def id(self) -> str: ...


L = TypeVar("L", bound=Listed)


def read_listing(read: Callable[[], Iterable[L]], known: Collection[str]) -> tuple[list[L], bool]:
    """Returns what `read` lists, and whether that is all of it.

    If an id of `known` is missing, it reads again until two readings in a row list the same: four times at most.
    """
    listed = {item.id: item for item in read()}
    for _ in range(MOST_READINGS - 1):
        if listed.keys() >= set(known):
            break
        before, listed = listed, {item.id: item for item in read()}
        if listed.keys() == before.keys():
            break
    else:
        return list(listed.values()), False
    return list(listed.values()), True
