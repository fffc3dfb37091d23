"""Reads answers: bytes to JSON, JSON to types. An answer that doesn't fit becomes InDoubt."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

import httpx

from thanxportal.partner_api.errors import InDoubt, error_for
from thanxportal.partner_api.redaction import redact
from thanxportal.partner_api.types import Answer
from thanxportal.plain_text import plain_text, read_json

MOST_BYTES = 32 * 1024 * 1024  # of one answer: 10,000 failures are about 1 MB
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
A = TypeVar("A", bound=Answer)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Response:
    """A complete HTTP answer. `retry_after` is in seconds."""

    status: int
    text: str
    retry_after: float | None

    @classmethod
    def receive(cls, response: httpx.Response) -> Response:
        """Reads the body. Raises InDoubt if it is too long, and httpx's errors if it breaks off."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise InDoubt(status=response.status_code, code="ANSWER_TOO_LONG")
        retry_after = read_retry_after(response.headers.get("Retry-After", ""))
        return cls(response.status_code, plain_text(body.decode("utf-8-sig", "replace")), retry_after)

    def read(self, reader: Callable[[Any], T], hide: Callable[[str], str]) -> T:
        """Returns what `reader` makes of the JSON of a 2xx answer. Raises a typed error for any other answer.

        `reader` raises ValueError for JSON of another shape. Errors are raised outside `except`, so that their
        context doesn't quote the answer.
        """
        if not 200 <= self.status < 300:
            raise error_for(self.status, self.text, self.retry_after, hide)
        code = "UNREADABLE_ANSWER"
        try:
            document = read_json(self.text)
            code = "UNEXPECTED_ANSWER"
            return reader(document)
        except (ValueError, RecursionError):
            excerpt = hide(redact(hide(self.text)))
        raise InDoubt(status=self.status, code=code, excerpt=excerpt)


@dataclass(frozen=True, slots=True)
class Page(Generic[A]):
    """One page of a list, and how many pages there are."""

    items: list[A]
    total_pages: int


def item(key: str, kind: type[A]) -> Callable[[Any], A]:
    """Returns a reader of `{key: {…}}`."""
    return lambda document: kind.model_validate(_part(document, key, dict))


def page(key: str, kind: type[A], number: int) -> Callable[[Any], Page[A]]:
    """Returns a reader of page `number` (from 1) of `{key: […], "pagination": {…}}`. No pagination means one page."""

    def read(document: Any) -> Page[A]:
        items = [kind.model_validate(item) for item in _part(document, key, list)]
        pagination = document.get("pagination")
        pagination = pagination if isinstance(pagination, dict) else {}
        if _number(pagination.get("current_page")) not in (None, number):
            raise ValueError("This is another page than the one asked for.")
        return Page(items, _total_pages(pagination))

    return read


def scopes(document: Any) -> list[str]:
    """Reads `{"scopes": ["…"]}`."""
    return [scope for scope in _part(document, "scopes", list) if isinstance(scope, str)]


def read_retry_after(value: str) -> float | None:
    """Returns the seconds to wait from both forms of the Retry-After header; None if missing or unreadable."""
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _part(document: Any, key: str, kind: type[Any]) -> Any:
    part = document.get(key) if isinstance(document, dict) else None
    if not isinstance(part, kind):
        raise ValueError(f"The answer has no {key}.")
    return part


def _total_pages(pagination: dict[str, Any]) -> int:
    """Returns the number of pages: the reference has two spellings. Without either there is one page."""
    return _number(pagination.get("total_pages")) or _number(pagination.get("total_page")) or 1


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
