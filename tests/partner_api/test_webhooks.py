"""Webhooks: only signed ones are believed, odd ones are read leniently, guests stay out of every text."""

from __future__ import annotations

import hmac
import json
from typing import Any

import pytest

from thanxportal.partner_api import (
    BatchCompleted,
    BatchFailure,
    MalformedEvent,
    RewardIssued,
    UnknownEvent,
    parse_event,
    verify_signature,
)

RAW = b'{"event": "reward.issued"}'
SECRET = "whsec-1"


def signature(raw: bytes = RAW, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), raw, "sha256").hexdigest()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "0" * 64,
        signature().upper(),
        signature() + "0",
        signature()[:-1],
        f"sha256={signature()}",
        f" {signature()}",
        signature(RAW + b" "),
        signature(secret="other"),
        "é" * 64,
        "\udcff" * 64,
        "１" * 64,
    ],
)
def test_a_wrong_signature_is_refused(given: str | None) -> None:
    assert verify_signature(RAW, given, [SECRET]) is False


def test_the_right_signature_under_any_secret_is_accepted() -> None:
    assert verify_signature(RAW, signature(), ["old", SECRET])
    assert verify_signature(RAW, signature(), [SECRET, "new"])
    assert verify_signature(b"\xff\x00", signature(b"\xff\x00", "clé"), ["clé"])


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_nothing_is_believed(secrets: list[str]) -> None:
    assert not verify_signature(RAW, signature(secret=""), secrets)


def parse(event: Any, data: Any = None) -> RewardIssued | BatchCompleted | UnknownEvent:
    return parse_event(json.dumps({"event": event, "timestamp": "2026-06-01T12:00:00Z", "data": data}).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"event": 7}',
        b'{"event": "reward.issued"}',
        b'{"event": "reward.issued", "data": []}',
        b'{"event": "reward.issued", "data": {"issuance_job_id": null}}',
        b'{"event": "reward_batch.completed", "data": {"state": "completed"}}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_event_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedEvent):
        parse_event(raw)


def test_a_malformed_body_is_not_quoted() -> None:
    with pytest.raises(MalformedEvent) as caught:
        parse_event(b'{"event": "ana@example.com')
    assert caught.value.__context__ is None
    assert "ana" not in str(caught.value)


def test_an_unknown_event_is_named_and_cut() -> None:
    assert parse("reward.melted") == UnknownEvent("reward.melted")
    assert parse("x" * 500) == UnknownEvent("x" * 80)


def test_a_reward_names_job_position_and_reward() -> None:
    data = {
        "issuance_job_id": "job_1",
        "merchant_id": "m1",
        "reward_id": "r1",
        "identifier": {"type": "email", "index": 0},
        "user_id": "u1",
        "state": "active",
        "expires_at": "2026-07-01T00:00:00Z",
        "campaign": {"id": "c1"},
    }
    expected = RewardIssued("job_1", "m1", "r1", 0, "active", user_id="u1", expires_at="2026-07-01T00:00:00Z")
    assert parse("reward.issued", data) == expected


@pytest.mark.parametrize("identifier", [None, [], {}, {"index": None}, {"index": -1}, {"index": "2"}, {"index": True}])
def test_a_reward_may_lack_all_but_its_job(identifier: Any) -> None:
    event = parse("reward.issued", {"issuance_job_id": "job_1", "identifier": identifier, "state": 3})
    assert event == RewardIssued("job_1", "", "", None, "")


BATCH = {
    "issuance_job_id": "job_1",
    "state": "completed",
    "total_count": 3,
    "issued_count": 2,
    "failed_count": 1,
    "failures": [{"user_identifier": "ana@example.com", "reason": "ana@example.com is invalid"}],
}


@pytest.mark.parametrize("spelling", ["reward.batch_completed", "reward_batch.completed"])
def test_a_finished_batch_is_read_in_both_spellings_and_without_a_merchant(spelling: str) -> None:
    failure = BatchFailure("ana@example.com", "ana@example.com is invalid")
    assert parse(spelling, BATCH) == BatchCompleted("job_1", "", "completed", 3, 2, 1, (failure,))


def test_a_guest_of_a_batch_is_in_no_repr() -> None:
    event = parse("reward_batch.completed", BATCH)
    assert isinstance(event, BatchCompleted)
    assert "ana" not in f"{event!r} {event} {event.failures!r}"


@pytest.mark.parametrize("failures", [None, {}, "x", 7, [None, "x", 3]])
def test_a_batch_without_readable_failures_has_none(failures: Any) -> None:
    event = parse("reward_batch.completed", {"issuance_job_id": "job_1", "total_count": "x", "failures": failures})
    assert event == BatchCompleted("job_1", "", "", None, None, None, ())
