"""Reading a large file in a process of its own: it judges and sorts the rows while ours hands them to the database.

The child knows neither Django nor the database. It is told what to read through its standard input, answers through its
standard output in messages of `marshal`, each with its length in front, and ends when nobody listens any more.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from issuance.columns import Columns
from issuance.pasted_text import PastedGuests
from issuance.recipient_file import RecipientFile, UnreadableFile, open_recipient_file
from issuance.seen import Seen
from issuance.sorting import Batch, Deal, Sorter

ROOT = Path(__file__).resolve().parent.parent
_KNOWN_AT_ONCE = 10_000  # hashes in one message
Batches = Generator[Batch, None, None]


class Plan(NamedTuple):
    """All that reading a file depends on, in plain values."""

    path: str
    country: str
    prefer: str
    max_rows: int
    max_bytes: int
    sheet: str
    columns: tuple[Any, ...]
    deal: tuple[Any, ...]
    as_text: bool
    size: int
    after: int
    rows_before: int
    expected_rows: int


class ReaderDied(Exception):
    """The child ended before the file did: out of memory, or killed."""


def batches_of(
    file: RecipientFile | PastedGuests, sorter: Sorter, *, size: int, after: int, rows_before: int
) -> Batches:
    """Batches of a file after a row. Raises UnreadableFile after those before it."""
    for batch in sorter.batches(file.judged(after=after, rows_before=rows_before), size):
        batch.bytes_read = file.bytes_read
        yield batch


def batches_from_a_process(plan: Plan, known: Iterable[bytes]) -> Batches:
    """The same as `batches_of`, made by a child that ends with this iterator. `known` are the guests before `after`."""
    command = [sys.executable, "-m", "issuance.reading_process"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
    assert child.stdin is not None  # noqa: S101 - said to the type checker
    assert child.stdout is not None  # noqa: S101 - said to the type checker
    try:
        _tell(child.stdin, tuple(plan))
        for some in _in_pieces(known):
            _tell(child.stdin, some)
        _tell(child.stdin, b"")
        yield from _told_batches(child.stdout)
    except BrokenPipeError:
        raise ReaderDied("The reading process ended early.") from None
    finally:
        child.kill()
        child.communicate()


def _told_batches(stream: IO[bytes]) -> Batches:
    while message := _hear(stream):
        batch = Batch()
        batch.recipients, batch.errors, batch.counts, batch.bytes_read = message
        yield batch
    refusal = _hear(stream)
    if refusal:
        code, line, sentence = refusal
        raise UnreadableFile(code, line=line, sentence=sentence)


def _tell(stream: IO[bytes], value: Any) -> None:
    message = marshal.dumps(value)
    stream.write(len(message).to_bytes(8, "little"))
    stream.write(message)
    stream.flush()


def _hear(stream: IO[bytes]) -> Any:
    length = int.from_bytes(stream.read(8), "little")
    message = stream.read(length)
    if not length or len(message) < length:
        raise ReaderDied("The reading process ended early.")
    return marshal.loads(message)  # noqa: S302 - from our own child


def _in_pieces(known: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for digest in known:
        piece += digest
        if len(piece) >= 16 * _KNOWN_AT_ONCE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _told_known(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := _hear(stream):
        for at in range(0, len(piece), 16):
            yield piece[at : at + 16]


def main(told: IO[bytes], answers: IO[bytes]) -> None:
    plan = Plan(*_hear(told))
    seen = Seen(_told_known(told), expected=plan.expected_rows)
    sorter = Sorter(Deal(*plan.deal), seen, as_text=plan.as_text)
    refusal = None
    try:
        with _open(plan) as file:
            batches = batches_of(file, sorter, size=plan.size, after=plan.after, rows_before=plan.rows_before)
            for batch in batches:
                _tell(answers, (batch.recipients, batch.errors, batch.counts, batch.bytes_read))
    except UnreadableFile as error:
        refusal = (error.code, error.line, error.sentence)
    _tell(answers, None)
    _tell(answers, refusal)


def _open(plan: Plan) -> RecipientFile:
    return open_recipient_file(
        Path(plan.path),
        country=plan.country,
        max_rows=plan.max_rows,
        max_bytes=plan.max_bytes,
        columns=Columns(*plan.columns),
        sheet=plan.sheet,
        prefer=plan.prefer,
    )


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.stderr.close()  # Whoever asked has gone; Python would complain about the pipe once more.
