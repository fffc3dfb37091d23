"""The simulator: checks credentials and limits and plays faults, in front of the endpoints."""

import random
import re
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from thanxportal.partner_simulator import introspection
from thanxportal.partner_simulator.books import Books, count_rewards, count_submissions
from thanxportal.partner_simulator.clock import Clock, SystemClock
from thanxportal.partner_simulator.endpoints import Desk, answer_request
from thanxportal.partner_simulator.jobs import Job
from thanxportal.partner_simulator.limits import RequestLimits
from thanxportal.partner_simulator.weather import Fault, Weather, weather_named
from thanxportal.partner_simulator.webhooks import Announcer, Courier, Delivery
from thanxportal.partner_simulator.wire import (
    Answer,
    Cut,
    RefusedError,
    Request,
    bad_request,
    replacement,
    spoil,
    too_many_requests,
)
from thanxportal.partner_simulator.world import Merchant, default_world

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_OUTBOX_LIMIT = 50_000
_REQUEST_LOG_LIMIT = 10_000
_LIBRARY_AGENTS = re.compile(r"(?i)(python-|curl/|wget/|okhttp|go-http|axios|mozilla/)")
_AGENT = re.compile(r"[A-Za-z][\w .-]*/\d[\w.+-]*( .*)?")


@dataclass(frozen=True)
class RequestRecord:
    """One request to /partner. `status` 0 means that no whole answer left; `at` is seconds since 1970."""

    method: str
    path: str
    status: int
    fault: Fault | None
    idempotency_key: str | None
    body_sha256: str
    at: float


