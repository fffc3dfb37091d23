"""The typed client of the Thanx Partner API. It sends each request once: who retries, and when, is the caller's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar

import httpx
from pydantic import ValidationError

from thanxportal.partner_api import types
from thanxportal.partner_api.errors import InDoubt, NotSent, PartnerApiError, error_for

API_VERSION = "v4.0"
PER_PAGE = 100  # Thanx's own limit
MOST_PAGES = 1_000
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)  # seconds
MOST_BYTES = 32 * 1024 * 1024  # of one answer: 10,000 failures are about 1 MB
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
A = TypeVar("A", bound=types.Answer)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One finished request, for logs: no query, body, token or guest. Durations are milliseconds."""

    method: str
    path: str
    status: int | None
    duration_ms: int
    code: str | None = None
    merchant_id: str | None = None
    retry_after: float | None = None


class PartnerClient:
    """All eleven calls of the API. Raises PartnerApiError; use it as a context manager.

    `gate` is called before every single request and may raise to prevent it; `on_exchange` after it.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        access_token: str,
        user_agent: str,
        transport: httpx.BaseTransport | None = None,
        gate: Callable[[], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        headers = {
            "Authorization": f"Bearer {access_token}",
            "X-ClientId": client_id,
            "Accept-Version": API_VERSION,
            "Content-Type": "application/json",
            "User-Agent": user_agent,
        }
        self._gate, self._on_exchange = gate, on_exchange
        self._http = httpx.Client(
            base_url=base_url, headers=headers, timeout=timeout, transport=transport, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._http.close()

    def get_scopes(self) -> list[str]:
        return [str(scope) for scope in self._part(self._call("GET", "/partner/scopes"), "scopes", list)]

    def iter_merchants(self) -> Iterator[types.Merchant]:
        return self._pages("/partner/merchants", "merchants", types.Merchant)

    def iter_locations(self, merchant_id: str | None = None) -> Iterator[types.Location]:
        return self._pages("/partner/locations", "locations", types.Location, merchant_id)

    def iter_reward_templates(self, merchant_id: str) -> Iterator[types.RewardTemplate]:
        return self._pages("/partner/reward_templates", "reward_templates", types.RewardTemplate, merchant_id)

    def iter_campaigns(self, merchant_id: str) -> Iterator[types.Campaign]:
        return self._pages("/partner/campaigns", "campaigns", types.Campaign, merchant_id)

    def get_reward_template(self, template_id: str, merchant_id: str) -> types.RewardTemplate:
        answer = self._call("GET", f"/partner/reward_templates/{_safe(template_id)}", merchant_id=merchant_id)
        return self._read(answer, "reward_template", types.RewardTemplate)

    def create_campaign(self, body: dict[str, Any]) -> types.Campaign:
        """Creates a campaign from its inner fields. Not idempotent: after InDoubt, look before repeating."""
        merchant_id = str(body.get("merchant_id", ""))
        answer = self._call("POST", "/partner/campaigns", json={"campaign": body}, about=merchant_id)
        return self._read(answer, "campaign", types.Campaign)

    def get_campaign(self, campaign_id: str, merchant_id: str) -> types.Campaign:
        answer = self._call("GET", f"/partner/campaigns/{_safe(campaign_id)}", merchant_id=merchant_id)
        return self._read(answer, "campaign", types.Campaign)

    def issue(self, body: bytes, idempotency_key: str, merchant_id: str = "") -> types.IssuanceJob:
        """Sends exactly these bytes under this key; a replay of both is answered from Thanx's cache."""
        headers = {"X-Idempotency-Key": idempotency_key}
        answer = self._call("POST", "/partner/campaigns/issue", content=body, headers=headers, about=merchant_id)
        return self._read(answer, "issuance_job", types.IssuanceJob)

    def get_issuance_job(self, job_id: str, merchant_id: str) -> types.IssuanceJob:
        answer = self._call("GET", f"/partner/issuance_jobs/{_safe(job_id)}", merchant_id=merchant_id)
        return self._read(answer, "issuance_job", types.IssuanceJob)

    def revoke_issuance_job(self, job_id: str, merchant_id: str) -> types.IssuanceJob:
        path = f"/partner/issuance_jobs/{_safe(job_id)}/revoke"
        answer = self._call("POST", path, json={"merchant_id": merchant_id}, about=merchant_id)
        return self._read(answer, "issuance_job", types.IssuanceJob)

    def _pages(self, path: str, key: str, kind: type[A], merchant_id: str | None = None) -> Iterator[A]:
        for page in range(1, MOST_PAGES + 1):
            answer = self._call("GET", path, merchant_id=merchant_id, page=page, per_page=PER_PAGE)
            for item in self._part(answer, key, list):
                yield self._typed(item, kind)
            if page >= _total_pages(answer):
                return
        raise InDoubt(code="ENDLESS_PAGES")

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        about: str | None = None,
        **query: str | int | None,
    ) -> Any:
        if self._gate:
            self._gate()
        params = {name: value for name, value in query.items() if value is not None}
        merchant = about or query.get("merchant_id")
        started = time.monotonic()
        try:
            request = self._http.build_request(
                method, path, json=json, content=content, headers=headers, params=params or None
            )
            response = self._http.send(request)
            answer = _success(response)
        except (httpx.HTTPError, httpx.InvalidURL) as failure:
            error: PartnerApiError = _unanswered(failure)
            self._log(method, path, started, None, error, merchant)
            raise error from None  # The cause holds the request, and the request holds the token.
        except PartnerApiError as error:
            self._log(method, path, started, error.status, error, merchant)
            raise
        self._log(method, path, started, response.status_code, None, merchant)
        return answer

    def _log(
        self, method: str, path: str, started: float, status: int | None, error: Any, merchant: str | int | None
    ) -> None:
        if self._on_exchange is None:
            return
        code = (error.code or type(error).__name__) if error else None
        milliseconds = round((time.monotonic() - started) * 1000)
        self._on_exchange(
            Exchange(
                method,
                path,
                status,
                milliseconds,
                code,
                str(merchant or "") or None,
                getattr(error, "retry_after", None),
            )
        )

    def _part(self, answer: Any, key: str, kind: type[Any]) -> Any:
        part = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(part, kind):
            raise InDoubt(status=200, code="UNEXPECTED_ANSWER")
        return part

    def _read(self, answer: Any, key: str, kind: type[A]) -> A:
        return self._typed(self._part(answer, key, dict), kind)

    def _typed(self, value: Any, kind: type[A]) -> A:
        try:
            return kind.read(value)
        except ValidationError:
            raise InDoubt(status=200, code="UNEXPECTED_ANSWER") from None  # The detail may quote a guest.


def _success(response: httpx.Response) -> Any:
    """The JSON of a 2xx answer; anything else is an error."""
    if not response.is_success:
        raise error_for(response.status_code, response.content, _retry_after(response))
    try:
        return response.json()
    except ValueError:
        raise InDoubt(status=response.status_code, code="UNREADABLE_ANSWER", excerpt=response.text[:500]) from None


def _unanswered(failure: Exception) -> PartnerApiError:
    """No answer came: before a connection stood nothing was sent, after that nobody can know."""
    kind = NotSent if isinstance(failure, _UNSENT) else InDoubt
    return kind(code=type(failure).__name__)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that Thanx asks to wait, from either form of the header."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _total_pages(answer: dict[str, Any]) -> int:
    """How many pages there are; the reference spells it both ways, and some calls have no pages."""
    pagination = answer.get("pagination") or {}
    total = pagination.get("total_pages", pagination.get("total_page", 1)) if isinstance(pagination, dict) else 1
    return total if isinstance(total, int) else 1


def _safe(identifier: str) -> str:
    """An id as one path segment."""
    if not identifier or not identifier.isascii() or not identifier.replace("_", "").replace("-", "").isalnum():
        raise ValueError("A Thanx id is letters and digits.")
    return identifier
