"""Where a worker dies: before or after functions that the code names as crash points, and amid a request."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import httpx

from issuance.crash_points import CRASH_POINTS
from issuance.engine import settlement, submission
from issuance.models import RowError
from tests.crash import wire
from tests.crash.partner import ISSUE
from tests.crash.patching import replace
from thanxportal.partner_api import CredentialRefused, InDoubt, IssuanceJob, NotSent, RateLimited

Arguments = tuple[Any, ...]
Only = Callable[[Arguments, Any], bool]  # the arguments, and the result where there is one already
REVOKE = "/revoke"


def _always(args: Arguments, result: Any) -> bool:
    return True


def _something(args: Arguments, result: Any) -> bool:
    """There was something to take or to do."""
    return bool(result)


def _bad_rows(args: Arguments, result: Any) -> bool:
    """Good rows of the batch are written, bad ones not yet."""
    return args[0] is RowError


def _moves_to_accepted(args: Arguments, result: Any) -> bool:
    return str(args[1]) == "accepted"


def _answered(*kinds: type) -> Only:
    return lambda args, result: isinstance(args[2], kinds)


class Call(NamedTuple):
    """Before or after a call of the function with that name, by whoever calls it or from one module."""

    name: str
    when: str
    only: Only = _always
    within: ModuleType | None = None


class Moment(NamedTuple):
    """When a request to a path that ends so comes to a step of httpcore's."""

    path: str
    event: str


POINTS: dict[str, Call | Moment] = {
    "reading: list claimed": Call("lease a list", "after", _something),
    "reading: inside a batch": Call("write rows", "before", _bad_rows),
    "reading: between batches": Call("save batches", "after"),
    "reading: before it is checked": Call("end reading", "before"),
    "events: try counted": Call("count a try", "after", _something),
    "events: gathered, not launched": Call("fill a gathered list", "after"),
    "events: after commit": Call("gather events", "after", _something),
    "plan: list claimed": Call("plan a list", "before"),
    "plan: guests claimed": Call("claim guests", "after"),
    "plan: inside": Call("write a job", "after"),
    "plan: before commit": Call("write all jobs", "after"),
    "plan: after commit": Call("plan a list", "after", _something),
    "job claimed": Call("lease a job", "after", _something),
    "intent: before commit": Call("count a send", "after"),
    "intent: after commit": Call("intend", "after"),
    "send: after the first bytes": Moment(ISSUE, "http11.send_request_headers.complete"),
    "send: before the answer": Moment(ISSUE, "http11.receive_response_headers.started"),
    "answer: before recording": Call("record", "before", _answered(IssuanceJob)),
    "answer: inside recording": Call("move a job", "after", _moves_to_accepted),
    "answer: before the lease is released": Call("release a job", "before", within=submission),
    "answer: after recording": Call("record", "after", _answered(IssuanceJob)),
    "refusal: after recording": Call("record", "after", _answered(NotSent, RateLimited, CredentialRefused)),
    "halving: between the halves": Call("write a part", "after"),
    "halving: before commit": Call("halve a job", "after"),
    "doubt: before recording": Call("record", "before", _answered(InDoubt)),
    "poll: before it is applied": Call("apply an answer", "before"),
    "settle: job moved, guests not": Call("move guests", "before"),
    "settle: inside, some refused": Call("free claims", "before"),
    "settle: before the list ends": Call("end a list", "before", within=settlement),
    "settle: after commit": Call("apply an answer", "after"),
    "staff: before the lease is released": Call("end a job", "after", within=submission),
    "revoke: before the request": Moment(REVOKE, "http11.send_request_headers.started"),
    "revoke: after the answer": Moment(REVOKE, "http11.receive_response_body.complete"),
}

VITAL = (
    "plan: before commit",
    "intent: before commit",
    "intent: after commit",
    "send: after the first bytes",
    "send: before the answer",
    "answer: before recording",
    "answer: inside recording",
    "doubt: before recording",
    "settle: job moved, guests not",
)  # Around the only moments at which a reward could be given twice or forgotten.


def strike_at(name: str, occurrence: int, deadly: signal.Signals) -> None:
    """Lets this process send itself a signal at the given occurrence (from 1) of the point."""
    point, left = POINTS[name], occurrence

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), deadly)

    if isinstance(point, Moment):
        wire.listeners.append(_at(point, strike))
    else:
        replace(CRASH_POINTS[point.name], _around(point, strike), within=point.within)


def _at(moment: Moment, strike: Callable[[], None]) -> wire.Listener:
    def listen(request: httpx.Request, event: str) -> None:
        if event == moment.event and request.url.path.endswith(moment.path):
            strike()

    return listen


def _around(call: Call, strike: Callable[[], None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def make(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            given = (*args, *kwargs.values())
            if call.when == "before" and call.only(given, None):
                strike()
            result = function(*args, **kwargs)
            if call.when == "after" and call.only(given, result):
                strike()
            return result

        return wrapped

    return make
