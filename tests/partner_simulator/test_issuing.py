"""The simulator issues rewards once per key, reports progress and revokes."""

import json
import uuid
from typing import Any

import pytest

from tests.partner_simulator.calling import HEADERS, Caller

GUESTS = ["ana@example.com", "+12025550101", "refused.ben@example.com", "not an email@", "+1", "cleo@example.com"]


@pytest.mark.parametrize(
    "changes",
    [
        {"identifiers": []},
        {"identifiers": "ana@example.com"},
        {"identifiers": [{"type": "email", "value": "a@example.com"}] * 10_001},
        {"identifiers": [{"type": "pigeon", "value": "x"}]},
        {"identifiers": [{"type": "email", "value": ""}]},
        {"identifiers": [{"type": "email"}]},
        {"variant_id": "unknown"},
        {"variant_id": None},
        {"surprise": 1},
    ],
)
def test_an_order_that_breaks_a_rule_is_400(caller: Caller, changes: dict[str, Any]) -> None:
    body = {**caller.issue_body(caller.new_campaign(), GUESTS), **changes}
    assert caller.issue(body).status == 400
    assert caller.simulator.jobs == {}


def test_the_variant_of_another_campaign_is_400(caller: Caller) -> None:
    own, other = caller.new_campaign(), caller.new_campaign()
    body = {**caller.issue_body(own, GUESTS), "variant_id": other["variants"][0]["id"]}
    assert caller.issue(body).status == 400


def test_the_campaign_of_another_merchant_is_404(caller: Caller) -> None:
    other = caller.simulator.merchant("sunny-side-coffee").id
    body = {**caller.issue_body(caller.new_campaign(), GUESTS), "merchant_id": other}
    assert caller.issue(body).status == 404


@pytest.mark.parametrize("key", ["", "not-a-uuid"])
def test_without_a_uuid_key_nothing_is_issued(caller: Caller, key: str) -> None:
    body = caller.issue_body(caller.new_campaign(), GUESTS)
    headers = {**HEADERS, **({"X-Idempotency-Key": key} if key else {})}
    assert caller.call("POST", "/partner/campaigns/issue", body, headers).status == 400
    assert caller.simulator.jobs == {}


def test_the_same_key_and_bytes_return_the_first_answer(caller: Caller) -> None:
    body, key = caller.issue_body(caller.new_campaign(), GUESTS), str(uuid.uuid4())
    first = caller.issue(body, key)
    caller.clock.advance(3_600)
    again = caller.issue(body, key)
    assert (again.status, again.body) == (202, first.body)
    assert len(caller.simulator.jobs) == 1


def test_the_same_key_with_other_bytes_is_422(caller: Caller) -> None:
    body, key = caller.issue_body(caller.new_campaign(), GUESTS), str(uuid.uuid4())
    caller.issue(body, key)
    headers = {**HEADERS, "X-Idempotency-Key": key}
    spaced = json.dumps(body, indent=1).encode()
    assert caller.call("POST", "/partner/campaigns/issue", headers=headers, raw=spaced).status == 422
    assert len(caller.simulator.jobs) == 1
    assert caller.get("/_simulator/stats").json["max_body_hashes_per_key"] == 2


def test_a_refused_order_leaves_its_key_free(caller: Caller) -> None:
    body, key = caller.issue_body(caller.new_campaign(), GUESTS), str(uuid.uuid4())
    assert caller.issue({**body, "variant_id": "unknown"}, key).status == 400
    assert caller.issue(body, key).status == 202


def test_a_job_goes_from_pending_to_completed_with_rising_counters(caller: Caller) -> None:
    caller.pace = 0.5
    job_id = caller.new_job([f"guest{number}@example.com" for number in range(10_000)])
    seen = [caller.job(job_id) for _ in range(10)]
    states = [job["state"] for job in seen]
    assert (states[0], states[-1]) == ("processing", "completed")
    counts = [job["processed_count"] for job in seen]
    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    assert all(job["processed_count"] == job["success_count"] + job["failure_count"] for job in seen)
    assert [("summary" in job) for job in seen] == [state == "completed" for state in states]
    assert (seen[-1]["success_count"], seen[-1]["progress_percent"]) == (10_000, 100)


def test_refusals_follow_the_content_and_name_the_position(caller: Caller) -> None:
    job_id = caller.new_job(GUESTS)
    caller.clock.advance(10)
    assert caller.job(job_id)["summary"] == {
        "success_count": 3,
        "failure_count": 3,
        "failures": [
            {"identifier_index": 2, "identifier_type": "email", "error": "USER_OPTED_OUT"},
            {"identifier_index": 3, "identifier_type": "email", "error": "USER_EMAIL_INVALID"},
            {"identifier_index": 4, "identifier_type": "phone", "error": "USER_PHONE_INVALID"},
        ],
    }
    rewarded = {"ana@example.com": 1, "+12025550101": 1, "cleo@example.com": 1}
    assert caller.simulator.rewards_by_identifier() == rewarded
    assert caller.simulator.submissions_by_identifier().total() == 6


def test_a_control_gets_a_job_and_no_reward(caller: Caller) -> None:
    job_id = caller.new_job(["ana@example.com"], variant=1)
    caller.clock.advance(10)
    assert caller.job(job_id)["state"] == "completed"
    assert caller.simulator.rewards_by_identifier().total() == 0
    assert [delivery.payload["data"]["issued_count"] for delivery in caller.simulator.outbox] == [1]


def test_a_failed_job_has_no_summary_and_has_rewarded_half_its_guests(caller: Caller) -> None:
    job_id = caller.new_job(["ana@example.com", "cleo@example.com", "breaks-the-job@example.com", "b@example.com"])
    caller.clock.advance(10)
    job = caller.job(job_id)
    assert (job["state"], job["processed_count"], "summary" in job) == ("failed", 2, False)
    assert caller.simulator.rewards_by_identifier() == {"ana@example.com": 1, "cleo@example.com": 1}


def test_a_guest_rewarded_twice_by_one_campaign_is_counted(caller: Caller) -> None:
    campaign = caller.new_campaign()
    for guest in ("ana@example.com", "ANA@example.com"):
        caller.issue(caller.issue_body(campaign, [guest]))
    assert caller.simulator.rewards_by_identifier(campaign["id"]) == {"ana@example.com": 2}
    assert caller.get("/_simulator/stats").json["issued_twice"] == 1


def test_a_job_of_another_merchant_is_404(caller: Caller) -> None:
    other = caller.simulator.merchant("sunny-side-coffee").id
    job_id = caller.new_job(GUESTS)
    assert caller.get(f"/partner/issuance_jobs/{job_id}?merchant_id={other}").status == 404
    assert caller.get(f"/partner/issuance_jobs/{job_id}").status == 400


def test_a_job_is_revoked_once_and_only_after_its_end(caller: Caller) -> None:
    caller.pace = 0.1
    job_id = caller.new_job(["ana@example.com"])
    assert caller.revoke(job_id).status == 422
    caller.clock.advance(10)
    reply = caller.revoke(job_id)
    assert (reply.status, reply.json["issuance_job"]["state"]) == (202, "revoking")
    assert caller.revoke(job_id).status == 422
    assert caller.simulator.rewards_by_identifier().total() == 0
    caller.clock.advance(10)
    assert caller.job(job_id)["state"] == "revoked"
    assert caller.revoke(job_id).status == 422
