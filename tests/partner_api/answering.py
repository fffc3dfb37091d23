"""A client whose network is a function, for the tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from thanxportal.partner_api import PartnerClient

TOKEN = "tok-3f9/Secret+Value=="
JOB = {"id": "job_1", "state": "pending", "total_count": 1}
BODY = (
    b'{"merchant_id":"m1", "campaign_id":"c1",\n "variant_id":"v1","identifiers":[{"type":"email","value":"a@b.co"}]}'
)
KEY = "5f1c7f9e-3b1e-4d7a-9f58-0a2f6a1c9e01"

Handler = Callable[[httpx.Request], httpx.Response]


def client_for(handler: Handler | httpx.Response | Exception, **options: Any) -> PartnerClient:
    """A client that gets each answer from `handler`, or always the same answer or failure."""

    def answer(request: httpx.Request) -> httpx.Response:
        if isinstance(handler, Exception):
            raise handler
        return handler if isinstance(handler, httpx.Response) else handler(request)

    values: dict[str, Any] = {
        "base_url": "https://api.thanxsandbox.com",
        "client_id": "client-1",
        "access_token": TOKEN,
        "user_agent": "ThanxPortal/0.1",
        "transport": httpx.MockTransport(answer),
    }
    return PartnerClient(**values | options)


def failing(status: int, code: str = "BAD_REQUEST", message: str = "No.", **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": message}}, headers=headers)


def calls_of(client: PartnerClient) -> dict[str, Callable[[], Any]]:
    """All eleven calls, by name."""
    return {
        "get_scopes": client.get_scopes,
        "iter_merchants": lambda: list(client.iter_merchants()),
        "iter_locations": lambda: list(client.iter_locations("m1")),
        "iter_reward_templates": lambda: list(client.iter_reward_templates("m1")),
        "get_reward_template": lambda: client.get_reward_template("t1", "m1"),
        "create_campaign": lambda: client.create_campaign({"merchant_id": "m1", "name": "June"}),
        "iter_campaigns": lambda: list(client.iter_campaigns("m1")),
        "get_campaign": lambda: client.get_campaign("c1", "m1"),
        "issue": lambda: client.issue(BODY, KEY),
        "get_issuance_job": lambda: client.get_issuance_job("job_1", "m1"),
        "revoke_issuance_job": lambda: client.revoke_issuance_job("job_1", "m1"),
    }


CALLS = tuple(calls_of(client_for(httpx.Response(200))))


class Thanx:
    """Answers every endpoint with something lawful and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=self.answer(request.method, request.url.path))

    def answer(self, method: str, path: str) -> dict[str, Any]:
        parts = path.removeprefix("/partner/").split("/")
        if "issuance_jobs" in parts or "issue" in parts:
            return {"issuance_job": JOB}
        if parts == ["scopes"]:
            return {"scopes": ["rewards.issue"]}
        single = method == "POST" or len(parts) > 1
        return {parts[0].removesuffix("s"): {"id": "x1"}} if single else {parts[0]: [{"id": "x1"}]}

    def sent_json(self) -> Any:
        return json.loads(self.requests[-1].content)
