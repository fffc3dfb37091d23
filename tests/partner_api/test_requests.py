"""What leaves the portal: five headers on every request, the exact bytes, one request per gate."""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.partner_api.answering import BODY, CALLS, KEY, TOKEN, Thanx, calls_of, client_for, failing
from thanxportal.partner_api import Exchange, NotSent, RateLimited, Rejected, Shape
from thanxportal.partner_api.client import TIMEOUT


@pytest.mark.parametrize("name", CALLS)
def test_every_call_carries_all_five_headers(name: str) -> None:
    thanx = Thanx()
    calls_of(client_for(thanx))[name]()
    headers = thanx.requests[-1].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["X-ClientId"] == "client-1"
    assert headers["Accept-Version"] == "v4.0"
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "ThanxPortal/0.1"


@pytest.mark.parametrize(
    ("name", "method", "target"),
    [
        ("get_scopes", "GET", "/partner/scopes"),
        ("iter_merchants", "GET", "/partner/merchants?page=1&per_page=100"),
        ("iter_locations", "GET", "/partner/locations?merchant_id=m1&page=1&per_page=100"),
        ("iter_reward_templates", "GET", "/partner/reward_templates?merchant_id=m1&page=1&per_page=100"),
        ("get_reward_template", "GET", "/partner/reward_templates/t1?merchant_id=m1"),
        ("create_campaign", "POST", "/partner/campaigns"),
        ("iter_campaigns", "GET", "/partner/campaigns?merchant_id=m1&page=1&per_page=100"),
        ("get_campaign", "GET", "/partner/campaigns/c1?merchant_id=m1"),
        ("issue", "POST", "/partner/campaigns/issue"),
        ("get_issuance_job", "GET", "/partner/issuance_jobs/job_1?merchant_id=m1"),
        ("revoke_issuance_job", "POST", "/partner/issuance_jobs/job_1/revoke"),
    ],
)
def test_every_call_goes_to_its_endpoint(name: str, method: str, target: str) -> None:
    thanx = Thanx()
    calls_of(client_for(thanx))[name]()
    [request] = thanx.requests
    assert (request.method, request.url.raw_path.decode()) == (method, target)


def test_an_issue_request_sends_the_planned_bytes_unchanged_under_their_key() -> None:
    thanx = Thanx()
    job = client_for(thanx).issue(BODY, KEY)
    assert thanx.requests[0].content == BODY
    assert thanx.requests[0].headers["X-Idempotency-Key"] == KEY
    assert job.id == "job_1"


@pytest.mark.parametrize("name", [name for name in CALLS if name != "issue"])
def test_only_issuing_carries_an_idempotency_key(name: str) -> None:
    thanx = Thanx()
    calls_of(client_for(thanx))[name]()
    assert "X-Idempotency-Key" not in thanx.requests[0].headers


def test_a_new_campaign_is_wrapped_and_a_revocation_names_its_merchant() -> None:
    thanx = Thanx()
    client = client_for(thanx)
    client.create_campaign({"merchant_id": "m1", "name": "Café"})
    assert thanx.sent_json() == {"campaign": {"merchant_id": "m1", "name": "Café"}}
    client.revoke_issuance_job("job_1", "m1")
    assert thanx.sent_json() == {"merchant_id": "m1"}


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_empty_id_addresses_no_other_endpoint(identifier: str) -> None:
    thanx = Thanx()
    with pytest.raises(ValueError, match="id is missing"):
        client_for(thanx).get_campaign(identifier, "m1")
    assert thanx.requests == []


def test_an_odd_id_stays_one_segment_of_the_path() -> None:
    thanx = Thanx()
    client_for(thanx).get_issuance_job("a/../b?c", "m1")
    assert thanx.requests[0].url.raw_path == b"/partner/issuance_jobs/a%2F..%2Fb%3Fc?merchant_id=m1"


def test_a_closed_gate_reaches_the_caller_as_it_is_and_nothing_is_sent() -> None:
    class Closed(Exception):
        pass

    def gate(merchant_id: str | None) -> None:
        raise Closed

    thanx, exchanges = Thanx(), list[Exchange]()
    for call in calls_of(client_for(thanx, gate=gate, on_exchange=exchanges.append)).values():
        with pytest.raises(Closed):
            call()
    assert thanx.requests == []
    assert exchanges == []


def test_the_gate_is_passed_once_for_every_page() -> None:
    passed = []

    def three_pages(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"merchants": [{"id": "m"}], "pagination": {"total_pages": 3}})

    assert len(list(client_for(three_pages, gate=lambda merchant_id: passed.append(1)).iter_merchants())) == 3
    assert len(passed) == 3


