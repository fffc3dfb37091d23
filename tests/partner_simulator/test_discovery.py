"""The simulator lists merchants, locations, templates and scopes, page by page."""

import pytest

from tests.partner_simulator.calling import Caller


def test_templates_need_a_merchant_that_exists(caller: Caller) -> None:
    assert caller.get("/partner/reward_templates").status == 400
    assert caller.get("/partner/reward_templates?merchant_id=nobody").status == 404


def test_a_template_of_another_merchant_is_404(caller: Caller) -> None:
    other = caller.simulator.merchant("sunny-side-coffee").id
    assert caller.get(f"/partner/reward_templates/{caller.template_id()}?merchant_id={other}").status == 404


@pytest.mark.parametrize("query", ["page=0", "per_page=0", "per_page=101", "page=x", "per_page="])
def test_paging_outside_the_documented_range_is_400(caller: Caller, query: str) -> None:
    assert caller.get(f"/partner/locations?{query}").status == 400


def test_pages_are_ten_long_unless_asked_and_cover_everything_once(caller: Caller) -> None:
    market = caller.simulator.merchant("corner-market")
    address = f"/partner/reward_templates?merchant_id={market.id}"
    first = caller.get(address).json
    assert len(first["reward_templates"]) == 10
    assert first["pagination"] == {"current_page": 1, "per_page": 10, "total_pages": 13}
    pages = [caller.get(f"{address}&per_page=100&page={page}").json["reward_templates"] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [100, 30, 0]
    assert len({template["id"] for page in pages for template in page}) == 130


def test_locations_spell_total_page_and_leave_some_names_null(caller: Caller) -> None:
    answer = caller.get(f"/partner/locations?merchant_id={caller.merchant_id}").json
    assert "total_page" in answer["pagination"]
    assert None in [location["name"] for location in answer["locations"]]


def test_merchants_and_scopes_show_no_pagination(caller: Caller) -> None:
    merchants = caller.get("/partner/merchants").json
    assert list(merchants) == ["merchants"]
    assert [merchant["handle"] for merchant in merchants["merchants"]][:2] == [
        "harbor-grill",
        "sunny-side-coffee",
    ]
    assert caller.get("/partner/scopes").json == {"scopes": ["rewards.issue"]}


def test_an_unpublished_template_disappears(caller: Caller) -> None:
    gone = caller.template_id()
    address = f"/partner/reward_templates/{gone}?merchant_id={caller.merchant_id}"
    assert caller.get(address).json["reward_template"]["discount"] == {"type": "free_item", "value": None}
    assert caller.call("POST", "/_simulator/unpublish", {"template_id": gone}).status == 200
    assert caller.get(address).status == 404
    assert caller.call("POST", "/partner/campaigns", caller.campaign_body()).status == 400


def test_the_pictures_of_a_merchant_are_all_different(caller: Caller) -> None:
    templates = caller.simulator.merchant("corner-market").templates
    pictures = [template.view()["images"].get("default") for template in templates]
    drawn = [picture for picture in pictures if picture]
    assert len(drawn) < len(pictures)
    assert len(set(drawn)) == len(drawn)
    assert all(picture.startswith("data:image/svg+xml") for picture in drawn)


def test_names_include_the_awkward_ones(caller: Caller) -> None:
    names = [template.name for template in caller.simulator.merchant("harbor-grill").templates]
    assert 80 in map(len, names)
    assert any("<b>" in name for name in names)
    assert any("🎉" in name for name in names)
