"""Runs the demo until Ctrl-C: simulator, web, worker and beat. `manage.py demo` starts it on a migrated database.

It imports no Django, to stay small beside the programs that it supervises.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection
from pathlib import Path

from thanxportal.demo.supervisor import GaveUp, Program, Supervisor

HOST = "127.0.0.1"
QUEUES = ("reading", "sending")  # each with a worker of its own
PORTS_TO_TRY = 50
PATIENCE = 60.0  # seconds in which a started program has to answer


class NotReady(Exception):
    """The demo can't start; `args[0]` says why."""


def main() -> int:
    """Returns the exit status: 0 after Ctrl-C or SIGTERM, 1 if the demo couldn't start or a program kept dying."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o077)  # The logs are for who runs the demo alone.
    environment = dict(os.environ)
    try:
        with Supervisor(environment, say) as supervisor:
            run(supervisor, environment)
    except KeyboardInterrupt:
        say(f"Stopped. What you did is kept in {environment['VAR_DIR']}; `make demo` goes on from there.")
        return 0
    except (GaveUp, NotReady) as trouble:
        say(str(trouble))
    return 1


def say(line: str) -> None:
    print(line, flush=True)


def run(supervisor: Supervisor, environment: dict[str, str]) -> None:
    """Starts everything, prints that it is ready, and supervises it until Ctrl-C."""
    port = chosen_port(int(environment.get("PORT") or 8000), "web page")
    if not environment.get("THANX_BASE_URL"):
        partner_port = chosen_port(8900, "simulator", taken=(port,))
        environment["THANX_BASE_URL"] = f"http://{HOST}:{partner_port}"
        environment["THANX_WEBHOOK_SECRET"] = environment.get("THANX_WEBHOOK_SECRET") or secrets.token_hex(16)
        supervisor.environment = environment
        supervisor.start(simulator(partner_port, port, environment))
        wait_for(supervisor, lambda: listens(partner_port), "The simulator")
    page = f"http://{HOST}:{port}/"
    environment.setdefault("PORTAL_URL", page)
    say("Asking Thanx for merchants, locations and reward templates …")
    logins = seed(environment)
    for program in portal(port, environment):
        supervisor.start(program)
    wait_for(supervisor, lambda: answers(f"{page}account/login/"), "The web page")
    say(f"\nReady: {page}\n\n{logins}  Thanx: {environment['THANX_BASE_URL']}\n  Logs: {logs(environment)}\n")
    say("Ctrl-C ends it.")
    supervisor.watch()


def simulator(port: int, web_port: int, environment: dict[str, str]) -> Program:
    flags = [
        f"--port={port}",
        f"--client-id={environment['THANX_CLIENT_ID']}",
        f"--access-token={environment['THANX_ACCESS_TOKEN']}",
        f"--webhook-url=http://{HOST}:{web_port}/webhooks/thanx",
        f"--webhook-secret={environment['THANX_WEBHOOK_SECRET'].partition(',')[0]}",
        f"--state={Path(environment['VAR_DIR']) / 'simulator.sqlite3'}",
    ]
    return _program("simulator", environment, "thanxportal.partner_simulator", *flags)


def portal(port: int, environment: dict[str, str]) -> list[Program]:
    celery = ("celery", "-A", "thanxportal")
    threads = ("--worker-class=thanxportal.web_server.Worker", "--workers=1", "--threads=8", "--no-control-socket")
    times = ("--timeout=60", "--graceful-timeout=8")
    worker = ("-P", "threads", "-c", "4", "--without-gossip", "--without-mingle", "--without-heartbeat", "-n")
    return [
        _program("web", environment, "gunicorn", "thanxportal.wsgi", f"--bind={HOST}:{port}", *threads, *times),
        *(_program(queue, environment, *celery, "worker", "-Q", queue, *worker, f"{queue}@%h") for queue in QUEUES),
        _program("beat", environment, *celery, "beat", "--pidfile="),
    ]


def _program(name: str, environment: dict[str, str], module: str, *arguments: str) -> Program:
    return Program(name, [sys.executable, "-m", module, *arguments], logs(environment) / f"{name}.log")


def logs(environment: dict[str, str]) -> Path:
    return Path(environment["VAR_DIR"]) / "log"


def seed(environment: dict[str, str]) -> str:
    """Mirrors Thanx and creates people. Returns the lines that say who may sign in. Raises NotReady."""
    manage = Path(__file__).resolve().parents[2] / "manage.py"
    command = [sys.executable, str(manage), "seed_demo", "--sync"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    if done.returncode:
        raise NotReady("The demo has no data to show, so it stops here.")
    return done.stdout


def chosen_port(wanted: int, whose: str, taken: Collection[int] = ()) -> int:
    port = free_port(wanted, taken)
    if port != wanted:
        say(f"Port {wanted} is taken, so the {whose} is on port {port}.")
    return port


def free_port(wanted: int, taken: Collection[int] = ()) -> int:
    """Returns the first free port from `wanted` on. Raises NotReady after 50 tries."""
    for port in range(wanted, wanted + PORTS_TO_TRY):
        if port not in taken and not listens(port):
            return port
    raise NotReady(f"No port from {wanted} to {wanted + PORTS_TO_TRY - 1} is free. Choose another one with PORT=….")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - always http on this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for(supervisor: Supervisor, ready: Callable[[], bool], what: str) -> None:
    """Waits until a started program answers. Raises GaveUp if it keeps dying, NotReady if it stays silent."""
    end = time.monotonic() + PATIENCE
    while not ready():
        supervisor.look()
        if time.monotonic() > end:
            raise NotReady(f"{what} still doesn't answer after {PATIENCE:.0f} seconds; see the logs in var/log.")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