def test_a_failed_request_is_not_repeated_by_the_client() -> None:
    seen = []

    def refuse(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return failing(429)

    with pytest.raises(RateLimited):
        client_for(refuse).issue(BODY, KEY)
    assert len(seen) == 1


def test_the_timeouts_are_bounded() -> None:
    assert (TIMEOUT.connect, TIMEOUT.read, TIMEOUT.write, TIMEOUT.pool) == (5, 30, 30, 5)
    seen = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"])
        return httpx.Response(200, json={"scopes": []})

    client_for(note).get_scopes()
    assert seen == [{"connect": 5, "read": 30, "write": 30, "pool": 5}]


def test_leaving_the_context_closes_the_connections() -> None:
    with client_for(Thanx()) as client:
        client.get_scopes()
    with pytest.raises(RuntimeError, match="closed"):
        client.get_scopes()


def exchange_after(client_answer: httpx.Response | Exception, name: str) -> Exchange:
    exchanges: list[Exchange] = []
    client = client_for(client_answer, on_exchange=exchanges.append)
    with suppress(NotSent, RateLimited, Rejected):
        calls_of(client)[name]()
    [exchange] = exchanges
    assert exchange.duration_ms >= 0
    return exchange


def test_a_success_is_reported_with_path_and_merchant_but_without_query() -> None:
    exchange = exchange_after(httpx.Response(200, json={"locations": []}), "iter_locations")
    assert (exchange.method, exchange.path, exchange.status) == ("GET", "/partner/locations", 200)
    assert (exchange.code, exchange.merchant_id, exchange.retry_after) == (None, "m1", None)


def test_a_refusal_is_reported_with_its_code() -> None:
    exchange = exchange_after(failing(422, "WRONG_STATE"), "revoke_issuance_job")
    assert (exchange.status, exchange.code, exchange.merchant_id) == (422, "WRONG_STATE", "m1")


def test_a_throttled_request_is_reported_with_the_time_to_wait() -> None:
    exchange = exchange_after(failing(429, **{"Retry-After": "7"}), "issue")
    assert (exchange.status, exchange.retry_after, exchange.merchant_id) == (429, 7.0, "m1")


def test_a_request_without_an_answer_is_reported_with_the_failure() -> None:
    exchange = exchange_after(httpx.ConnectError("refused"), "create_campaign")
    assert (exchange.status, exchange.code, exchange.merchant_id) == (None, "ConnectError", "m1")


def shapes(name: str, **options: Any) -> Shape:
    exchanges = list[Exchange]()
    client = client_for(Thanx(), on_exchange=exchanges.append)
    client._http.headers.update(options)
    calls_of(client)[name]()
    return exchanges[-1].shape


@pytest.mark.parametrize("name", CALLS)
def test_what_is_kept_of_a_request_has_the_names_of_its_headers_and_neither_token_nor_guest(name: str) -> None:
    shape = shapes(name)
    assert shape.headers == "Authorization X-ClientId Accept-Version Content-Type User-Agent"
    assert shape.idempotency_key == (KEY if name == "issue" else "")
    assert TOKEN not in str(shape)
    assert "a@b.co" not in str(shape)
    assert shape.counts == ({"email": 1} if name == "issue" else {})


@pytest.mark.parametrize(
    ("header", "value"),
    [("Authorization", f"Basic {TOKEN}"), ("Accept-Version", "v3.0"), ("User-Agent", "python-httpx/0.28"),
     ("Content-Type", "text/plain")],
)  # fmt: skip
def test_a_header_of_another_shape_is_marked(header: str, value: str) -> None:
    assert f"{header}!" in shapes("get_scopes", **{header: value}).headers.split()


def test_the_same_request_has_the_same_fingerprint_and_another_has_not() -> None:
    told = [shapes(name).fingerprint for name in CALLS]
    assert told == [shapes(name).fingerprint for name in CALLS]
    assert len({*told}) == len(CALLS)


def test_a_fingerprint_says_nothing_without_its_key() -> None:
    exchanges = list[Exchange]()
    for key in (b"one key", b"another"):
        client_for(Thanx(), on_exchange=exchanges.append, fingerprint_key=key).issue(BODY, KEY)
    assert exchanges[0].shape.fingerprint != exchanges[1].shape.fingerprint
    assert sha256(b"POST /partner/campaigns/issue " + BODY).hexdigest() != exchanges[0].shape.fingerprint


@pytest.mark.parametrize(
    ("identifiers", "counts"),
    [
        ([{"type": "phone", "value": "+12025550123"}, {"type": "email", "value": "ann"}], {"phone": 1, "email!": 1}),
        ([{"type": "phone", "value": "202-555-0123"}, {"type": "fax", "value": "1"}], {"phone!": 1, "other!": 1}),
        ([{"value": "ann@example.com"}], {}),
        ("ann@example.com", {}),
    ],
)
def test_guests_are_counted_by_how_they_are_written(identifiers: Any, counts: dict[str, int]) -> None:
    exchanges = list[Exchange]()
    body = json.dumps({"merchant_id": "m1", "identifiers": identifiers}).encode()
    client_for(Thanx(), on_exchange=exchanges.append).issue(body, KEY)
    assert exchanges[0].shape.counts == counts


def test_a_campaign_is_kept_as_its_arms_rewards_and_days() -> None:
    exchanges = list[Exchange]()
    dates = {"start_at": "2026-06-01T00:00:00Z", "end_at": "2026-06-30T00:00:00Z",
             "redeemable_from": "2026-06-01T09:00:00Z", "redeemable_to": "2026-07-15T00:00:00Z"}  # fmt: skip
    variants = [{"name": "Arm A", "reward_template_id": "t1"}, {"name": "Control"}]
    client = client_for(Thanx(), on_exchange=exchanges.append)
    client.create_campaign({"merchant_id": "m1", "name": "June", "variants": variants, **dates})
    assert exchanges[0].shape.counts == {"variants": 2, "controls": 1, "templates": ["t1"], "days": 3}
