"""The simulator refuses requests with wrong credentials, headers or scopes."""

import pytest

from tests.partner_simulator.calling import HEADERS, Caller, make_caller


@pytest.mark.parametrize("name", ["Authorization", "X-ClientId"])
def test_a_missing_credential_is_401(caller: Caller, name: str) -> None:
    reply = caller.call("GET", "/partner/scopes", headers={k: v for k, v in HEADERS.items() if k != name})
    assert (reply.status, reply.code) == (401, "AUTHENTICATION_GENERIC")


def test_a_wrong_token_is_401_and_executes_nothing(caller: Caller) -> None:
    wrong = {**HEADERS, "Authorization": "Bearer other"}
    assert caller.call("POST", "/partner/campaigns", caller.campaign_body(), wrong).status == 401
    assert caller.simulator.books.campaigns == {}


@pytest.mark.parametrize("name", ["Accept-Version", "Content-Type", "User-Agent"])
def test_a_missing_header_is_400(caller: Caller, name: str) -> None:
    reply = caller.call("GET", "/partner/scopes", headers={k: v for k, v in HEADERS.items() if k != name})
    assert (reply.status, reply.code) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept-Version", "v4"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("User-Agent", "python-httpx/0.28.1"),
        ("User-Agent", "no version"),
    ],
)
def test_a_wrong_header_is_400(caller: Caller, name: str, value: str) -> None:
    assert caller.call("GET", "/partner/scopes", headers={**HEADERS, name: value}).status == 400


def test_a_missing_scope_is_403_but_merchants_stay_readable() -> None:
    caller = make_caller(scopes=())
    reply = caller.get(f"/partner/reward_templates?merchant_id={caller.merchant_id}")
    assert (reply.status, reply.code) == (403, "FORBIDDEN")
    assert caller.get("/partner/merchants").status == 200


def test_an_unknown_address_is_404(caller: Caller) -> None:
    assert caller.get("/partner/nothing").code == "RESOURCE_NOT_FOUND"
