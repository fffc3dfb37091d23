"""Requests and answers of the simulator, and the documented error envelope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from thanxportal.partner_simulator.weather import Fault


class Cut(Enum):
    """How a connection ends without a whole answer."""

    RESET = "reset"
    HALF_HEADERS = "half the headers"
    HALF_BODY = "half the body"
    HANG = "hang"


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object, or refuse with 400."""
        try:
            value = json.loads(self.body)
        except ValueError:
            raise bad_request("The body is not JSON.") from None
        if not isinstance(value, dict):
            raise bad_request("The body is not a JSON object.")
        return value


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `cut` says how much of it is really sent."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    cut: Cut | None = None

    def all_headers(self) -> list[tuple[str, str]]:
        """Return every header line, the length of the body included."""
        fixed = [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))]
        return [*fixed, *self.headers]


class RefusedError(Exception):
    """The request is answered with an error envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = error_answer(status, code, message)


def json_answer(status: int, payload: Mapping[str, Any]) -> Answer:
    """Write `payload` as a JSON answer."""
    return Answer(status, json.dumps(payload, separators=(",", ":")).encode())


def error_answer(status: int, code: str, message: str) -> Answer:
    """Write the documented envelope."""
    return json_answer(status, {"error": {"code": code, "message": message}})


def bad_request(message: str) -> RefusedError:
    """400: the request breaks a rule that its sender could have checked."""
    return RefusedError(400, "BAD_REQUEST", message)


def not_found(what: str) -> RefusedError:
    """404: it doesn't exist, or it belongs to another merchant."""
    return RefusedError(404, "RESOURCE_NOT_FOUND", f"No such {what}.")


def rule_broken(message: str) -> RefusedError:
    """422: well-formed, but not possible in the present state."""
    return RefusedError(422, "UNPROCESSABLE_ENTITY", message)


_PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_TOO_MANY = error_answer(429, "RATE_LIMITED", "Too many requests: slow down.")
_GENERIC = error_answer(500, "GENERIC_ERROR", "Something went wrong on our side.")
_PROXY_ERROR = Answer(502, _PROXY_PAGE, content_type="text/html")

_REPLACEMENTS: Mapping[Fault, Answer] = {
    Fault.STATUS_500: _GENERIC,
    Fault.STATUS_500_AFTER: _GENERIC,
    Fault.HTML_502: _PROXY_ERROR,
    Fault.HTML_502_AFTER: _PROXY_ERROR,
    Fault.EMPTY_503: Answer(503, b"", content_type="text/plain"),
    Fault.STATUS_504: error_answer(504, "GENERIC_ERROR", "The upstream did not answer in time."),
    Fault.THROTTLE: _TOO_MANY,
    Fault.THROTTLE_RETRY_AFTER: replace(_TOO_MANY, headers=(("Retry-After", "2"),)),
    Fault.UNAUTHORIZED: error_answer(401, "AUTHENTICATION_GENERIC", "The credentials are not valid."),
    Fault.RESET_BEFORE: Answer(0, cut=Cut.RESET),
}

_CUTS: Mapping[Fault, Cut] = {
    Fault.RESET_AFTER: Cut.RESET,
    Fault.HALF_HEADERS: Cut.HALF_HEADERS,
    Fault.HALF_BODY: Cut.HALF_BODY,
    Fault.TIMEOUT_AFTER: Cut.HANG,
}


def too_many_requests() -> Answer:
    """Return the 429 of the hard limits, without Retry-After, because none is documented."""
    return _TOO_MANY


def spoil(answer: Answer, fault: Fault) -> Answer:
    """Return what the client gets instead of `answer`."""
    if fault in _CUTS:
        return replace(answer, cut=_CUTS[fault])
    if fault is Fault.ACCEPTED_WITHOUT_ID:
        return _without_id(answer)
    return _REPLACEMENTS[fault]


def replacement(fault: Fault) -> Answer:
    """Return the answer of a fault that happens before the request is executed."""
    return _REPLACEMENTS[fault]


def _without_id(answer: Answer) -> Answer:
    if answer.status >= 300:
        return answer
    payload = json.loads(answer.body)
    for value in payload.values():
        if isinstance(value, dict):
            value.pop("id", None)
    return json_answer(answer.status, payload)
