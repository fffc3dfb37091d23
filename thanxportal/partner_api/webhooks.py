"""Verifies and parses webhooks of Thanx (pure). The caller stores them and acts on them."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from thanxportal.partner_api.errors import MalformedEvent
from thanxportal.plain_text import read_json

BATCH_EVENTS = ("reward.batch_completed", "reward_batch.completed")  # The guide's and the reference's spelling.


@dataclass(frozen=True, slots=True)
class RewardIssued:
    """One guest got a reward. `index` is the position in the job's identifiers, None if missing.

    All fields except `job_id` may be "", because Thanx sometimes omits them. `expires_at` is ISO 8601 text.
    """

    job_id: str
    merchant_id: str
    reward_id: str
    index: int | None
    state: str
    user_id: str = ""
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """A refused guest. It holds the email or phone itself, so both fields stay out of every repr."""

    user_identifier: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchCompleted:
    """A job ended, `completed` or `failed`. Counts are None and `merchant_id` is "" if missing."""

    job_id: str
    merchant_id: str
    state: str
    total_count: int | None
    issued_count: int | None
    failed_count: int | None
    failures: tuple[BatchFailure, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """An event that this portal doesn't know, by its name (80 characters at most)."""

    name: str


def verify_signature(raw: bytes, signature: str | None, secrets: Sequence[str]) -> bool:
    """Tells whether `signature` is the lowercase hex HMAC-SHA256 of the raw body under any secret, in constant time.

    Empty secrets match nothing: anybody could sign with them.
    """
    given = (signature or "").encode("utf-8", "replace")
    matches = [hmac.compare_digest(signature_of(raw, secret).encode(), given) for secret in secrets if secret]
    return any(matches)


def signature_of(raw: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), raw, sha256).hexdigest()


def parse_event(raw: bytes) -> RewardIssued | BatchCompleted | UnknownEvent:
    """Reads an event. Only its name, and the job id of a known event, must be valid. Raises MalformedEvent."""
    document = _document(raw)
    name, data = document.get("event"), document.get("data")
    if not isinstance(name, str):
        raise MalformedEvent("The body has no event name.")
    if name != "reward.issued" and name not in BATCH_EVENTS:
        return UnknownEvent(name[:80])
    if not isinstance(data, dict) or not _text(data, "issuance_job_id"):
        raise MalformedEvent(f"The event {name} names no issuance job.")
    return _reward_issued(data) if name == "reward.issued" else _batch_completed(data)


def _document(raw: bytes) -> dict[str, Any]:
    try:
        document = read_json(raw)
    except (ValueError, RecursionError):
        document = None  # Dropped, because the error of the parser quotes the body.
    if not isinstance(document, dict):
        raise MalformedEvent("The body is no JSON object.")
    return document


def _reward_issued(data: dict[str, Any]) -> RewardIssued:
    identifier = data.get("identifier")
    return RewardIssued(
        job_id=_text(data, "issuance_job_id"),
        merchant_id=_text(data, "merchant_id"),
        reward_id=_text(data, "reward_id"),
        index=_count(identifier, "index") if isinstance(identifier, dict) else None,
        state=_text(data, "state"),
        user_id=_text(data, "user_id"),
        expires_at=_text(data, "expires_at"),
    )


def _batch_completed(data: dict[str, Any]) -> BatchCompleted:
    failures = data.get("failures")
    entries = [entry for entry in failures if isinstance(entry, dict)] if isinstance(failures, list) else []
    return BatchCompleted(
        job_id=_text(data, "issuance_job_id"),
        merchant_id=_text(data, "merchant_id"),
        state=_text(data, "state"),
        total_count=_count(data, "total_count"),
        issued_count=_count(data, "issued_count"),
        failed_count=_count(data, "failed_count"),
        failures=tuple(BatchFailure(_text(entry, "user_identifier"), _text(entry, "reason")) for entry in entries),
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _count(data: dict[str, Any], key: str) -> int | None:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
