"""What comes back: pages in both spellings, nulls, unknown fields and odd types."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from tests.partner_api.answering import BODY, KEY, client_for
from thanxportal.partner_api import InDoubt, IssuanceJob, Location, RewardTemplate, client

Pagination = dict[str, Any] | list[Any] | str | None


class Pages:
    """Merchants m1, m2, … one a page; `pagination` is made from the number of the page."""

    def __init__(self, spelling: str = "total_pages", total: Any = 3, full: int = 10_000) -> None:
        self.spelling, self.total, self.full = spelling, total, full
        self.asked: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        assert request.url.params["per_page"] == "100"
        self.asked.append(number)
        items = [{"id": f"m{number}"}] if number <= self.full else []
        pagination = {"current_page": number, "per_page": 100, self.spelling: self.total}
        return httpx.Response(200, json={"merchants": items, "pagination": pagination})

    def read(self) -> list[str]:
        return [merchant.id for merchant in client_for(self).iter_merchants()]


@pytest.mark.parametrize("spelling", ["total_pages", "total_page"])
@pytest.mark.parametrize("total", [3, "3"])
def test_all_pages_are_followed_in_either_spelling(spelling: str, total: Any) -> None:
    assert Pages(spelling, total).read() == ["m1", "m2", "m3"]


@pytest.mark.parametrize(
    "pagination", [None, {}, [], "3", {"total_pages": None}, {"total_pages": 0}, {"total_pages": "many"}]
)
def test_without_a_number_of_pages_there_is_one(pagination: Pagination) -> None:
    answer = httpx.Response(200, json={"merchants": [{"id": "m1"}], "pagination": pagination})
    assert [merchant.id for merchant in client_for(answer).iter_merchants()] == ["m1"]


def test_a_null_in_one_spelling_leaves_the_other() -> None:
    def two(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json={"merchants": [{"id": "m"}], "pagination": {"total_pages": None, "total_page": 2}}
        )

    assert len(list(client_for(two).iter_merchants())) == 2


def test_an_empty_page_ends_the_list() -> None:
    pages = Pages(total=1_000_000, full=2)
    assert pages.read() == ["m1", "m2"]
    assert pages.asked == [1, 2, 3]


def test_endless_pages_end_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 5)
    pages = Pages(total=10**9)
    with pytest.raises(InDoubt) as caught:
        pages.read()
    assert caught.value.code == "ENDLESS_PAGES"
    assert pages.asked == [1, 2, 3, 4, 5]


def test_a_server_that_repeats_its_first_page_is_not_believed() -> None:
    answer = {"merchants": [{"id": "m1"}], "pagination": {"current_page": 1, "total_pages": 3}}
    with pytest.raises(InDoubt):
        list(client_for(httpx.Response(200, json=answer)).iter_merchants())


@pytest.mark.parametrize("item", [{"name": "No id"}, None, "m1", {"id": ""}])
def test_a_list_with_an_item_without_id_is_not_taken_for_whole(item: Any) -> None:
    answer = httpx.Response(200, json={"merchants": [{"id": "m1"}, item]})
    with pytest.raises(InDoubt):
        list(client_for(answer).iter_merchants())


def test_locations_of_all_merchants_name_no_merchant() -> None:
    def locations(request: httpx.Request) -> httpx.Response:
        assert "merchant_id" not in request.url.params
        return httpx.Response(200, json={"locations": [{"id": "l1", "merchant_id": "m1", "name": None, "zip": 2110}]})

    [location] = client_for(locations).iter_locations()
    assert (location.name, location.zip, location.merchant_id) == ("", "2110", "m1")


def test_scopes_are_plain_words() -> None:
    answer = httpx.Response(200, json={"scopes": ["rewards.issue", None, 3]})
    assert client_for(answer).get_scopes() == ["rewards.issue"]


def job_from(**fields: Any) -> IssuanceJob:
    answer = httpx.Response(202, json={"issuance_job": {"id": "job_1", **fields}})
    return client_for(answer).issue(BODY, KEY)


def test_a_job_may_consist_of_its_id() -> None:
    job = job_from()
    assert (job.id, job.state, job.total_count, job.summary) == ("job_1", "", 0, None)


def test_an_unknown_state_is_kept_verbatim() -> None:
    assert job_from(state="Thawing").state == "Thawing"


@pytest.mark.parametrize("odd", [None, "many", -1, 1.5, True, [], {}])
def test_odd_fields_never_cost_the_id_of_an_accepted_job(odd: Any) -> None:
    fields = ("state", "total_count", "processed_count", "success_count", "failure_count", "created_at")
    job = job_from(summary=odd, **dict.fromkeys(fields, odd))
    assert (job.id, job.total_count, job.processed_count) == ("job_1", 0, 0)


def test_the_summary_names_the_refused_positions() -> None:
    failures = [{"identifier_index": 0, "identifier_type": "email", "error": "USER_EMAIL_INVALID"}]
    job = job_from(state="completed", summary={"success_count": 9, "failure_count": 1, "failures": failures})
    assert job.summary is not None
    assert (job.summary.success_count, job.summary.failure_count) == (9, 1)
    [failure] = job.summary.failures
    assert (failure.identifier_index, failure.error) == (0, "USER_EMAIL_INVALID")


def test_failures_that_make_no_sense_are_counted_but_name_no_guest() -> None:
    failures = [None, {}, {"identifier_index": "x"}, {"identifier_index": -4}, {"identifier_index": True}]
    job = job_from(summary={"failures": failures})
    assert job.summary is not None
    assert [failure.identifier_index for failure in job.summary.failures] == [-1] * 5


@pytest.mark.parametrize("failures", [None, {}, "none", 0])
def test_a_summary_without_a_list_has_no_failures(failures: Any) -> None:
    job = job_from(summary={"success_count": 1, "failures": failures})
    assert job.summary is not None
    assert job.summary.failures == []


def template_from(**fields: Any) -> RewardTemplate:
    answer = httpx.Response(200, json={"reward_template": {"id": "t1", **fields}})
    return client_for(answer).get_reward_template("t1", "m1")


def test_a_free_item_has_no_value() -> None:
    template = template_from(
        discount={"type": "free_item", "value": None}, images={"small": "https://x", "large": None}
    )
    assert template.discount is not None
    assert (template.discount.type, template.discount.value) == ("free_item", "")
    assert template.images == {"small": "https://x"}


@pytest.mark.parametrize("odd", [None, [], "x", 3])
def test_a_template_may_lack_discount_and_images(odd: Any) -> None:
    template = template_from(discount=odd, images=odd)
    assert (template.discount, template.images) == (None, {})


def test_a_control_has_no_template() -> None:
    variants = [{"id": "v1", "name": "A", "reward_template_id": "t1"}, {"id": "v2", "name": "Control"}]
    answer = httpx.Response(201, json={"campaign": {"id": "camp_1", "time_zone": None, "variants": variants}})
    campaign = client_for(answer).create_campaign({"merchant_id": "m1"})
    assert campaign.id == "camp_1"
    assert [(variant.name, variant.reward_template_id) for variant in campaign.variants] == [
        ("A", "t1"),
        ("Control", None),
    ]


def test_a_campaign_with_a_variant_without_id_is_in_doubt() -> None:
    answer = httpx.Response(201, json={"campaign": {"id": "camp_1", "variants": [{"name": "A"}]}})
    with pytest.raises(InDoubt):
        client_for(answer).create_campaign({"merchant_id": "m1"})


@pytest.mark.parametrize(("length", "fits"), [(64, True), (65, False), (200, False)])
def test_an_id_that_nobody_could_keep_is_no_answer(length: int, fits: bool) -> None:
    answer = httpx.Response(201, json={"campaign": {"id": "c" * length, "variants": [{"id": "v1", "name": "A"}]}})
    client = client_for(answer)
    with nullcontext() if fits else pytest.raises(InDoubt):
        assert client.create_campaign({"merchant_id": "m1"}).id == "c" * length


def test_unknown_fields_stay_in_raw_and_out_of_the_repr() -> None:
    raw = {"id": "l1", "name": "Pier", "opened": 1999, "raw": "x"}
    location = Location.model_validate(raw)
    assert location.raw == raw
    assert "1999" not in repr(location)


def test_answers_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Location(id="l1").name = "Other"
