"""The pretend partner in a process of its own, so that whoever forks workers has no threads."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tests.made_jobs import what_thanx_made
from thanxportal.partner_simulator import Fault, Simulator, Weather, build_merchant, serve
from thanxportal.partner_simulator.limits import RequestLimits, SlidingWindow

CLIENT_ID, ACCESS_TOKEN = "crash-client", "crash-token"
MERCHANT = build_merchant("harbor-grill", "Harbor Grill", ("Free Coffee", "$5 off"), 1)
ISSUE = "/partner/campaigns/issue"
HANG = 0.4  # seconds until a connection without an answer is cut
BAD_DAY: Mapping[Fault, float] = {
    Fault.STATUS_500: 0.02,
    Fault.STATUS_500_AFTER: 0.03,
    Fault.HTML_502: 0.02,
    Fault.HTML_502_AFTER: 0.03,
    Fault.EMPTY_503: 0.02,
    Fault.STATUS_504: 0.03,
    Fault.RESET_BEFORE: 0.02,
    Fault.RESET_AFTER: 0.03,
    Fault.HALF_HEADERS: 0.01,
    Fault.HALF_BODY: 0.01,
    Fault.TIMEOUT_AFTER: 0.01,
    Fault.ACCEPTED_WITHOUT_ID: 0.02,
}  # together 25 %


@dataclass(frozen=True)
class FastWeather(Weather):
    """Jobs end within a few hundredths of a second, so that a whole life fits into one run."""

    pending_seconds: float = 0.01
    revoke_seconds: float = 0.02
    refused_share: float = 0.05
    faults: Mapping[Fault, float] = field(default_factory=dict)

    def processing_seconds(self, guests: int) -> float:
        return 0.03


CALM = FastWeather("fast")
BAD = FastWeather("fast and bad", faults=BAD_DAY)


class Partner:
    """Commands to the simulator's process: the caller's side of a pipe."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        self.url: str = self._pipe.recv()

    def _ask(self, command: str, **details: Any) -> Any:
        self._pipe.send((command, details))
        return self._pipe.recv()

    def restart(self, *, seed: int = 0, shortened: int = 0) -> None:
        """Begins with empty books, in calm weather; with Thanx's limits, the longer one so many times `shortened`."""
        self._ask("restart", seed=seed, shortened=shortened)

    def arrivals(self) -> list[float]:
        """When requests arrived, in seconds since 1970."""
        arrived: list[float] = self._ask("arrivals")
        return arrived

    def change_weather(self, *, bad: bool) -> None:
        self._ask("weather", bad=bad)

    def spoil(self, method: str, path: str, faults: list[str]) -> None:
        """Spoils the next matching answers by the faults of these names, in order, and no others any more."""
        self._ask("script", method=method, path=path, faults=faults)

    def bar(self, how: str) -> None:
        """From now on the merchant is "unlisted", as one that has opted out, or "forbidden"; "" ends both."""
        self._ask("bar", how=how)

    def report(self) -> dict[str, Any]:
        """What the partner counts: see `_report`."""
        answer: dict[str, Any] = self._ask("report")
        return answer

    def made(self, *, with_keys: bool) -> str:
        """The jobs that Thanx would name after a restore."""
        text: str = self._ask("made", with_keys=with_keys)
        return text

    def forget_keys(self) -> None:
        """Answers no replay from now on as it was answered before."""
        self._ask("forget")

    def close(self) -> None:
        self._ask("close")
        self._process.join(timeout=5)


class _Unlimited:
    """The limits are proven in their own time; elsewhere they would only slow down the dying."""

    def admit(self, now: float) -> bool:
        return True


class Shortened(RequestLimits):
    """Both limits, the longer one over fewer seconds and as many fewer requests."""

    def __init__(self, times: int) -> None:
        self._windows = (SlidingWindow(5, 1), SlidingWindow(2_000 // times, 900 / times))


def _simulator(seed: int, shortened: int) -> Simulator:
    simulator = Simulator(
        client_id=CLIENT_ID,
        access_token=ACCESS_TOKEN,
        merchants=[MERCHANT],
        seed=seed,
        weather=CALM,
    )
    simulator._limits = Shortened(shortened) if shortened else _Unlimited()  # type: ignore[assignment]
    return simulator


def _serve(pipe: Connection) -> None:
    server = serve(_simulator(0, shortened=0), hang_seconds=HANG)
    pipe.send(server.url)
    while True:
        command, details = pipe.recv()
        answer: Any = None
        if command == "restart":
            server.simulator = _simulator(**details)
        elif command == "weather":
            server.simulator.change_weather(BAD if details["bad"] else CALM)
        elif command == "script":
            faults = [Fault[name] for name in details["faults"]]
            server.simulator._script.clear()
            server.simulator.script(details["method"], details["path"], faults)
        elif command == "bar":
            for how in ("unlisted", "forbidden"):
                setattr(server.simulator, how, {MERCHANT.id} if how == details["how"] else set())
        elif command == "arrivals":
            answer = [request.at for request in list(server.simulator.requests)]
        elif command == "made":
            answer = what_thanx_made(server.simulator, **details)
        elif command == "forget":
            server.simulator.books.keys.clear()
        elif command == "report":
            answer = _report(server.simulator)
        pipe.send(answer)
        if command == "close":
            return


def _report(simulator: Simulator) -> dict[str, Any]:
    """Rewards and submissions per campaign and guest, the number of bodies seen with each key, and requests."""
    campaigns = list(simulator.books.campaigns)
    return {
        "rewards": {campaign: dict(simulator.rewards_by_identifier(campaign)) for campaign in campaigns},
        "submissions": {campaign: dict(simulator.submissions_by_identifier(campaign)) for campaign in campaigns},
        "bodies_by_key": {key: len(record.body_hashes) for key, record in list(simulator.books.keys.items())},
        "accepted_keys": [key for key, record in list(simulator.books.keys.items()) if record.accepted_hash],
        "requests": simulator.statuses.total(),
        "issue_requests": sum(request.path == ISSUE for request in list(simulator.requests)),
        "status_403": simulator.statuses[403],
        "status_429": simulator.statuses[429],
    }
