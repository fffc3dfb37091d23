"""Kills workers and counts: python -m tests.crash --quick (one engine) or --full (both, for hours).

Ends with one JSON line. Not zero when anything was issued twice, lost or stuck, or a deliberate bug slipped through.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter

from tests.crash.database import POSTGRESQL, reachable

SQLITE = "sqlite://"


def main() -> int:
    options = _options()
    engines = _engines(options.size)
    shares = 1 if len(engines) > 1 else 2  # two processes in any case
    plays = [(engine, f"{number + 1}/{shares}") for engine in engines for number in range(shares)]
    command = [sys.executable, "-m", "tests.crash.play", "--size", options.size]
    children = [
        subprocess.Popen([*command, "--database", engine, "--share", share], stdout=subprocess.PIPE, text=True)
        for engine, share in plays
    ]
    answers = [child.communicate()[0] for child in children]
    total: Counter[str] = Counter()
    for answer in answers:
        total.update(json.loads(answer.strip().splitlines()[-1]) if answer.strip() else {"broken": 1})
    print(json.dumps({"engines": [engine.partition(":")[0] for engine in engines], **total}))
    return int(any(child.returncode for child in children))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__.partition("\n")[0])
    size = parser.add_mutually_exclusive_group(required=True)
    for name, words in (("quick", "within 50 seconds"), ("ci", "a few minutes"), ("full", "100 seeds, both engines")):
        size.add_argument(f"--{name}", dest="size", action="store_const", const=name, help=words)
    return parser.parse_args()


def _engines(size: str) -> list[str]:
    """The engine of DATABASE_URL, or SQLite; for the full size both."""
    configured = os.environ.get("DATABASE_URL", SQLITE)
    if size != "full":
        return [configured]
    server = POSTGRESQL if configured.startswith("sqlite") else configured
    if reachable(server):
        return [SQLITE, server]
    print(f"PostgreSQL isn't reachable at {server.rpartition('@')[2]}: only SQLite is played.", file=sys.stderr)
    return [SQLITE]


if __name__ == "__main__":
    sys.exit(main())
