"""The simulator announces each reward and each end of a job, signed."""

import hashlib
import hmac
from collections import Counter
from typing import Any

from tests.partner_simulator.calling import Caller, make_caller

GUESTS = ["ana@example.com", "refused@example.com", "+12025550101"]


def _finished(**options: Any) -> tuple[Caller, str]:
    caller = make_caller(webhook_secret="whsec", **options)
    job_id = caller.new_job(GUESTS)
    caller.clock.advance(10)
    return caller, job_id


def test_silent_weather_sends_nothing() -> None:
    assert len(_finished(weather="silent")[0].simulator.outbox) == 0


def test_nothing_is_announced_before_it_happens() -> None:
    caller = make_caller()
    caller.new_job(GUESTS)
    assert len(caller.simulator.outbox) == 0


def test_every_reward_and_the_end_of_the_job_are_announced_once() -> None:
    caller, job_id = _finished(batch_event="reward_batch.completed")
    payloads = [delivery.payload for delivery in caller.simulator.outbox]
    assert [payload["event"] for payload in payloads] == [
        "reward.issued",
        "reward.issued",
        "reward_batch.completed",
    ]
    assert [payload["data"]["identifier"] for payload in payloads[:2]] == [
        {"type": "email", "index": 0},
        {"type": "phone", "index": 2},
    ]
    assert payloads[2]["data"] == {
        "issuance_job_id": job_id,
        "merchant_id": caller.merchant_id,
        "state": "completed",
        "total_count": 3,
        "issued_count": 2,
        "failed_count": 1,
        "failures": [{"user_identifier": "refused@example.com", "reason": "USER_OPTED_OUT"}],
    }
    caller.clock.advance(60)
    assert len(caller.simulator.outbox) == 3


def test_the_signature_covers_the_raw_body() -> None:
    delivery = _finished()[0].simulator.outbox[0]
    expected = hmac.new(b"whsec", delivery.body, hashlib.sha256).hexdigest()
    assert delivery.headers["X-Thanx-Signature"] == expected


def test_both_spellings_of_the_batch_event_occur() -> None:
    caller, _ = _finished()
    caller.new_job(GUESTS)
    caller.clock.advance(10)
    events = Counter(delivery.payload["event"] for delivery in caller.simulator.outbox)
    assert events == {"reward.issued": 4, "reward_batch.completed": 1, "reward.batch_completed": 1}


def test_noise_duplicates_reorders_and_invents_but_loses_nothing() -> None:
    caller = make_caller(weather="noisy")
    caller.new_job([f"guest{number}@example.com" for number in range(1_000)])
    caller.clock.advance(10)
    payloads = [delivery.payload for delivery in caller.simulator.outbox]
    positions = [event["data"]["identifier"]["index"] for event in payloads if event["event"] == "reward.issued"]
    assert set(positions) == set(range(1_000))
    assert len(positions) > 1_000
    assert positions != sorted(positions)
    assert "guest.waved" in {event["event"] for event in payloads}


def test_ten_thousand_rewards_are_announced_one_by_one() -> None:
    caller = make_caller()
    caller.new_job([f"guest{number}@example.com" for number in range(10_000)])
    caller.clock.advance(2)
    halfway = len(caller.simulator.outbox)
    caller.clock.advance(10)
    assert 0 < halfway < 10_000
    assert len(caller.simulator.outbox) == 10_001
