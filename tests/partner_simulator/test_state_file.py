"""The simulator keeps its state over a restart."""

import uuid
from pathlib import Path

from tests.partner_simulator.calling import make_caller


def test_a_restart_keeps_campaigns_jobs_keys_and_unpublished_templates(tmp_path: Path) -> None:
    path = tmp_path / "simulator.sqlite3"
    before = make_caller(state=path)
    campaign, key = before.new_campaign(), str(uuid.uuid4())
    body = before.issue_body(campaign, ["ana@example.com", "refused@example.com"])
    first = before.issue(body, key)
    before.simulator.unpublish(before.template_id(3))
    before.simulator.close()

    after = make_caller(state=path)
    after.clock.advance(60)
    job = after.job(first.json["issuance_job"]["id"])
    assert (job["state"], job["success_count"], job["failure_count"]) == ("completed", 1, 1)
    assert after.issue(body, key).body == first.body
    assert after.issue({**body, "variant_id": "other"}, key).status == 422
    assert after.simulator.rewards_by_identifier(campaign["id"]) == {"ana@example.com": 1}
    hidden = f"/partner/reward_templates/{after.template_id(3)}?merchant_id={after.merchant_id}"
    assert after.get(hidden).status == 404
    assert after.new_campaign()["id"] != campaign["id"]
    after.simulator.close()
