"""Reading a large file in a process of its own: it judges the rows while ours deals and stores them.

The child knows neither Django nor the database. It is told what to read through its standard input, answers through its
standard output in messages of `marshal`, each with its length in front, and ends when nobody listens any more.
"""

from __future__ import annotations

import fcntl
import gc
import marshal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, NamedTuple

from issuance.importing.stretches import Stretch, Stretches, stretches_of
from issuance.parsing.columns import Columns
from issuance.parsing.guest_file import GuestFile, UnreadableFile, open_guest_file

ROOT = Path(__file__).resolve().parent.parent.parent
_AHEAD = 1024 * 1024  # bytes that the child may be ahead of us


class Plan(NamedTuple):
    """All that judging a file depends on, in plain values."""

    path: str
    country: str
    prefer: str
    max_rows: int
    max_bytes: int
    encoding: str
    columns: tuple[Any, ...]
    size: int
    after: int
    rows_before: int


class ReaderDied(Exception):
    """The child ended before the file did: out of memory, or killed."""


def stretches_from_a_process(plan: Plan) -> Stretches:
    """The same, made by a child that ends with this iterator."""
    command = [sys.executable, "-m", "issuance.importing.reading_process"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - ours
    assert child.stdin is not None  # noqa: S101 - said to the type checker
    assert child.stdout is not None  # noqa: S101 - said to the type checker
    _widen(child.stdout)
    try:
        _tell(child.stdin, tuple(plan))
        yield from _told_stretches(child.stdout)
    except BrokenPipeError:
        raise ReaderDied("The reading process ended early.") from None
    finally:
        child.kill()
        child.communicate()


def _widen(pipe: IO[bytes]) -> None:
    """Where the system can, the child works on its next stretch while we are busy with the last."""
    if sys.platform == "linux":
        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _AHEAD)


def _told_stretches(stream: IO[bytes]) -> Stretches:
    while message := _hear(stream):
        yield Stretch(*message)
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


def main(told: IO[bytes], answers: IO[bytes]) -> None:
    plan = Plan(*_hear(told))
    refusal = None
    try:
        with _open(plan) as file:
            for stretch in stretches_of(file, size=plan.size, after=plan.after, rows_before=plan.rows_before):
                _tell(answers, tuple(stretch))
    except UnreadableFile as error:
        refusal = (error.code, error.line, error.sentence)
    _tell(answers, None)
    _tell(answers, refusal)


def _open(plan: Plan) -> GuestFile:
    return open_guest_file(
        Path(plan.path),
        country=plan.country,
        max_rows=plan.max_rows,
        max_bytes=plan.max_bytes,
        columns=Columns(*plan.columns),
        encoding=plan.encoding,
        prefer=plan.prefer,
    )


if __name__ == "__main__":
    gc.freeze()  # What was loaded stays.
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.stderr.close()  # Whoever asked has gone; Python would complain about the pipe once more.
