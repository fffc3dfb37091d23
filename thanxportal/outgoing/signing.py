"""Signatures of Standard Webhooks. Secrets are derived from seeds and IDENTITY_KEY, so that no database tells them."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timedelta
from secrets import token_hex

from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook

from thanxportal.outgoing.models import Endpoint, Message

BOTH_SIGN = timedelta(hours=24)  # after a rotation


def new_seed() -> str:
    return token_hex(16)


def secret_of(seed: str) -> str:
    """`whsec_` and 32 bytes in base64."""
    key = salted_hmac("endpoint", seed, secret=settings.IDENTITY_KEY, algorithm="sha256").digest()
    return f"whsec_{b64encode(key).decode()}"


def headers_of(message: Message, endpoint: Endpoint, now: datetime) -> dict[str, str]:
    """For this moment, in UTC; for a day after a rotation, the earlier secret signs as well."""
    secrets = map(secret_of, _seeds(endpoint, now))
    return {
        "webhook-id": message.name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message.name, now, message.body) for secret in secrets),
    }


def _seeds(endpoint: Endpoint, now: datetime) -> list[str]:
    rotated = endpoint.rotated_at
    both = endpoint.earlier_seed and rotated is not None and now < rotated + BOTH_SIGN
    return [endpoint.seed, endpoint.earlier_seed] if both else [endpoint.seed]
