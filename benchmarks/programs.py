"""The portal's programs as in the Procfile, on a database of their own, for benchmarks that need real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.webhooks import SECRET
from tests.crash.database import Database
from thanxportal.demo.supervisor import die_with
from thanxportal.queues import QUEUES

_KIND = "--worker-class thanxportal.web_server.Worker --threads 8 --timeout 60 --no-control-socket"
WEB = f"gunicorn thanxportal.wsgi {_KIND} --bind "
WORKER = "celery -A thanxportal worker -P threads -c 4 --without-gossip --without-mingle"  # one for both queues
READING, SENDING = (f"{WORKER} -Q {queue} -n {queue}@%h" for queue in QUEUES)


def environment_of(database: Database, folder: str) -> dict[str, str]:
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "thanxportal.settings",
        "DATABASE_URL": database.url,
        "VAR_DIR": folder,
        "CELERY_BROKER_URL": "filesystem://",
        "THANX_BASE_URL": "http://127.0.0.1:9",  # Nobody there, unless a benchmark starts somebody.
        "THANX_WEBHOOK_SECRET": SECRET,
        "SECRET_KEY": "only-for-the-benchmark-0123456789-abcdefghijklmnop",
        "LOG_LEVEL": "ERROR",
    }


def ask(code: str, environment: dict[str, str]) -> str:
    """Runs a piece of Python in a process of its own; returns what it printed."""
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


@contextmanager
def running(command: str, environment: dict[str, str]) -> Iterator[int]:
    """Runs a program, whose process id it yields, until the block ends."""
    program, *options = command.split()
    module = {"gunicorn": "gunicorn.app.wsgiapp"}.get(program, program)
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *options], env=environment, preexec_fn=lambda: die_with(parent)
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)
