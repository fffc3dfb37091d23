"""What pages and polls cost: CPU of a request, next to a bare Django view that only answers `ok`.

    python -m benchmarks.pages [--guests 1000000] [--rounds 7] [--only poll] [--ways process,server] [--keep]

Bare view and pages take turns, with the session of a signed-in manager: `process` calls the whole WSGI handler,
`server` asks the portal's web server as in the Procfile by 50 connections and counts the CPU of its process. The
database is one of its own (a SQLite file, or PostgreSQL by DATABASE_URL); `--keep` takes that of DATABASE_URL itself
and leaves what it needs there. Each figure is one JSON line: `seconds` of CPU for 1,000 requests and `baseline` of
1,000 bare views, `ratio` of the two, the `most` that it may be, the `queries`, `bytes` and `status` of the answer, and
the `load` of the machine. A search without a hit is compared with a tenth of a second of a clock.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django

from benchmarks import bare
from benchmarks.programs import environment_of
from tests.crash.database import database_at


class Page(NamedTuple):
    """`polls` is the part of its address by which the page asks for `name`; the answer is asked for as `path`."""

    name: str
    path: str
    most: float
    polls: str = ""
    changed: bool = False


def pages(ids: dict[str, Any]) -> list[Page]:
    from benchmarks.pages_stage import HANDLE

    home = f"/m/{HANDLE}/"
    polled = [
        ("poll", f"lists/{ids['two']}/", "/progress/"),
        ("poll of 100 jobs", f"lists/{ids['hundred']}/", "/progress/"),
        ("dock", "activity/", "/dock/"),
        ("running", "", "/running/"),
    ]
    polls = [
        Page(f"{name}, {'changed' if changed else 'unchanged'}", home + path, 30 if changed else 15, polls, changed)
        for name, path, polls in polled
        for changed in (False, True)
    ]
    plain = {
        "home": "",
        "lists": "lists/",
        "list that is issued": f"lists/{ids['two']}/",
        "list of 2 jobs": f"lists/{ids['short']}/",
        "list of 100 jobs": f"lists/{ids['long']}/",
        "guests": f"lists/{ids['long']}/guests/",
        "campaigns": "campaigns/",
        "campaign": f"campaigns/{ids['campaign']}/",
        "builder": f"campaigns/{ids['draft']}/edit/",
        "activity": "activity/",
        "rewards": "rewards/",
    }
    return polls + [Page(name, home + path, 50) for name, path in plain.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guests", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="what the names of the measured pages hold")
    parser.add_argument("--ways", default="process,server")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _database(folder, keep=options.keep):
        from django.core.management import call_command

        from benchmarks.pages_stage import seeded, session_key

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        ids = seeded(options.guests)
        measured = [page for page in pages(ids) if options.only in page.name]
        for way in options.ways.split(","):
            with _asking(way, session_key()) as (ask, cpu):
                for page in measured:
                    report(way, page, *compare(ask, cpu, page, options.rounds), options.guests)
        if options.only in "search":
            search(session_key(), ids["long"], options)


@contextlib.contextmanager
def _database(folder: str, *, keep: bool) -> Iterator[None]:
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/portal.sqlite3"
    database = database_at(url, Path(folder))
    if keep:
        database.url = url
    else:
        database.create()
    os.environ.update(environment_of(database, folder) | {"STATIC_ROOT": f"{folder}/static"})
    django.setup()
    try:
        yield
    finally:
        if not keep:
            from django.db import connection

            connection.close()
            database.drop()


def _asking(way: str, session: str) -> Any:
    from benchmarks import pages_asked

    return pages_asked.by_server(session) if way == "server" else pages_asked.by_handler(session)


def compare(
    ask: Callable[..., Any], cpu: Callable[..., float], page: Page, rounds: int
) -> tuple[list[float], list[float], Any]:
    """CPU seconds of a bare view and of the page, of each round; and the page's answer."""
    path, polled = page.path, bool(page.polls)
    if polled:
        shown = ask(path).text
        found = re.search(rf'hx-get="([^"]*{page.polls}[^"]*)"', shown)
        if not found:
            raise SystemExit(f"The page {path} doesn't poll {page.polls}.")
        path = found[1].replace("&amp;", "&")
        path = re.sub(r"version=[^&]*", "version=other", path) if page.changed else path
    answer = ask(path, polled)
    if answer.status not in (200, 204):
        raise SystemExit(f"{path} answered {answer.status}.")
    cpu(path, polled)  # Has all threads connected, and all templates read.
    floors, taken = [], []
    for _ in range(rounds):
        floors.append(cpu(bare.PATH))
        taken.append(cpu(path, polled))
    return floors, taken, answer


def report(way: str, page: Page, floors: list[float], taken: list[float], answer: Any, rows: int) -> None:
    line = {
        "name": f"{page.name} ({way}, {_vendor()})",
        "ratio": round(median(took / floor for took, floor in zip(taken, floors, strict=True)), 1),
        "most": page.most,
        "baseline": round(1_000 * median(floors), 3),
        "seconds": round(1_000 * median(taken), 3),
        "rows": rows,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "queries": answer.queries,
        "bytes": len(answer.text.encode()),
        "status": answer.status,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line), flush=True)


def search(session: str, long: int, options: Any) -> None:
    """Seconds of searches without a hit in the long list, as people type them, against a tenth of a second."""
    from benchmarks.pages_asked import by_handler
    from benchmarks.pages_stage import HANDLE

    wanted = {
        "an email": "nobody@example.org",
        "a phone": "+1 415 555 0199",
        "the beginning of an email": "nobody",
        "a domain": "@nowhere.example.org",
        "the end of a phone": "7755199",
        "a part of an email": "obody@exam",
    }
    with by_handler(session) as (ask, _):
        for words, q in wanted.items():
            times = []
            for _ in range(options.rounds):
                began = time.perf_counter()
                answer = ask(f"/m/{HANDLE}/lists/{long}/guests/", False, urlencode({"q": q}).encode())
                times.append(time.perf_counter() - began)
            line = {"name": f"search for {words} ({_vendor()})", "ratio": round(median(times) / 0.1, 2), "most": 1,
                    "baseline": 0.1, "seconds": round(median(times), 4), "rows": options.guests,
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                    "queries": answer.queries, "status": answer.status,
                    "load": round(os.getloadavg()[0], 1)}  # fmt: skip
            print(json.dumps(line), flush=True)


def _vendor() -> str:
    from django.db import connection

    return str(connection.vendor)


if __name__ == "__main__":
    main()
