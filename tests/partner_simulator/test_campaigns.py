"""The simulator creates campaigns and lists them as the reference says."""

from typing import Any

import pytest

from tests.partner_simulator.calling import Caller

_ONE_DAY = {
    "start_at": "2026-06-01T08:00:00Z",
    "end_at": "2026-06-01T20:00:00Z",
    "redeemable_from": "2026-06-01T09:00:00Z",
    "redeemable_to": "2026-06-01T21:00:00Z",
}


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_id": ...},
        {"name": ...},
        {"name": "  "},
        {"objective": 5},
        {"start_at": ...},
        {"start_at": "2026-06-01T00:00:00"},
        {"end_at": "soon"},
        {"end_at": "2026-05-01T00:00:00Z"},
        {"redeemable_to": "2026-05-01T00:00:00Z"},
        _ONE_DAY,
        {"variants": ...},
        {"variants": []},
        {"variants": [{"name": "Control"}] * 5},
        {"variants": [{"name": "A"}]},
        {"variants": [{"name": "A", "reward_template_id": "unknown"}]},
        {"variants": [{"name": "Control", "reward_template_id": "unknown"}]},
        {"surprise": 1},
    ],
)
def test_a_campaign_that_breaks_a_rule_is_400(caller: Caller, changes: dict[str, Any]) -> None:
    reply = caller.call("POST", "/partner/campaigns", caller.campaign_body(**changes))
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")
    assert caller.simulator.books.campaigns == {}


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b"{}"])
def test_a_body_that_is_no_campaign_is_400(caller: Caller, raw: bytes) -> None:
    assert caller.call("POST", "/partner/campaigns", raw=raw).status == 400


def test_a_template_of_another_merchant_is_refused(caller: Caller) -> None:
    foreign = caller.simulator.merchant("sunny-side-coffee").templates[0].id
    variants = [{"name": "A", "reward_template_id": foreign}]
    assert caller.call("POST", "/partner/campaigns", caller.campaign_body(variants=variants)).status == 400


def test_a_merchant_that_never_opted_in_is_404(caller: Caller) -> None:
    assert caller.call("POST", "/partner/campaigns", caller.campaign_body(merchant_id="nobody")).status == 404


def test_a_campaign_gets_ids_for_itself_and_each_variant(caller: Caller) -> None:
    campaign = caller.new_campaign()
    assert len({campaign["id"], *[variant["id"] for variant in campaign["variants"]]}) == 3
    assert campaign["variants"][1]["reward_template_id"] is None
    assert campaign["time_zone"] == "America/Los_Angeles"
    assert caller.get(f"/partner/campaigns/{campaign['id']}").json["campaign"] == campaign


def test_creating_twice_makes_two_campaigns(caller: Caller) -> None:
    assert caller.new_campaign()["id"] != caller.new_campaign()["id"]


def test_only_the_owner_sees_a_campaign_and_only_while_it_is_active(caller: Caller) -> None:
    campaign = caller.new_campaign()
    other = caller.simulator.merchant("sunny-side-coffee").id
    mine = f"/partner/campaigns?merchant_id={caller.merchant_id}"
    assert caller.get(f"/partner/campaigns/{campaign['id']}?merchant_id={other}").status == 404
    assert caller.get(f"/partner/campaigns?merchant_id={other}").json["campaigns"] == []
    assert caller.get(mine).json["campaigns"] == [campaign]
    caller.clock.advance(40 * 86_400)
    assert caller.get(mine).json["campaigns"] == []
