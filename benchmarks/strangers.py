"""Whether anybody waits for slow strangers at the web server, or for a merchant who brings very much.

    python -m benchmarks.strangers [ROWS [web | work]]

Web: pages a second by 50 connections, beside gunicorn's own threads in turns, and how long a page takes while 200
connections are idle, send half of their headers, or a byte of a body each second. Work: a list of 20 guests, brought,
read and sent on an idle portal, and while workers read another merchant's 40 pastes of 2 MB and 5 files of ROWS rows
(1,000,000). Processes as in the Procfile, with the broker of CELERY_BROKER_URL (files) and a database of their own (a
SQLite file, or PostgreSQL by DATABASE_URL).
Ends with one JSON line: `seconds` of the small list on a busy portal, `baseline` on an idle one, `ratio` of the two.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.guest_files import write_csv
from benchmarks.programs import READING, SENDING, WEB, ask, environment_of, running
from benchmarks.web_load import SLOW, page_times, pages_in, strangers, told
from tests.crash.database import database_at
from tests.crash.patience import comes_true
from thanxportal.demo.__main__ import answers, free_port
from thanxportal.partner_simulator import Simulator, serve

CLIENT_ID, ACCESS_TOKEN = "bench-client", "bench-token"
THREADS = WEB.replace("thanxportal.web_server.Worker", "gthread")  # what is measured beside ours
ROUNDS, SECONDS = 3, 5.0


def main(rows: int = 1_000_000, *parts: str) -> None:
    simulator = Simulator(client_id=CLIENT_ID, access_token=ACCESS_TOKEN)
    server = serve(simulator)
    with tempfile.TemporaryDirectory() as folder:
        file = write_csv(Path(folder) / "large.csv", rows)
        database = database_at(os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/portal.sqlite3", Path(folder))
        database.create()
        try:
            environment = environment_of(database, folder) | {
                "THANX_BASE_URL": server.url,
                "THANX_CLIENT_ID": CLIENT_ID,
                "THANX_ACCESS_TOKEN": ACCESS_TOKEN,
                "STATIC_ROOT": f"{folder}/static",
                "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL") or "filesystem://",
            }
            ask(_in_django("prepare", folder), environment)
            figures = measure_work(environment, str(file)) if "web" not in parts else {}
            figures |= measure_web(environment) if "work" not in parts else {}
        finally:
            database.drop()
            server.close()
    print(json.dumps({"name": f"strangers-{database.name}", **figures}))


def measure_web(environment: dict[str, str]) -> dict[str, float]:
    rates: dict[str, list[float]] = {WEB: [], THREADS: []}
    for _ in range(ROUNDS):
        for command, measured in rates.items():
            with _serving(command, environment) as port:
                asyncio.run(pages_in(1, port))
                measured.append(asyncio.run(pages_in(SECONDS, port)))
    ours, threads = (median(measured) for measured in rates.values())
    print(f"{ours:.0f} pages a second; with threads that read: {threads:.0f}", file=sys.stderr)
    with _serving(WEB, environment) as port:
        worst = max(asyncio.run(_beside(kind, port)) for kind in SLOW)
    return {"pages_a_second": round(ours), "of_gthread": round(ours / threads, 2), "slowest_page": round(worst, 2)}


async def _beside(kind: str, port: int) -> float:
    async with strangers(port, kind):
        times = await page_times(port, 50)
    print(f"200 {kind}: a page takes {told(times)}", file=sys.stderr)
    return max(times)


class _serving:
    def __init__(self, command: str, environment: dict[str, str]) -> None:
        self.port = free_port(8700)
        self.running = running(f"{command}127.0.0.1:{self.port}", environment)

    def __enter__(self) -> int:
        self.running.__enter__()
        if not comes_true(lambda: answers(f"http://127.0.0.1:{self.port}/healthz"), 60):
            raise SystemExit("The web process doesn't come up.")
        return self.port

    def __exit__(self, *trouble: object) -> None:
        self.running.__exit__(None, None, None)


def measure_work(environment: dict[str, str], file: str) -> dict[str, float]:
    with running(READING, environment) as reading, running(SENDING, environment) as sending:
        measured = json.loads(ask(_in_django("bring", file), environment))
        peak = max(_peak_mb(pid) for pid in (reading, sending))
    idle, busy = median(measured["idle"]), median(measured["busy"])
    return {
        "ratio": round(busy / idle, 2),
        "baseline": round(idle, 2),
        "seconds": round(busy, 2),
        "slowest": round(max(measured["busy"]), 2),
        "rows": measured["rows"],
        "peak_mb": peak,
    }


def _peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _in_django(function: str, *arguments: str) -> str:
    listed = ", ".join(map(repr, arguments))
    return (
        f"import django; django.setup()\nfrom benchmarks import strangers_steps; strangers_steps.{function}({listed})"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
