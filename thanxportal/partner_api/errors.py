"""Errors of requests to Thanx, divided by what the caller does next.

PartnerApiError
├── NotSent             surely not executed: no connection was made. Try later.
├── RateLimited         429, surely not executed. Wait, then try again.
├── CredentialRefused   401 or 403, surely not executed. Pause the credential, tell staff.
├── Rejected            any other 4xx: a definite no to this request. Don't repeat it.
│   ├── NotFound        404
│   └── RuleBroken      422
└── InDoubt             anything else after the first byte left: it may have been executed. Replay the
                        same key and bytes (issuing), or look (everything else).

MalformedEvent          (a ValueError) a webhook whose body is no event. Nothing to retry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from thanxportal.partner_api.redaction import redact
from thanxportal.plain_text import read_json

_UNDECIDED = (408, 409, 425)  # A proxy gave up waiting, or the same request is still under way.
_CODE = re.compile(r"[\w.:-]{1,80}", re.ASCII)


class PartnerApiError(Exception):
    """A request that brought no usable answer.

    `status` is the HTTP status, if one came. `code` is Thanx's stable error code, if it gave one. Without an answer
    it names the network failure (`ReadTimeout`). For an answer that makes no sense it is one of ours
    (`UNREADABLE_ANSWER`, `UNEXPECTED_ANSWER`, `ANSWER_TOO_LONG`, `ENDLESS_PAGES`). `excerpt` is the beginning of
    what Thanx wrote, without anything that looks like an email, a phone or a token.
    """

    def __init__(self, *, status: int | None = None, code: str | None = None, excerpt: str = "") -> None:
        self.status, self.code, self.excerpt = status, code, redact(excerpt)
        super().__init__()  # No args: a pickled error is rebuilt from its attributes.

    def __str__(self) -> str:
        answer = "no answer from Thanx" if self.status is None else f"Thanx answered {self.status}"
        return " ".join(filter(None, (f"{type(self).__name__}: {answer}", self.code, self.excerpt)))

    def __repr__(self) -> str:
        return f"<{self}>"


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
    """Thanx refuses this request for good."""


class NotFound(Rejected):
    """Answer 404."""


class RuleBroken(Rejected):
    """Answer 422: a rule of Thanx forbids it, such as revoking a running job."""


class InDoubt(PartnerApiError):
    """No clear answer after the first byte was sent. Thanx may have executed the request."""


class MalformedEvent(ValueError):
    """A webhook body that is no event: not JSON, no `event`, or a known event without its job id."""


def error_for(
    status: int, text: str, retry_after: float | None = None, hide: Callable[[str], str] = str
) -> PartnerApiError:
    """Returns the typed error for an answer without success, whatever its body looks like.

    `hide` removes secrets from a text. It gets the whole text, before anything is cut off.
    """
    code, message = _envelope(text)
    code = hide(code) if code else None
    details: dict[str, Any] = {
        "status": status,
        "code": code,
        "excerpt": hide(redact(hide(message or text))),
    }  # Again: it undoes escapes.
    if status == 429:
        return RateLimited(retry_after=retry_after, **details)
    return _kind(status)(**details)


def _kind(status: int) -> type[PartnerApiError]:
    if status in (401, 403):
        return CredentialRefused
    if not 400 <= status < 500 or status in _UNDECIDED:
        return InDoubt
    return {404: NotFound, 422: RuleBroken}.get(status, Rejected)


def _envelope(text: str) -> tuple[str | None, str | None]:
    """Returns code and message of an error body, each None if the body has another shape.

    What looks like a guest is no code.
    """
    try:
        error = read_json(text)["error"]
        code, message = error.get("code"), error.get("message")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None, None
    stable = isinstance(code, str) and _CODE.fullmatch(code) and redact(code) == code
    return code if stable else None, message if isinstance(message, str) else None
