"""What can go wrong with a request to Thanx, cut by what the caller does next.

PartnerApiError
├── NotSent             surely not executed: no connection was made. Try later.
├── RateLimited         429, surely not executed. Wait, then try again.
├── CredentialRefused   401 or 403, surely not executed. Pause the credential, tell staff.
├── Rejected            any other 4xx: a definite no to this request. Don't repeat it.
│   ├── NotFound        404
│   └── RuleBroken      422
└── InDoubt             anything else after the first byte left: it may have been executed. Replay the
                        same key and bytes (issuing), or look (everything else).
"""

from __future__ import annotations

import json
import re
from typing import Any

EXCERPT = 200  # characters
_EMAIL = re.compile(r"[^\s\"'<>,;:]+@[^\s\"'<>,;]+")
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")


class PartnerApiError(Exception):
    """A request that brought no usable answer.

    `status` is the HTTP status if one came, `code` Thanx's stable error code if it gave one, and
    `excerpt` the beginning of the body without anything that looks like an email or a phone.
    """

    def __init__(self, *, status: int | None = None, code: str | None = None, excerpt: str = "") -> None:
        self.status, self.code, self.excerpt = status, code, redact(excerpt)
        super().__init__(f"{type(self).__name__}: status {status}, code {code}")


class NotSent(PartnerApiError):
    """No connection was made: DNS, refused, TLS, or no free connection in time."""


class RateLimited(PartnerApiError):
    """Answer 429. `retry_after` is in seconds, if Thanx gave a readable one."""

    def __init__(self, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(**details)
        self.retry_after = retry_after


class CredentialRefused(PartnerApiError):
    """Answer 401 or 403: the token is wrong, or a scope is missing."""


class Rejected(PartnerApiError):
    """A definite no to this request."""


class NotFound(Rejected):
    """Answer 404."""


class RuleBroken(Rejected):
    """Answer 422: a rule of Thanx forbids it, such as revoking a running job."""


class InDoubt(PartnerApiError):
    """No clear answer after the first byte left; the request may have been executed."""


def error_for(status: int, body: bytes, retry_after: float | None = None) -> PartnerApiError:
    """The typed error for an answer that is no success, whatever its body looks like."""
    details: dict[str, Any] = {"status": status, "code": _code(body), "excerpt": body[:2000].decode("utf-8", "replace")}
    if status == 429:
        return RateLimited(retry_after=retry_after, **details)
    if status in (401, 403):
        return CredentialRefused(**details)
    if status in (404, 422):
        return (NotFound if status == 404 else RuleBroken)(**details)
    if 400 <= status < 500 and status != 408:
        return Rejected(**details)
    return InDoubt(**details)


def _code(body: bytes) -> str | None:
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code[:80] if isinstance(code, str) else None


def redact(text: str) -> str:
    """The first 200 characters without emails, phones or bearer tokens."""
    text = re.sub(r"(?i)bearer\s+\S+", "Bearer [hidden]", text)
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", text))[:EXCERPT]
