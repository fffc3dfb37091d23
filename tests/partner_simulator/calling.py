"""A small client of the simulator for tests, which shares nothing with the real one."""

import io
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from wsgiref.util import setup_testing_defaults

from thanxportal.partner_simulator import ManualClock, Simulator

HEADERS = {
    "Authorization": "Bearer right-token",
    "X-ClientId": "right-client",
    "Accept-Version": "v4.0",
    "Content-Type": "application/json",
    "User-Agent": "TestPartner/1.0",
}


@dataclass
class Reply:
    """One answer as a WSGI server would have got it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


@dataclass
class Caller:
    """Calls a simulator as a WSGI app. Each call moves the clock by `pace` seconds."""

    simulator: Simulator
    clock: ManualClock
    pace: float = 1.0
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, raw: bytes = b""
    ) -> Reply:
        self.clock.advance(self.pace)
        sent = raw or (json.dumps(body).encode() if body is not None else b"")
        environ = _environ(method, path, sent, self.headers if headers is None else headers)
        caught: list[Any] = []
        chunks = self.simulator(environ, lambda status, lines: caught.extend([status, lines]))  # type: ignore[arg-type]
        return Reply(int(caught[0].split()[0]), dict(caught[1]), b"".join(chunks))

    def get(self, path: str) -> Reply:
        return self.call("GET", path)

    @property
    def merchant_id(self) -> str:
        return self.simulator.merchant("harbor-grill").id

    def template_id(self, index: int = 0) -> str:
        return self.simulator.merchant("harbor-grill").templates[index].id

    def campaign_body(self, **changes: Any) -> dict[str, Any]:
        campaign = {
            "merchant_id": self.merchant_id,
            "name": "Summer thank-you",
            "objective": "Bring guests back",
            "fine_print": "One per guest.",
            "start_at": "2026-06-01T00:00:00-07:00",
            "end_at": "2026-06-30T00:00:00-07:00",
            "redeemable_from": "2026-06-01T00:00:00-07:00",
            "redeemable_to": "2026-07-15T00:00:00-07:00",
            "variants": [{"name": "A", "reward_template_id": self.template_id()}, {"name": "Control"}],
        }
        return {"campaign": {name: value for name, value in {**campaign, **changes}.items() if value is not ...}}

    def new_campaign(self) -> dict[str, Any]:
        reply = self.call("POST", "/partner/campaigns", self.campaign_body())
        assert reply.status == 201
        campaign: dict[str, Any] = reply.json["campaign"]
        return campaign

    def issue_body(self, campaign: dict[str, Any], guests: Sequence[str], variant: int = 0) -> dict[str, Any]:
        return {
            "campaign_id": campaign["id"],
            "merchant_id": self.merchant_id,
            "variant_id": campaign["variants"][variant]["id"],
            "identifiers": [{"type": "email" if "@" in guest else "phone", "value": guest} for guest in guests],
        }

    def issue(self, body: Any, key: str | None = None) -> Reply:
        keyed = {**self.headers, "X-Idempotency-Key": key or str(uuid.uuid4())}
        return self.call("POST", "/partner/campaigns/issue", body, keyed)

    def new_job(self, guests: Sequence[str], variant: int = 0) -> str:
        reply = self.issue(self.issue_body(self.new_campaign(), guests, variant))
        assert reply.status == 202
        return str(reply.json["issuance_job"]["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        reply = self.get(f"/partner/issuance_jobs/{job_id}?merchant_id={self.merchant_id}")
        job: dict[str, Any] = reply.json["issuance_job"]
        return job

    def revoke(self, job_id: str) -> Reply:
        return self.call("POST", f"/partner/issuance_jobs/{job_id}/revoke", {"merchant_id": self.merchant_id})


def _environ(method: str, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    address, _, query = path.partition("?")
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": query}
    setup_testing_defaults(environ)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    for name, value in headers.items():
        plain = name.upper().replace("-", "_")
        environ[plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"] = value
    return environ


def make_caller(**options: Any) -> Caller:
    """Build a caller with its own simulator, which refuses no guests unless told to."""
    clock = ManualClock()
    defaults = {"client_id": "right-client", "access_token": "right-token", "refused_share": 0.0}
    return Caller(Simulator(clock=clock, **{**defaults, **options}), clock)
