"""From a file to its last outcome, at Thanx's true limits: how near to the shortest time possible the engine comes.

    python -m benchmarks.issue [ROWS]

A worker for both queues reads a list, plans it and issues it to the simulator, over real sockets and in real time,
on PostgreSQL (of DATABASE_URL, or on this machine). Thanx takes 30 s for a job of 10,000, and has answered the portal
before, as on any but its first day. Meanwhile a list of a few guests is launched behind it. The baseline is the time
that nobody can undercut: reading, the requests that were sent at 5 a second, and one job. Ends with one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.guest_files import write_csv
from benchmarks.programs import WORKER, ask, environment_of, running
from tests.crash.database import POSTGRESQL, database_at
from thanxportal.partner_simulator import Simulator, Weather, serve

CLIENT_ID, ACCESS_TOKEN = "bench-client", "bench-token"
SECONDS_OF_A_JOB, JOB_SIZE = 30.0, 10_000
PER_SECOND = 5
FEW = 20


@dataclass(frozen=True)
class SlowJobs(Weather):
    def processing_seconds(self, guests: int) -> float:
        return SECONDS_OF_A_JOB * guests / JOB_SIZE


def main(rows: int = 1_000_000) -> None:
    simulator = Simulator(client_id=CLIENT_ID, access_token=ACCESS_TOKEN, weather=SlowJobs("slow jobs"))
    server = serve(simulator)
    with tempfile.TemporaryDirectory() as folder:
        files = [write_csv(Path(folder) / "long.csv", rows), _other_guests(Path(folder) / "short.csv")]
        database = database_at(os.environ.get("DATABASE_URL") or POSTGRESQL, Path(folder))
        database.create()
        try:
            environment = environment_of(database, folder) | {
                "THANX_BASE_URL": server.url,
                "THANX_CLIENT_ID": CLIENT_ID,
                "THANX_ACCESS_TOKEN": ACCESS_TOKEN,
            }
            ask(_in_django("prepare", folder), environment)
            with running(WORKER, environment):
                measured = json.loads(ask(_in_django("issue", *map(str, files)), environment))
        finally:
            database.drop()
    print(json.dumps(_figures(measured, simulator.statuses[429])))


def _other_guests(path: Path) -> Path:
    """A few who aren't in the long list: who shares guests with it waits until those are claimed."""
    path.write_text("\n".join(["Email", *(f"behind.{number}@example.com" for number in range(FEW))]))
    return path


def _in_django(function: str, *arguments: str) -> str:
    return f"import django; django.setup()\nfrom benchmarks import issue_steps; issue_steps.{function}{arguments!r}"


def _figures(measured: dict[str, Any], refused: int) -> dict[str, Any]:
    ideal = measured["reading"] + measured["requests"] / PER_SECOND + SECONDS_OF_A_JOB
    seconds = measured["reading"] + measured["issuing"]
    return {
        "name": "issue",
        "ratio": round(seconds / ideal, 2),
        "baseline": round(ideal, 1),
        "seconds": round(seconds, 1),
        **measured,
        "answers_429": refused,
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
