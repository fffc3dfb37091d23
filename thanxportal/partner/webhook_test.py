"""A signed event that the portal sends to its own address for webhooks, by the way that Thanx's take."""

from __future__ import annotations

import json
from typing import NamedTuple
from uuid import uuid4

import httpx
from django.utils import timezone

from thanxportal.partner_api import signature_of
from thanxportal.plain_text import plain_text

TIMEOUT = 10.0  # seconds; Thanx waits for 15
MOST_WORDS = 200


class Sent(NamedTuple):
    """`status` is None if no answer came; `words` are the beginning of it, or say what went wrong."""

    body: bytes
    status: int | None
    words: str


def transport() -> httpx.BaseTransport | None:
    """Returns the network. Tests replace it by the portal itself."""
    return None


def send_test_event(address: str, *, event: str, secret: str) -> Sent:
    body = json.dumps({"event": event, "timestamp": timezone.now().isoformat(), "data": {"id": str(uuid4())}}).encode()
    headers = {"Content-Type": "application/json", "X-Thanx-Signature": signature_of(body, secret)}
    try:
        with httpx.Client(timeout=TIMEOUT, transport=transport(), trust_env=False) as client:
            answer = client.post(address, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as failure:
        return Sent(body, None, type(failure).__name__)
    return Sent(body, answer.status_code, plain_text(answer.text[:MOST_WORDS]))
