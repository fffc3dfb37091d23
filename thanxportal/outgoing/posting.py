"""Posts to addresses that strangers chose: only to public ones, for a bounded time, reading a bounded answer (pure).

A name is looked up once for each request, all that it stands for is checked, and exactly that is connected to: who
answers one thing when it is checked and another when it is used gains nothing. TLS still goes by the name.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from ssl import SSLContext, SSLError
from threading import Thread
from types import TracebackType
from typing import Any, Self

import httpx

from thanxportal.outgoing.addresses import judge_of, problem_of
from thanxportal.outgoing.no_answer import BROKEN, LATE, NO_CONNECTION, NO_NAME, NO_TLS, NOT_ALLOWED
from thanxportal.partner_api.answers import read_retry_after
from thanxportal.partner_api.deadline import Deadline
from thanxportal.plain_text import nameless, plain_text

DEADLINE = 10.0  # seconds for all of it: looking up, connecting, sending, and the answer
MOST_READ = 4_096  # bytes of an answer
MOST_KEPT = 500  # characters of it
MOST_TRIED = 3  # addresses of one name
Resolve = Callable[[str, int], list[str]]


class NotAllowed(Exception):
    """Nothing may be sent to this address, or to what its name stands for."""


class NoName(Exception):
    """The name stands for no address."""


def look_up(host: str, port: int) -> list[str]:
    """All addresses of a name. Raises NoName, also if nobody answers in time."""
    found: SimpleQueue[list[str]] = SimpleQueue()

    def ask() -> None:  # In a thread, as nothing else ends a lookup early.
        with suppress(OSError, UnicodeError):
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(answer[4][0]) for answer in answers)))
            return
        found.put([])

    Thread(target=ask, daemon=True).start()
    with suppress(Empty):
        if addresses := found.get(timeout=DEADLINE / 2):
            return addresses
    raise NoName


@dataclass(frozen=True, slots=True)
class Network:
    """How names are looked up, and how what was checked is reached: by httpx if no transport is given."""

    resolve: Resolve = look_up
    transport: httpx.BaseTransport | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. `status` is None without an answer; then `code` says why. `retry_after` is in seconds."""

    status: int | None
    code: str
    words: str
    duration_ms: int
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class ToCheckedAddresses(httpx.BaseTransport):
    """Connects to what a name was checked to stand for, and to nothing else."""

    def __init__(self, network: httpx.BaseTransport, resolve: Resolve, *, this_machine: bool, deadline: float) -> None:
        self._network, self._resolve = network, resolve
        self._this_machine, self._deadline = this_machine, deadline

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name, url = request.url.raw_host.decode("ascii"), request.url
        end = time.monotonic() + self._deadline
        failure: httpx.TransportError | None = None
        for untried, address in _counted_down(self._checked(url, name)):
            patience = max((end - time.monotonic()) / untried, 0.1)  # seconds
            timeout = request.extensions["timeout"] | {"connect": patience}
            extensions = request.extensions | {"sni_hostname": name, "timeout": timeout}
            there: dict[str, Any] = {"url": url.copy_with(host=address), "extensions": extensions}
            try:
                return self._network.handle_request(_moved(request, **there))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or NoName

    def _checked(self, url: httpx.URL, name: str) -> list[str]:
        addresses = self._resolve(name, url.port or 443)
        may = judge_of(str(url), this_machine=self._this_machine)
        if not all(may(address) for address in addresses):
            raise NotAllowed
        return addresses[:MOST_TRIED]

    def close(self) -> None:
        self._network.close()


def _moved(request: httpx.Request, **there: Any) -> httpx.Request:
    """The same request, Host and all, at another address."""
    return httpx.Request(request.method, headers=request.headers, stream=request.stream, **there)


def _counted_down(addresses: list[str]) -> Iterator[tuple[int, str]]:
    return zip(range(len(addresses), 0, -1), addresses, strict=True)


@cache  # Reading all authorities anew would take longer than a request.
def _tls() -> SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class Poster:
    """Sends requests to one address, one after the other; a context manager that keeps the connection meanwhile."""

    def __init__(
        self,
        address: str,
        network: Network,
        *,
        ports: Collection[int],
        this_machine: bool,
        user_agent: str,
        deadline: float = DEADLINE,
    ) -> None:
        transport = network.transport or httpx.HTTPTransport(verify=_tls(), trust_env=False)
        self.address = address
        self._refused = bool(problem_of(address, ports=ports, this_machine=this_machine))
        self._deadline = Deadline(deadline)
        self._http = httpx.Client(
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity", "Content-Type": "application/json"},
            timeout=httpx.Timeout(deadline),
            transport=ToCheckedAddresses(transport, network.resolve, this_machine=this_machine, deadline=deadline),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()
        self._deadline.close()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises for what the address, the network or the receiver does."""
        started = time.perf_counter()
        if self._refused:
            return Answer(None, NOT_ALLOWED, "", 0)
        status, code, words, retry_after = self._exchange(body, headers)
        return Answer(status, code, words, round((time.perf_counter() - started) * 1000), retry_after)

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str, str, float | None]:
        self._http.cookies.clear()
        request: dict[str, Any] = {"content": body, "headers": headers, "extensions": {"trace": self._deadline.watch}}
        try:
            with (
                self._deadline,
                self._http.stream("POST", self.address, **request) as response,
            ):
                retry_after = read_retry_after(response.headers.get("Retry-After", ""))
                return response.status_code, "", _beginning(response), retry_after
        except (NotAllowed, NoName, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as failure:
            return None, LATE if self._deadline.passed else _code_of(failure), "", None


def _beginning(response: httpx.Response) -> str:
    """Of the answer, as far as it comes: its status says all that matters."""
    read = b""
    with suppress(httpx.HTTPError):
        for piece in response.iter_raw():
            read += piece
            if len(read) >= MOST_READ:
                break
    text = plain_text(read[:MOST_READ].decode("utf-8", "replace"))
    return nameless(" ".join("".join(sign if sign.isprintable() else " " for sign in text).split()))[:MOST_KEPT]


def _code_of(failure: Exception) -> str:
    if isinstance(failure, NotAllowed | httpx.InvalidURL | UnicodeError):
        return NOT_ALLOWED
    if isinstance(failure, NoName):
        return NO_NAME
    if isinstance(failure, httpx.TimeoutException):
        return LATE
    if isinstance(failure, httpx.ConnectError):
        return NO_TLS if _is_tls(failure) else NO_CONNECTION
    return BROKEN


def _is_tls(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, SSLError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False