class Simulator:
    """A simulated Thanx. Call it as a WSGI app, or pass it to `serve`. It is thread-safe.

    `weather` is a name from WEATHERS or a Weather of your own. `refused_share` (0 to 1) overrides that of the
    weather. `batch_event` fixes the spelling of the batch event, which otherwise alternates. `state` is a SQLite
    file that keeps campaigns, jobs and keys over a restart. A thread posts webhooks if `webhook_url` is given and
    the clock is a SystemClock; otherwise they wait in `outbox`.
    """

    def __init__(
        self,
        *,
        client_id: str,
        access_token: str,
        clock: Clock | None = None,
        weather: str | Weather = "calm",
        seed: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        scopes: Sequence[str] = ("rewards.issue",),
        merchants: Sequence[Merchant] | None = None,
        refused_share: float | None = None,
        batch_event: str | None = None,
        state: Path | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self.merchants = {merchant.id: merchant for merchant in merchants or default_world()}
        self.unlisted: set[str] = set()  # ids of merchants that have opted out
        self.forbidden: set[str] = set()  # ids of merchants about whom every request is answered with 403
        self.requests: deque[RequestRecord] = deque(maxlen=_REQUEST_LOG_LIMIT)
        self.statuses: Counter[int] = Counter()
        self.books = Books(state)
        self._lock = threading.RLock()
        self._credentials = (client_id, access_token)
        self._scopes = tuple(scopes)
        self._refused_share = refused_share
        self._limits = RequestLimits()
        self._dice = random.Random(seed)  # noqa: S311 - weather, not cryptography.
        self._script: list[tuple[str, str, deque[Fault]]] = []
        self._id_seed = f"{seed}-{self.clock.time():.6f}"
        self._outbox: deque[Delivery] = deque(maxlen=_OUTBOX_LIMIT)
        self._announcer = Announcer(seed, webhook_secret or "", batch_event)
        self.change_weather(weather)
        self._follow_unfinished_jobs()
        self._courier: Courier | None = None
        if webhook_url and isinstance(self.clock, SystemClock):
            self._courier = Courier(webhook_url, self._next_deliveries)
            self._courier.start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer as a WSGI app. A cut connection is a ConnectionResetError, a silent one a TimeoutError."""
        answer = self.handle(_from_environ(environ))
        if answer.cut is Cut.HANG:
            raise TimeoutError("The simulator answers nothing.")
        if answer.cut:
            raise ConnectionResetError(f"The simulator cut the connection: {answer.cut.value}.")
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.all_headers())
        return [answer.body]

    def handle(self, request: Request) -> Answer:
        """Answer one request after the latency of the weather. The caller acts out `cut`."""
        if request.path.startswith("/_simulator/"):
            return introspection.answer_request(self, request)
        with self._lock:
            answer, fault = self._answer_partner(request)
            self._record(request, answer, fault)
            latency = self.weather.draw_latency(self._dice)
        if latency:
            self.clock.sleep(latency)
        return answer

    def script(self, method: str, path_prefix: str, faults: Iterable[Fault]) -> None:
        """Spoil the next matching requests by these faults, one each, in order. They precede those of the weather.

        "/partner/campaigns" also matches "/partner/campaigns/issue". A request that is refused for its credentials,
        its headers or the limits uses up no fault.
        """
        with self._lock:
            self._script.append((method, path_prefix, deque(faults)))

    def forget_faults(self) -> None:
        """Drop what was scripted and not used up."""
        with self._lock:
            self._script.clear()

    @property
    def faults_left(self) -> int:
        """How many scripted faults wait for their request."""
        return sum(len(faults) for _, _, faults in list(self._script))

    def change_weather(self, weather: str | Weather) -> None:
        """Change the weather from the next request on; ValueError for an unknown name."""
        with self._lock:
            self.weather = weather_named(weather) if isinstance(weather, str) else weather

    def unpublish(self, template_id: str) -> None:
        """Unpublish a reward template."""
        with self._lock:
            self.books.unpublish(template_id)

    def merchant(self, handle: str) -> Merchant:
        """Return the merchant of that handle, such as harbor-grill."""
        return next(merchant for merchant in self.merchants.values() if merchant.handle == handle)

    @property
    def jobs(self) -> dict[str, Job]:
        """A copy of the jobs by id."""
        with self._lock:
            return dict(self.books.jobs)

    def rewards_by_identifier(self, campaign_id: str | None = None) -> Counter[str]:
        """Count the rewards that each identifier (in lower case) holds in the end, without revoked ones."""
        return count_rewards(list(self.jobs.values()), campaign_id)

    def submissions_by_identifier(self, campaign_id: str | None = None) -> Counter[str]:
        """Count how often each identifier (in lower case) was in an accepted job, refused or not."""
        return count_submissions(list(self.jobs.values()), campaign_id)

    @property
    def outbox(self) -> deque[Delivery]:
        """Due webhooks that no thread posts. Take them with popleft. Keeps the last 50,000."""
        if self._courier is None:
            while deliveries := self._next_deliveries():
                self._outbox.extend(deliveries)
        return self._outbox

    def close(self) -> None:
        """Stop posting webhooks and close the state file."""
        if self._courier:
            self._courier.stop()
        with self._lock:
            self.books.close()

    def _answer_partner(self, request: Request) -> tuple[Answer, Fault | None]:
        try:
            self._check_credentials(request.headers)
            _check_headers(request.headers)
        except RefusedError as refusal:
            return refusal.answer, None
        now = self.clock.time()
        if not self._limits.admit(now):
            return too_many_requests(), None
        fault = self._next_fault(request)
        if fault and not fault.executes:
            self._note_unread_key(request)
            return replacement(fault), fault
        jobs_before = len(self.books.jobs)
        answer = answer_request(self._desk(now), request)
        if len(self.books.jobs) > jobs_before:
            self._announcer.watch(self.books.jobs[next(reversed(self.books.jobs))])
        return (spoil(answer, fault), fault) if fault else (answer, None)

    def _desk(self, now: float) -> Desk:
        share = self.weather.refused_share if self._refused_share is None else self._refused_share
        closed = (frozenset(self.unlisted), frozenset(self.forbidden))
        return Desk(self.merchants, self.books, self._scopes, self.weather, share, now, self._id_seed, *closed)

    def grant(self, *scopes: str) -> None:
        """Replace the scopes of the credential."""
        self._scopes = scopes

    def _check_credentials(self, headers: Mapping[str, str]) -> None:
        client_id, access_token = self._credentials
        if (headers.get("x-clientid"), headers.get("authorization")) != (client_id, f"Bearer {access_token}"):
            raise RefusedError(401, "AUTHENTICATION_GENERIC", "The credentials are missing or not valid.")

    def _next_fault(self, request: Request) -> Fault | None:
        for method, prefix, faults in self._script:
            if faults and method == request.method and request.path.startswith(prefix):
                return faults.popleft()
        return self.weather.draw_fault(self._dice)

    def _note_unread_key(self, request: Request) -> None:
        if key := request.headers.get("x-idempotency-key"):
            self.books.note_key(key, sha256(request.body).hexdigest())

    def _follow_unfinished_jobs(self) -> None:
        now = self.clock.time()
        for job in self.books.jobs.values():
            if now < job.ended_at:
                self._announcer.watch(job, job.processed(now))

    def _next_deliveries(self) -> list[Delivery]:
        with self._lock:
            now = self.clock.time()
            while self._announcer.has_more(self.books, now):
                if deliveries := self._announcer.due(self.books, now, self.weather):
                    return deliveries
        return []

    def _record(self, request: Request, answer: Answer, fault: Fault | None) -> None:
        status = 0 if answer.cut else answer.status
        key = request.headers.get("x-idempotency-key")
        digest = sha256(request.body).hexdigest()
        at = self.clock.time()
        self.statuses[status] += 1
        self.requests.append(RequestRecord(request.method, request.path, status, fault, key, digest, at))


def _check_headers(headers: Mapping[str, str]) -> None:
    if headers.get("accept-version") != "v4.0":
        raise bad_request("Accept-Version is missing or is not v4.0.")
    if headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise bad_request("Content-Type is missing or is not application/json.")
    agent = headers.get("user-agent", "")
    if not _AGENT.fullmatch(agent) or _LIBRARY_AGENTS.match(agent):
        raise bad_request("User-Agent is missing or doesn't name the partner and its version.")


def _from_environ(environ: dict[str, Any]) -> Request:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    length = int(headers.get("content-length", 0) or 0)
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/"),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
    )
