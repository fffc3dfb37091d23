"""Signed events as Thanx would post them, for the tests of webhooks and of what they leave behind."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from issuance.models import Guest, IssuanceJob, WebhookDelivery
from thanxportal.partner_simulator import sign

SECRET = "whsec-of-the-tests"
URL = "/webhooks/thanx"
BOTH_SPELLINGS = ("reward.batch_completed", "reward_batch.completed")


def post(body: bytes | dict[str, Any], signature: str | None = None, **extra: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Thanx-Signature": sign(raw, SECRET) if signature is None else signature}
    browser = Client(enforce_csrf_checks=True)
    return browser.post(URL, raw, content_type="application/json", headers=headers, **extra)


def issued(job_id: str, index: Any = 0, reward_id: str = "r1", **data: Any) -> dict[str, Any]:
    data = {"issuance_job_id": job_id, "reward_id": reward_id, "identifier": {"type": "email", "index": index}} | data
    return {"event": "reward.issued", "timestamp": "2026-06-01T12:00:00Z", "data": data}


def batch(job_id: str, event: str = BOTH_SPELLINGS[1], **data: Any) -> dict[str, Any]:
    data = {"issuance_job_id": job_id, "state": "completed", "total_count": 99, "issued_count": 99} | data
    return {"event": event, "timestamp": "2026-06-01T12:00:00Z", "data": data}


def only_delivery() -> WebhookDelivery:
    return WebhookDelivery.objects.get()


def rewards_of(job: IssuanceJob) -> list[str]:
    return list(Guest.objects.filter(job=job).order_by("position").values_list("reward_id", flat=True))
