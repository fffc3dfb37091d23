"""Webhooks of Thanx: is it really theirs, and what does it say. Pure; storing and acting is the caller's."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

BATCH_EVENTS = ("reward.batch_completed", "reward_batch.completed")  # The guide's and the reference's spelling.


class MalformedEvent(ValueError):
    """The body isn't an event: not JSON, or not an object with an `event`."""


@dataclass(frozen=True, slots=True)
class RewardIssued:
    """One guest got a reward; `index` is the position in the job's identifiers, None if missing."""

    job_id: str
    merchant_id: str
    reward_id: str
    index: int | None
    state: str


@dataclass(frozen=True, slots=True)
class BatchCompleted:
    """A job ended. Its failures name guests by identifier, so they stay out of every repr."""

    job_id: str
    merchant_id: str
    state: str
    failures: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    name: str


def verify_signature(raw: bytes, signature: str | None, secrets: Sequence[str]) -> bool:
    """Whether `signature` is the lowercase hex HMAC-SHA256 of the raw body under any secret, in constant time."""
    given = (signature or "").encode("utf-8", "replace")
    matches = [hmac.compare_digest(hmac.new(key.encode(), raw, sha256).hexdigest().encode(), given) for key in secrets]
    return any(matches)


def parse_event(raw: bytes) -> RewardIssued | BatchCompleted | UnknownEvent:
    """Reads an event, lenient about everything but its being one. Raises MalformedEvent."""
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise MalformedEvent("The body is no JSON.") from None
    if not isinstance(document, dict) or not isinstance(document.get("event"), str):
        raise MalformedEvent("The body has no event name.")
    name, data = document["event"], document.get("data")
    fields = data if isinstance(data, dict) else {}
    if name == "reward.issued":
        return _reward_issued(fields)
    if name in BATCH_EVENTS:
        failures = [one for one in fields.get("failures") or [] if isinstance(one, dict)]
        return BatchCompleted(
            _text(fields, "issuance_job_id"), _text(fields, "merchant_id"), _text(fields, "state"), failures
        )
    return UnknownEvent(name[:80])


def _reward_issued(fields: dict[str, Any]) -> RewardIssued:
    identifier = fields.get("identifier")
    index = identifier.get("index") if isinstance(identifier, dict) else None
    return RewardIssued(
        _text(fields, "issuance_job_id"),
        _text(fields, "merchant_id"),
        _text(fields, "reward_id"),
        index if isinstance(index, int) and not isinstance(index, bool) and index >= 0 else None,
        _text(fields, "state"),
    )


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""
