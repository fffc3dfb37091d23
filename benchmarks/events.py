"""What programs ask for, from the request to Thanx: 50 a second at Thanx's true limits, then as many as go.

    python -m benchmarks.events [SECONDS]

Over real sockets into gunicorn as in the Procfile, a worker and the simulator, on PostgreSQL (of DATABASE_URL, or on
this machine). Each request asks for one guest; every thirtieth is sent once more under its key, by another connection
20 ms later. Ends with one JSON line, and not with 0 if an answer was no 202, a request sent twice became two batches,
Thanx answered 429, a guest was lost, or an event was accepted by Thanx later than 60 s after it came.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from benchmarks.programs import WEB, WORKER, ask, environment_of, running
from tests.crash.database import POSTGRESQL, database_at
from tests.crash.patience import comes_true
from thanxportal.demo.__main__ import free_port
from thanxportal.partner_simulator import Simulator, serve

CLIENT_ID, ACCESS_TOKEN = "bench-client", "bench-token"
SECONDS, A_SECOND, CONNECTIONS = 600, 50, 50
AGAIN_EVERY = 30  # requests
RUSH = 10  # seconds in which all connections ask as fast as they are answered
LATEST = 60.0
UNLIMITED = "1000000,1000000"
LONGEST = 65_536  # bytes of an answer that are read at once
PROCESSES = "2"  # of the web server, for two cores


class Answer(NamedTuple):
    status: int
    seconds: float


def main(seconds: int = SECONDS) -> int:
    simulator = Simulator(client_id=CLIENT_ID, access_token=ACCESS_TOKEN, weather="calm")
    server = serve(simulator)
    with tempfile.TemporaryDirectory() as folder:
        database = database_at(os.environ.get("DATABASE_URL") or POSTGRESQL, Path(folder))
        database.create()
        thanx = {
            "THANX_BASE_URL": server.url,
            "THANX_CLIENT_ID": CLIENT_ID,
            "THANX_ACCESS_TOKEN": ACCESS_TOKEN,
            "LIMIT_PROGRAMS": UNLIMITED,
        }
        try:
            measured = _measure(environment_of(database, folder) | thanx, seconds)
        finally:
            database.drop()
    measured["answers_429"] = simulator.statuses[429]
    print(json.dumps({"name": "events", "seconds": seconds, **measured}))
    wrong = ("not_202", "doubled", "answers_429", "lost")
    return int(any(measured[name] for name in wrong) or measured["slowest_s"] > LATEST)


def _measure(environment: dict[str, str], seconds: int) -> dict[str, Any]:
    secret, campaign = json.loads(ask(_in_django("prepare()"), environment))
    path, port = f"/api/v1/campaigns/{campaign}/rewards", free_port(8170)
    with running(f"{WEB}127.0.0.1:{port}", environment | {"WEB_CONCURRENCY": PROCESSES}):
        if not comes_true(lambda: _is_up(port), 60):
            raise SystemExit("The web process doesn't come up.")
        with running(WORKER, environment):
            steady = _post_all(port, path, secret, seconds=seconds, a_second=A_SECOND)
            comes_true(lambda: ask(_in_django("left()"), environment) == "0", 300)
            told = json.loads(ask(_in_django("waits()"), environment))
        rush = _post_all(port, path, secret, seconds=RUSH)
    sent_once = {_key(turn) for turn in range(len(steady))}
    return told | {
        "sent_again": len(steady) - len(sent_once),
        "doubled": told["events"] - len(sent_once),
        "not_202": sum(answer.status != 202 for answer in [*steady, *rush]),
        "p99_ms": _milliseconds(steady, 98),
        "rush_a_second": round(len(rush) / RUSH),
        "rush_p99_ms": _milliseconds(rush, 98),
    }


def _milliseconds(answers: list[Answer], percent: int) -> int:
    return round(1_000 * quantiles((answer.seconds for answer in answers), n=100)[percent])


def _post_all(port: int, path: str, secret: str, *, seconds: float, a_second: int = 0) -> list[Answer]:
    """At an even pace, latency counted from when each was due; or as fast as possible without one."""
    turns, answers, begin = count(), list[Answer](), time.monotonic()

    def post_some() -> None:
        web = socket.create_connection(("127.0.0.1", port), timeout=60)
        while time.monotonic() < begin + seconds:
            turn = next(turns)
            due = begin + turn / a_second if a_second else time.monotonic()
            if due > begin + seconds:
                return
            time.sleep(max(0, due - time.monotonic()))
            answers.append(Answer(_post(web, path, secret, f"{begin}.{_key(turn)}"), time.monotonic() - due))

    threads = [threading.Thread(target=post_some) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _key(turn: int) -> int:
    """The request after each thirtieth is that one once more."""
    return turn - (turn % AGAIN_EVERY == 1)


def _post(web: socket.socket, path: str, secret: str, key: str) -> int:
    """Without a library, which would cost the web server some of its time: both share the processors."""
    body = json.dumps({"guests": [{"email": f"guest{key}@example.com", "reason": "A long wait", "external_id": key}]})
    web.sendall(
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {secret}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    answer = web.recv(LONGEST)
    head, _, rest = answer.partition(b"\r\n\r\n")
    left = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]) - len(rest)
    while left > 0:
        left -= len(web.recv(LONGEST))
    return int(answer[9:12])


def _is_up(port: int) -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/healthz")
    except OSError:
        return False
    return True


def _in_django(call: str) -> str:
    return f"import django; django.setup()\nfrom benchmarks import events_steps; events_steps.{call}"


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
