"""Which guests came before, for millions of them, in the memory of a worker."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import islice
from struct import Struct

_HALVES = Struct("<QQ").iter_unpack
_FILLED = 0.72  # share of slots taken when as many came as were expected
_FULL = 0.8  # share above which looking takes too long
_SMALLEST = 1_024  # slots


class SeenGuests:
    """A set of 16-byte hashes that takes 8 bytes a slot, where a set of bytes takes 90.

    The first half of a hash says where its second half is kept, and only neighbours are compared: that two guests of
    ten million are taken for one is less likely than one in a billion. `expected` saves room, but never limits.
    """

    def __init__(self, digests: Iterable[bytes] = (), *, expected: int = 0) -> None:
        self._older: list[array[int]] = []
        self._open_table(int(expected / _FILLED) + _SMALLEST)
        digests = iter(digests)
        while chunk := list(islice(digests, 1_000)):
            self.add(chunk)

    def _open_table(self, slots: int) -> None:
        self._slots = slots
        self._room = int(slots * _FULL)
        self._table = array("Q", bytes(8 * slots))

    def add(self, digests: Iterable[bytes]) -> list[bool]:
        """Whether each of these hashes is new; from now on none is."""
        new = []
        table, slots = self._table, self._slots
        for start, mark in _HALVES(b"".join(digests)):
            mark = mark or 1  # An empty slot is 0.
            at = start % slots
            while (kept := table[at]) and kept != mark:
                at = at + 1 if at + 1 < slots else 0
            is_new = not kept and not (self._older and self._held_before(start, mark))
            new.append(is_new)
            if is_new:
                table[at] = mark
                self._room -= 1
                if not self._room:
                    self._older.append(table)
                    self._open_table(slots * 4)  # Each table that came before is looked through for each guest.
                    table, slots = self._table, self._slots
        return new

    def _held_before(self, start: int, mark: int) -> bool:
        return any(_holds(table, start, mark) for table in self._older)


def _holds(table: array[int], start: int, mark: int) -> bool:
    at = start % len(table)
    while kept := table[at]:
        if kept == mark:
            return True
        at = at + 1 if at + 1 < len(table) else 0
    return False
