"""The typed client of the Thanx Partner API. It sends each request once: the caller decides about retries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx

from thanxportal.partner_api import answers, types
from thanxportal.partner_api.deadline import Deadline
from thanxportal.partner_api.errors import InDoubt, NotSent, PartnerApiError
from thanxportal.partner_api.request_shape import NO_SHAPE, Shape, shape_of
from thanxportal.thanx_address import UNKNOWN, environment_of

API_VERSION = "v4.0"
PER_PAGE = 100  # Thanx's own limit
MOST_PAGES = 1_000
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)  # seconds of silence
DEADLINE = 30.0  # seconds for a whole request, however slowly the answer comes
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
A = TypeVar("A", bound=types.Answer)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished request, for logs: no query, body, token or guest.

    `status` is None if no answer came. `code` is that of the PartnerApiError, or the name of its class if it has
    none, and None after a success. `retry_after` is in seconds. `shape` is that of the request as it left.
    """

    method: str
    path: str
    status: int | None
    duration_ms: int
    code: str | None = None
    merchant_id: str | None = None
    retry_after: float | None = None
    shape: Shape = NO_SHAPE


@dataclass(frozen=True, slots=True)
class _Call:
    """One request to make. `merchant_id` says whom it is about."""

    method: str
    path: str
    merchant_id: str | None = None
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class PartnerClient:
    """All eleven calls of the API; use it as a context manager.

    It calls `gate` before each request with Thanx's id of the merchant whom it is about, or None. If `gate` raises,
    nothing is sent, and the caller gets the exception. It calls `on_exchange` after each request that was tried, whose
    shape has a fingerprint by `fingerprint_key`: without one, who reads it could guess a body of few guests. Every
    call may raise a PartnerApiError (see errors.py), and ValueError for an empty id or setting, or an address that
    isn't Thanx's.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        access_token: str,
        user_agent: str,
        transport: httpx.BaseTransport | None = None,
        gate: Callable[[str | None], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        fingerprint_key: bytes = b"",
        timeout: httpx.Timeout = TIMEOUT,
        deadline: float = DEADLINE,
    ) -> None:
        if environment_of(base_url) == UNKNOWN:
            raise ValueError("The address of Thanx is not one that may get the token. Check THANX_BASE_URL.")
        headers = {
            "Authorization": f"Bearer {_header('access token', access_token)}",
            "X-ClientId": _header("client id", client_id),
            "Accept-Version": API_VERSION,
            "Content-Type": "application/json",
            "User-Agent": _header("user agent", user_agent),
        }
        self._gate, self._on_exchange = gate, on_exchange
        self._hide = _hiding(access_token)
        self._deadline = Deadline(deadline)
        self._shape = NO_SHAPE  # of the last request
        self._http = httpx.Client(
            base_url=base_url,
            headers=headers,
            timeout=timeout,
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            event_hooks={"request": [self._looking(fingerprint_key)] if on_exchange else []},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()
        self._deadline.close()

    def __repr__(self) -> str:
        return f"<PartnerClient of {self._http.base_url.host}>"

    def get_scopes(self) -> list[str]:
        return self._exchange(_Call("GET", "/partner/scopes"), answers.scopes)

    def iter_merchants(self) -> Iterator[types.Merchant]:
        return self._pages("/partner/merchants", "merchants", types.Merchant)

    def iter_locations(self, merchant_id: str | None = None) -> Iterator[types.Location]:
        return self._pages("/partner/locations", "locations", types.Location, merchant_id)

    def iter_reward_templates(self, merchant_id: str) -> Iterator[types.RewardTemplate]:
        return self._pages("/partner/reward_templates", "reward_templates", types.RewardTemplate, merchant_id)

    def iter_campaigns(self, merchant_id: str) -> Iterator[types.Campaign]:
        return self._pages("/partner/campaigns", "campaigns", types.Campaign, merchant_id)

    def get_reward_template(self, template_id: str, merchant_id: str) -> types.RewardTemplate:
        path = f"/partner/reward_templates/{_segment(template_id)}"
        return self._get(path, merchant_id, "reward_template", types.RewardTemplate)

    def get_campaign(self, campaign_id: str, merchant_id: str) -> types.Campaign:
        return self._get(f"/partner/campaigns/{_segment(campaign_id)}", merchant_id, "campaign", types.Campaign)

    def get_issuance_job(self, job_id: str, merchant_id: str) -> types.IssuanceJob:
        path = f"/partner/issuance_jobs/{_segment(job_id)}"
        return self._get(path, merchant_id, "issuance_job", types.IssuanceJob)

    def create_campaign(self, body: dict[str, Any]) -> types.Campaign:
        """Creates a campaign from its inner fields. Not idempotent: after InDoubt, look before repeating."""
        content = json.dumps({"campaign": body}).encode()
        call = _Call("POST", "/partner/campaigns", body.get("merchant_id"), body=content)
        return self._exchange(call, answers.item("campaign", types.Campaign))

    def issue(self, body: bytes, idempotency_key: str) -> types.IssuanceJob:
        """Sends exactly these bytes under this key. Thanx answers a replay of both from its cache."""
        headers = {"X-Idempotency-Key": idempotency_key}
        call = _Call("POST", "/partner/campaigns/issue", _merchant_in(body), body=body, headers=headers)
        return self._exchange(call, answers.item("issuance_job", types.IssuanceJob))

    def revoke_issuance_job(self, job_id: str, merchant_id: str) -> types.IssuanceJob:
        """Asks Thanx to take back all rewards of a job. After InDoubt, look before repeating."""
        content = json.dumps({"merchant_id": merchant_id}).encode()
        call = _Call("POST", f"/partner/issuance_jobs/{_segment(job_id)}/revoke", merchant_id, body=content)
        return self._exchange(call, answers.item("issuance_job", types.IssuanceJob))

    def _get(self, path: str, merchant_id: str, key: str, kind: type[A]) -> A:
        call = _Call("GET", path, merchant_id, {"merchant_id": merchant_id})
        return self._exchange(call, answers.item(key, kind))

    def _pages(self, path: str, key: str, kind: type[A], merchant_id: str | None = None) -> Iterator[A]:
        about = {} if merchant_id is None else {"merchant_id": merchant_id}
        for number in range(1, MOST_PAGES + 1):
            call = _Call("GET", path, merchant_id, {**about, "page": number, "per_page": PER_PAGE})
            page = self._exchange(call, answers.page(key, kind, number))
            yield from page.items
            if not page.items or number >= page.total_pages:
                return
        raise InDoubt(code="ENDLESS_PAGES")

    def _exchange(self, call: _Call, reader: Callable[[Any], T]) -> T:
        """Passes the gate, sends one request, reports it, and returns what `reader` makes of the answer."""
        if self._gate:
            self._gate(call.merchant_id)
        self._shape = NO_SHAPE
        started = time.perf_counter()
        try:
            response = self._send(call)
            result = response.read(reader, self._hide)
        except PartnerApiError as error:
            self._report(call, started, error.status, error)
            raise
        self._report(call, started, response.status, None)
        return result

    def _looking(self, key: bytes) -> Callable[[httpx.Request], None]:
        """A closure, so that no attribute holds the key."""

        def look(request: httpx.Request) -> None:
            self._shape = shape_of(request, key)

        return look

    def _send(self, call: _Call) -> answers.Response:
        extensions = {"trace": self._deadline.watch}
        try:
            with (
                self._deadline,
                self._http.stream(
                    call.method,
                    call.path,
                    params=call.query or None,
                    content=call.body,
                    headers=call.headers,
                    extensions=extensions,
                ) as response,
            ):
                return answers.Response.receive(response)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error = _unanswered(failure, late=self._deadline.passed)
        raise error  # Outside `except`: the cause holds the request, and the request holds the token.

    def _report(self, call: _Call, started: float, status: int | None, error: PartnerApiError | None) -> None:
        if self._on_exchange is None:
            return
        exchange = Exchange(
            method=call.method,
            path=call.path,
            status=status,
            duration_ms=round((time.perf_counter() - started) * 1000),
            code=(error.code or type(error).__name__) if error else None,
            merchant_id=call.merchant_id or None,
            retry_after=getattr(error, "retry_after", None),
            shape=self._shape,
        )
        self._on_exchange(exchange)


def _unanswered(failure: Exception, *, late: bool) -> PartnerApiError:
    """Returns the error for a missing answer: without a connection nothing was sent, after that nobody can know."""
    kind = NotSent if isinstance(failure, _UNSENT) else InDoubt
    return kind(code="DEADLINE" if late else type(failure).__name__)


def _header(what: str, value: str) -> str:
    """Returns a value that fits a header. Checked here, because httpx would quote it in its errors."""
    if not value or not value.isascii() or not value.isprintable() or value != value.strip():
        raise ValueError(f"The {what} for Thanx is empty or doesn't fit into a header. Check the settings.")
    return value


def _hiding(secret: str) -> Callable[[str], str]:
    """Returns a function that removes the secret from a text. A closure, so that no attribute holds the secret."""
    return lambda text: text.replace(secret, "[token]")


def _segment(identifier: str) -> str:
    """Returns an id as one segment of a path."""
    if not identifier.strip("."):
        raise ValueError("A Thanx id is missing: an empty one would address another endpoint.")
    return quote(identifier, safe="")


def _merchant_in(body: bytes) -> str | None:
    """Returns whom a body is about, for the log only. The body itself is sent as it is."""
    try:
        merchant_id = json.loads(body)["merchant_id"]
    except (ValueError, LookupError, TypeError):
        return None
    return merchant_id if isinstance(merchant_id, str) else None
