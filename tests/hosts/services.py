"""What the machines share, at the address of the bridge: PostgreSQL, Redis and an object store of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.hosts.network import BRIDGE, NotPermitted

DATABASE_URL = f"postgres://portal@{BRIDGE}:5432/portal"
BROKER_URL = f"redis://{BRIDGE}:6379/0"
STORE = {
    "UPLOADS_URL": f"s3://portal/uploads?endpoint=http://{BRIDGE}:9000&region=us-east-1",
    "AWS_ACCESS_KEY_ID": "hosts",
    "AWS_SECRET_ACCESS_KEY": "hosts-secret",
}


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(_postgresql(folder / "postgresql"))
        redis = _program("redis-server", "valkey-server")
        settings = ["--bind", BRIDGE, "--port", "6379", "--save", "", "--appendonly", "no", "--protected-mode", "no"]
        stack.enter_context(_running([redis, *settings], 6379, folder))
        stack.enter_context(_running([sys.executable, "-m", "moto.server", "-H", BRIDGE, "-p", "9000"], 9000, folder))
        yield


@contextmanager
def _postgresql(folder: Path) -> Iterator[None]:
    """A cluster that trusts the bridge; it belongs to the user postgres, as no server runs as root."""
    folder.mkdir()
    shutil.chown(folder, "postgres", "postgres")
    as_postgres = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    initdb = _program("initdb", *map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    made = [initdb, "--pgdata", str(folder), "--username", "portal", "--auth", "trust", "--encoding", "UTF8"]
    subprocess.run([*as_postgres, *made], check=True, stdout=subprocess.DEVNULL, cwd="/")
    with (folder / "pg_hba.conf").open("a") as rules:
        rules.write("host all all 10.83.0.0/24 trust\n")
    server = Path(os.path.realpath(initdb)).with_name("postgres")
    options = ["-D", str(folder), "-h", BRIDGE, "-k", str(folder), "-c", "max_connections=200"]
    with _running([*as_postgres, str(server), *options], 5432, folder.parent):
        created = ["createdb", "--host", BRIDGE, "--username", "portal", "portal"]
        subprocess.run(created, check=True)
        yield


@contextmanager
def _running(command: Sequence[str], port: int, folder: Path) -> Iterator[None]:
    with (folder / f"{port}.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd="/")
    try:
        _await(port, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # At TERM, PostgreSQL waits for machines that are cut off.
        process.wait()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((BRIDGE, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nobody listens at port {port}.")


def _program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise NotPermitted(f"{names[0]} isn't installed")
