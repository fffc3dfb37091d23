"""The supervisor keeps programs running, and nothing of them is left however the supervisor ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.processes import PROJECT, alive, eventually
from thanxportal.demo import supervisor as module
from thanxportal.demo.supervisor import GaveUp, Program, Supervisor

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print('up', child.pid, flush=True); time.sleep(600)",
]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    with Supervisor(os.environ, said.append) as supervisor:
        yield supervisor


def is_up(program: Program) -> Callable[[], bool]:
    return lambda: b"up" in program.log.read_bytes()


def program(tmp_path: Path, command: list[str], name: str = "sleeper") -> Program:
    return Program(name, command, tmp_path / "log" / f"{name}.log")


def start(supervisor: Supervisor, program: Program) -> int:
    supervisor.start(program)
    eventually(is_up(program))
    assert program.pid is not None
    return program.pid


def test_a_program_that_is_killed_is_started_again(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    sleeper = program(tmp_path, SLEEPER)
    pid = start(supervisor, sleeper)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: supervisor.look() or sleeper.pid != pid)
    assert said == ["sleeper was killed by signal 9; starting it again."]
    assert alive(sleeper.pid or 0)


def test_what_a_dead_program_had_started_goes_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    parent = program(tmp_path, PARENT)
    pid = start(supervisor, parent)
    child = int(parent.log.read_text().split()[1])
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: supervisor.look() or parent.pid != pid)
    eventually(lambda: not alive(child))


def test_a_program_that_keeps_dying_is_given_up(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    broken = program(tmp_path, [sys.executable, "-c", "raise SystemExit(3)"], "broken")
    supervisor.start(broken)
    with pytest.raises(GaveUp, match=r"broken ended with status 3, 5 times in a minute\. Its last words are in"):
        eventually(supervisor.look)
    assert len(said) == 4


def test_leaving_stops_everything_in_reverse_order(
    said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    really = module._end
    monkeypatch.setattr(module, "_end", lambda program: (ended.append(program.name), really(program)))
    with Supervisor(os.environ, said.append) as supervisor:
        pids = [start(supervisor, program(tmp_path, SLEEPER, name)) for name in ("first", "second", "third")]
    assert ended == ["third", "second", "first"]
    assert not any(alive(pid) for pid in pids)


def test_who_does_not_listen_is_killed(said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    with Supervisor(os.environ, said.append) as supervisor:
        pid = start(supervisor, program(tmp_path, STUBBORN))
    assert not alive(pid)


def test_an_error_stops_everything_too(said: list[str], tmp_path: Path) -> None:
    sleeper = program(tmp_path, SLEEPER)

    def fail() -> None:
        with Supervisor(os.environ, said.append) as supervisor:
            start(supervisor, sleeper)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not alive(sleeper.pid or 0)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux ends the children of a parent that was killed.")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_programs_die_with_the_supervisor(how: signal.Signals, tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from thanxportal.demo.supervisor import Program, Supervisor
for number in (signal.SIGTERM, signal.SIGINT):  # A shell starts what runs in the background with SIGINT ignored.
    signal.signal(number, signal.default_int_handler)
with Supervisor(os.environ, print) as supervisor:
    program = Program("child", {SLEEPER!r}, Path({str(tmp_path)!r}) / "child.log")
    supervisor.start(program)
    print(program.pid, flush=True)
    supervisor.watch()
"""
    watching = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert watching.stdout is not None
    child = int(watching.stdout.readline())
    watching.send_signal(how)
    watching.wait()
    watching.stdout.close()
    eventually(lambda: not alive(child))
