"""Judged rows of a file on their way to the database, some at a time."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, NamedTuple

from issuance.parsing.guest_file import GuestFile, Judged

if TYPE_CHECKING:
    from issuance.parsing.pasted.text import PastedGuests


class Stretch(NamedTuple):
    """Judged rows of a file that follow each other; `bytes_read` of the file so far."""

    rows: list[Judged]
    bytes_read: int


Stretches = Generator[Stretch, None, None]


def stretches_of(file: GuestFile | PastedGuests, *, size: int, after: int, rows_before: int) -> Stretches:
    """Stretches of `size` rows of a file, after a row. Raises UnreadableFile after those before it."""
    for rows in file.judged(size=size, after=after, rows_before=rows_before):
        yield Stretch(rows, file.bytes_read)
