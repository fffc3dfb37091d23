"""The life of one list on several machines, and what the simulator's books say of it in the end."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests.hosts.network import BRIDGE, Host
from tests.hosts.services import BROKER_URL, DATABASE_URL, STORE, shared
from thanxportal.partner_simulator import Fault, Simulator, Weather, serve

ROOT = Path(__file__).parent.parent.parent
CLIENT_ID, ACCESS_TOKEN, SECRET = "hosts-client", "hosts-token", "hosts-webhooks"
WORKERS, PAGES = ("reading", "sending", "house"), ("web", "beat")
AHEAD = 120  # seconds
CUT_OFF = 60  # seconds
PATIENCE = 3_600  # seconds until something that should happen counts as stuck
STATE = "SELECT state, rows_count, rewarded_count FROM issuance_guestlist"
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


# A job of 10,000 takes some seconds, nobody is refused, and now and then an answer is lost.
LOST = {Fault.RESET_AFTER: 0.02, Fault.STATUS_500_AFTER: 0.02}
WEATHER = Weather("lost answers", refused_share=0.0, faults=LOST)


@dataclass
class World:
    rows: int
    simulator: Simulator
    began: float

    def say(self, what: str) -> None:
        print(f"{time.monotonic() - self.began:7.1f} s  {what}", file=sys.stderr, flush=True)

    def await_list(self, what: str, until: Callable[[str, int, int], bool]) -> None:
        self.say(f"until {what}")
        end = time.monotonic() + PATIENCE
        with psycopg.connect(DATABASE_URL, autocommit=True) as connection:
            while time.monotonic() < end:
                row = connection.execute(STATE).fetchone()
                if row and until(*row):
                    return
                time.sleep(0.2)
        raise SystemExit(f"It took too long until {what}.")


def _environment(host: str, number: int, folder: Path, store: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
        "DJANGO_SETTINGS_MODULE": "thanxportal.settings",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": DATABASE_URL,
        "CELERY_BROKER_URL": BROKER_URL,
        "THANX_BASE_URL": "http://127.0.0.1:8900",
        "THANX_CLIENT_ID": CLIENT_ID,
        "THANX_ACCESS_TOKEN": ACCESS_TOKEN,
        "THANX_WEBHOOK_SECRET": SECRET,
        "SECRET_KEY": "only-for-the-hosts-0123456789-abcdefghijklmnop-ABCDEFGH",
        "IDENTITY_KEY": "only-for-the-hosts-ABCDEFGH-0123456789-abcdefghijklmnop",
        "ALLOWED_HOSTS": f"10.83.0.{number},127.0.0.1",
        "PORTAL_URL": f"http://10.83.0.{number}:8000",
        "LIMIT_UPLOADS": "10,30,120",
        **store,
    }


@contextmanager
def _stage(folder: Path, rows: int, store: dict[str, str], **numbers: int) -> Iterator[tuple[World, list[Host]]]:
    """The machines with these names and the last parts of their addresses; the first has the pages."""
    with ExitStack() as stack:
        (folder / "services").mkdir(parents=True)
        stack.enter_context(shared(folder / "services"))
        hook = f"http://10.83.0.{next(iter(numbers.values()))}:8000/webhooks/thanx"
        keys = {"client_id": CLIENT_ID, "access_token": ACCESS_TOKEN, "webhook_secret": SECRET}
        simulator = Simulator(**keys, weather=WEATHER, webhook_url=hook)
        server = serve(simulator, BRIDGE, 8900)
        stack.callback(server.close)
        hosts = []
        for name, number in numbers.items():
            (folder / name).mkdir()
            host = Host(name, number, folder / name, _environment(name, number, folder / name, store))
            host.connect()
            stack.callback(host.stop_all)
            host.start("relay", [sys.executable, "-m", "tests.hosts.relay", BRIDGE, "8900"])
            hosts.append(host)
        yield World(rows, simulator, time.monotonic()), hosts


def _step(host: Host, name: str) -> dict[str, Any]:
    script = f"import django, json; django.setup()\nfrom tests.hosts import steps; print(json.dumps(steps.{name}()))"
    answer: dict[str, Any] = json.loads(host.ask([sys.executable, "-c", script]).splitlines()[-1])
    return answer


def _start(host: Host, *names: str, ahead: int = 0) -> None:
    for name in names:
        command = PROCFILE[name].replace("${PORT:-8000}", "8000").split()
        if ahead:
            command[0:1] = [sys.executable, "-m", "tests.hosts.ahead", str(ahead)]
        host.start(name, command)


def _bring(web: Host, stage: dict[str, Any], rows: int) -> None:
    """As a person: signs in, and sends a file by the page."""
    path = web.folder / "guests.csv"
    with path.open("w") as file:
        file.write("Email,First name\n")
        file.writelines(f"guest{number}@example.com,Guest {number}\n" for number in range(rows))
    with httpx.Client(base_url=f"http://{web.address}:8000", follow_redirects=True, timeout=120) as browser:
        _until_served(browser)
        _post(browser, stage["login"], {"login": stage["email"], "password": stage["password"]})
        with path.open("rb") as guests:
            _post(browser, stage["page"], {"name": "June"}, {"file": ("guests.csv", guests, "text/csv")})


def _until_served(browser: httpx.Client) -> None:
    for _ in range(300):
        try:
            if browser.get("/healthz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("The pages aren't served.")


def _post(browser: httpx.Client, path: str, data: dict[str, str], files: Any = None) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).raise_for_status().text)
    assert token, path
    headers = {"Origin": str(browser.base_url).rstrip("/")}
    browser.post(path, data=data | {"csrfmiddlewaretoken": token[1]}, files=files, headers=headers).raise_for_status()


def _result(world: World, web: Host, hosts: list[Host], name: str) -> dict[str, Any]:
    said, rows = _step(web, "look"), world.rows
    rewards = world.simulator.rewards_by_identifier()
    submissions = world.simulator.submissions_by_identifier()
    left = [str(path) for host in hosts for path in host.folder.glob("var/uploads/arriving/*")]
    right = {
        "state": said["state"] == "finished" and said["closed"],
        "rows": said["rows"] == said["rewarded"] == rows,
        "once by their books": len(rewards) == rewards.total() == rows,
        "sent once": len(submissions) == submissions.total() == rows,
        "adds up": not said["differences"] and not said["pauses"],
        "sends noted": said["noted"] == said["sends"],
        "nothing left behind": not left,
        "no 429": not world.simulator.statuses[429],
    }
    wrong = [what for what, holds in right.items() if not holds]
    figures = {"rewards": rewards.total(), "jobs": len(world.simulator.jobs), "requests": len(world.simulator.requests)}
    seconds = round(time.monotonic() - world.began)
    return {"name": name, "seconds": seconds, **said, **figures, "left": left, "wrong": wrong}


def play_together(folder: Path, rows: int) -> dict[str, Any]:
    with _stage(folder / "together", rows, STORE, web=11, one=12, two=13) as (world, [web, one, two]):
        stage = _step(web, "prepare")
        _start(web, *PAGES)
        _start(one, "reading", "sending")
        _bring(web, stage, rows)
        world.await_list("a part is read", lambda state, read, _: read > rows / 5 or state == "checked")
        one.unplug()
        _start(two, *WORKERS, ahead=AHEAD)
        world.await_list("the other machine has read it", lambda state, *_: state == "checked")
        one.plug()
        _step(web, "launch")
        world.await_list("some are rewarded", lambda _, __, rewarded: rewarded > rows / 10)
        one.unplug()
        world.say(f"one is cut off for {CUT_OFF} s, and all of two is killed")
        two.stop(*WORKERS, kill=True)
        _start(two, *WORKERS, ahead=AHEAD)
        time.sleep(CUT_OFF)
        one.plug()
        for host, names in ((web, PAGES), (one, WORKERS[:2]), (two, WORKERS)):
            for name in names:
                world.say(f"restart of {name} on {host.name}")
                host.stop(name)
                _start(host, name, ahead=AHEAD if host is two else 0)
        world.await_list("the list has ended", lambda state, *_: state == "finished")
        return _result(world, web, [web, one, two], "together")


def play_alone(folder: Path, rows: int) -> dict[str, Any]:
    """One machine with all programs and a folder; all are killed while it sends."""
    with _stage(folder / "alone", rows, {}, alone=21) as (world, [alone]):
        stage = _step(alone, "prepare")
        _start(alone, *PAGES, *WORKERS)
        _bring(alone, stage, rows)
        world.await_list("it is read", lambda state, *_: state == "checked")
        _step(alone, "launch")
        world.await_list("some are rewarded", lambda _, __, rewarded: rewarded > 0)
        alone.stop(*PAGES, *WORKERS, kill=True)
        _start(alone, *PAGES, *WORKERS)
        world.await_list("the list has ended", lambda state, *_: state == "finished")
        return _result(world, alone, [alone], "alone")
