"""Kills workers and counts what the simulated partner saw: python -m tests.crash --quick, --ci or --full.

Ends with one JSON line. Not zero when anything was issued twice, lost or stuck, or a deliberate bug slipped through.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from urllib.parse import urlsplit

from tests.crash.database import POSTGRESQL, reachable
from tests.crash.play import SIZES

SQLITE = "sqlite://"
NAMES = ("runs", "kills", "issued_twice", "lost", "stuck", "mutants_caught", "mutants")  # come first in the line


def main() -> int:
    size = _size()
    engines = _engines(size)
    command = [sys.executable, "-m", "tests.crash.play", "--size", size]
    children = [
        subprocess.Popen([*command, "--database", engine, "--part", part], stdout=subprocess.PIPE, text=True)
        for engine in engines
        for part in SIZES[size].parts
    ]
    answers = [child.communicate()[0] for child in children]
    total: Counter[str] = Counter()
    for answer in answers:
        total.update(json.loads(answer.strip().splitlines()[-1]) if answer.strip() else {"broken": 1})
    counted = {name: total[name] for name in (*NAMES, *total)}
    print(json.dumps({**counted, "engines": [urlsplit(engine).scheme for engine in engines]}))
    return int(any(child.returncode for child in children))


def _size() -> str:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__.partition("\n")[0])
    size = parser.add_mutually_exclusive_group(required=True)
    for name, words in (
        ("quick", "in about a minute, on the engine of DATABASE_URL or SQLite"),
        ("ci", "within ten minutes, on both engines"),
        ("full", "within an hour on two idle cores, on both engines"),
    ):
        size.add_argument(f"--{name}", dest="size", action="store_const", const=name, help=words)
    chosen: str = parser.parse_args().size
    return chosen


def _engines(size: str) -> list[str]:
    """SQLite and the PostgreSQL server of DATABASE_URL; for the quick size only the one that is configured."""
    configured = os.environ.get("DATABASE_URL", SQLITE)
    if size == "quick":
        return [configured]
    server = POSTGRESQL if configured.startswith("sqlite") else configured
    if not reachable(server):
        sys.exit(f"PostgreSQL isn't reachable at {urlsplit(server).hostname}: name a server in DATABASE_URL.")
    return [SQLITE, server]


if __name__ == "__main__":
    sys.exit(main())
