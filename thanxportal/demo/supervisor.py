"""Keeps some programs running: starts them in order, restarts those that die, stops them in reverse order.

Each program has its own session, so that Ctrl-C in the terminal reaches only the supervisor, and its own log file.
On Linux, the kernel kills the programs if the supervisor dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MOST_DEATHS = 5
WITHIN = 60.0  # seconds
PATIENCE = 10.0  # seconds between SIGTERM and SIGKILL
LOOK_EVERY = 0.2  # seconds
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class GaveUp(Exception):
    """A program died too often; `args[0]` is the sentence for the terminal."""


@dataclass
class Program:
    """A command to keep running. `log` is overwritten each time the supervisor starts."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None


class Supervisor:
    """Use it as a context manager: leaving the block in any way stops every program.

    `environment` is the whole environment of the programs; `say` prints one line for people.
    """

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.environment, self.say = environment, say
        self.programs: list[Program] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        """Starts a program and keeps it running. Raises OSError if it can't be started at all."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        program.log.write_bytes(b"")
        self.programs.append(program)
        self._spawn(program)

    def _spawn(self, program: Program) -> None:
        parent = os.getpid()
        with program.log.open("ab") as log:
            program.process = subprocess.Popen(  # noqa: S603 - the commands are our own
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
                preexec_fn=lambda: die_with(parent),  # Safe: the supervisor has one thread.
            )

    def watch(self) -> None:
        """Restarts programs that die, until the thread is interrupted. Raises GaveUp."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Restarts every program that is no longer running. Raises GaveUp after 5 deaths of one in a minute."""
        for program in self.programs:
            status = program.process.poll() if program.process else None
            if status is not None:
                self._revive(program, status)

    def _revive(self, program: Program, status: int) -> None:
        now = time.monotonic()
        program.deaths.append(now)
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        if len(program.deaths) == MOST_DEATHS and now - program.deaths[0] < WITHIN:
            raise GaveUp(f"{program.name} {how}, {MOST_DEATHS} times in a minute. Its last words are in {program.log}.")
        self.say(f"{program.name} {how}; starting it again.")
        _kill_session(program)
        self._spawn(program)

    def stop(self) -> None:
        """Ends all programs, the last one first: SIGTERM, and after 10 seconds SIGKILL to the whole session."""
        while self.programs:
            _end(self.programs.pop())


def die_with(parent: int) -> None:
    """Runs in the new process. Asks the kernel to kill it if the supervisor dies in any way."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # It died before we asked.
            os._exit(1)


def _end(program: Program) -> None:
    process = program.process
    if process is None:
        return
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    _kill_session(program)
    process.wait()


def _kill_session(program: Program) -> None:
    """Kills what a dead program has started: it may still hold the port."""
    if program.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
