"""Where a worker dies: named places, wrapped around the product's functions in a child process only."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

Only = Callable[[tuple[Any, ...], Any], bool]  # the arguments, and the result where there is one already


class Point(NamedTuple):
    """Die before or after the call of a function, when `only` says so."""

    target: str
    when: str
    only: Only = lambda args, result: True


def _moves_to(state: str) -> Only:
    return lambda args, result: str(args[1]) == state


def _something(args: tuple[Any, ...], result: Any) -> bool:
    """There was something to take or to do."""
    return bool(result)


def _stores_errors(args: tuple[Any, ...], result: Any) -> bool:
    """Good rows of the batch are written, bad ones not yet."""
    return bool(args[0].__name__ == "RowError")


def _issues(args: tuple[Any, ...], result: Any) -> bool:
    return bytes(args[1]).startswith(b"POST /partner/campaigns/issue ")


POINTS: dict[str, Point] = {
    "reading: list claimed": Point("issuance.importing.import_list.claim_list", "after"),
    "reading: inside a batch": Point("issuance.importing.import_list.row_stream", "before", _stores_errors),
    "reading: between batches": Point("issuance.importing.import_list._save", "after"),
    "reading: before it is checked": Point("issuance.importing.import_list._checked", "before"),
    "plan: list claimed": Point("issuance.engine.planning.claim_list", "after", _something),
    "plan: inside": Point("issuance.engine.planning._write_job", "after"),
    "plan: before commit": Point("issuance.engine.planning.end_list_if_done", "after"),
    "plan: after commit": Point("issuance.worker.due_work.plan_list", "after", _something),
    "job claimed": Point("issuance.worker.due_work.claim_job", "after", _something),
    "intent: before commit": Point("issuance.engine.submission.Attempt.objects.create", "after"),
    "intent: after commit": Point("issuance.engine.submission._intend", "after"),
    "send: after the first bytes": Point("httpcore._backends.sync.SyncStream.write", "after", _issues),
    "send: before the answer": Point(
        "httpcore._sync.http11.HTTP11Connection._receive_response_headers",
        "before",
        lambda args, result: args[-1].url.target == b"/partner/campaigns/issue",
    ),
    "answer: before recording": Point("issuance.engine.submission._accepted", "before"),
    "answer: inside recording": Point("issuance.engine.submission.move_job", "after", _moves_to("accepted")),
    "answer: before the release": Point("issuance.engine.submission.release_job_lease", "before"),
    "answer: after recording": Point("issuance.engine.submission._accepted", "after"),
    "refusal: after recording": Point("issuance.engine.submission._not_executed", "after"),
    "doubt: before recording": Point("issuance.engine.submission._in_doubt", "before"),
    "poll: before it is applied": Point("issuance.engine.polling.apply_snapshot", "before"),
    "settle: job moved, guests not": Point("issuance.engine.settlement._move_guests", "before"),
    "settle: inside, some refused": Point("issuance.engine.settlement.free_claims", "before"),
    "settle: before the list ends": Point("issuance.engine.settlement.end_list_if_done", "before"),
    "settle: after commit": Point("issuance.engine.polling.apply_snapshot", "after"),
    "review: before the release": Point("issuance.engine.submission.end_job", "after"),
    "revoke: before the request": Point("thanxportal.partner_api.client.PartnerClient.revoke_issuance_job", "before"),
    "revoke: after the answer": Point("thanxportal.partner_api.client.PartnerClient.revoke_issuance_job", "after"),
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


def locate(target: str) -> tuple[Any, str]:
    """The object that holds the last name of a dotted path, and that name; the path starts with a module."""
    parts = target.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            holder: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:-1]:
            holder = getattr(holder, name)
        return holder, parts[-1]
    raise LookupError(f"There is no module in {target}.")


def put(target: str, value: Any) -> None:
    """Replaces what a dotted path names. For child processes that end soon: nothing is put back."""
    holder, name = locate(target)
    getattr(holder, name)  # A renamed function must fail loudly, or its point would never strike.
    setattr(holder, name, value)


def strike_at(name: str, occurrence: int, deadly: signal.Signals) -> None:
    """Lets this process send itself a signal at the given occurrence (from 1) of the point."""
    point = POINTS[name]
    holder, last = locate(point.target)
    original = getattr(holder, last)
    left = occurrence

    def strike(args: tuple[Any, ...], result: Any) -> None:
        nonlocal left
        if point.only(args, result):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), deadly)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if point.when == "before":
            strike((*args, *kwargs.values()), None)
        result = original(*args, **kwargs)
        if point.when == "after":
            strike((*args, *kwargs.values()), result)
        return result

    setattr(holder, last, wrapped)
