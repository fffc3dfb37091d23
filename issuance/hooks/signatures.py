"""Whether a request was signed by whom the hook expects: HMAC-SHA256 in a header, or Standard Webhooks."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import constant_time_compare
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

HMAC, STANDARD = "hmac", "standard"
KINDS = {"": "The sender doesn’t sign", HMAC: "HMAC-SHA256 in a header", STANDARD: "Standard Webhooks"}
ENCODINGS = {"hex": "hexadecimal", "base64": "Base64"}


def is_signed(signature: Mapping[str, Any], raw: bytes, headers: Mapping[str, str]) -> bool:
    """As the hook's `signature` says: kind and secret, of an HMAC also header, encoding and what stands before."""
    if not signature:
        return True
    if signature["kind"] == STANDARD:
        return _is_standard(signature["secret"], raw, headers)
    given = headers.get(signature["header"], "").strip()
    if not given.startswith(signature["before"]):
        return False
    digest = hmac.digest(signature["secret"].encode(), raw, "sha256")
    expected = digest.hex() if signature["encoding"] == "hex" else b64encode(digest).decode()
    given = given.removeprefix(signature["before"])
    return constant_time_compare(given.lower() if signature["encoding"] == "hex" else given, expected)


def _is_standard(secret: str, raw: bytes, headers: Mapping[str, str]) -> bool:
    """Its time may be five minutes off; a signature that can't be read is none."""
    try:
        Webhook(secret).verify(raw, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def is_standard_secret(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and bool(Webhook(secret))
    except (EmptyWebhookSecretError, ValueError):
        return False
