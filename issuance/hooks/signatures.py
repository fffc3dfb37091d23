"""Whether a request was signed by whom the hook expects: HMAC-SHA256 in a header, without or with the time of signing,
or Standard Webhooks. A time may be five minutes off; a signature that can't be read is none."""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.crypto import constant_time_compare
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

HMAC, TIMED, STANDARD = "hmac", "timed", "standard"
KINDS = {
    "": "The sender doesn’t sign",
    HMAC: "HMAC-SHA256 in a header",
    TIMED: "HMAC-SHA256 with the time in a header",
    STANDARD: "Standard Webhooks/Svix",
}
MOST_OFF = 300  # seconds that a time may be off
LONGEST_TIME = 12  # digits
ENCODINGS = {"hex": "hexadecimal", "base64": "Base64"}


def is_signed(signature: Mapping[str, Any], raw: bytes, headers: Mapping[str, str]) -> bool:
    """As the hook's `signature` says: kind and secret, of an HMAC also the header, and of one without a time also the
    encoding and what stands before."""
    return not signature or _CHECKS[signature["kind"]](signature, raw, headers)


def _is_hmac(signature: Mapping[str, Any], raw: bytes, headers: Mapping[str, str]) -> bool:
    given = headers.get(signature["header"], "").strip()
    if not given.startswith(signature["before"]):
        return False
    digest = hmac.digest(signature["secret"].encode(), raw, "sha256")
    expected = digest.hex() if signature["encoding"] == "hex" else b64encode(digest).decode()
    given = given.removeprefix(signature["before"])
    return constant_time_compare(given.lower() if signature["encoding"] == "hex" else given, expected)


def _is_timed(signature: Mapping[str, Any], raw: bytes, headers: Mapping[str, str]) -> bool:
    """`t` is the time, a `v1` the HMAC of it, a dot and the body; there are several while a secret is exchanged."""
    parts = [part.strip().partition("=") for part in headers.get(signature["header"], "").split(",")]
    at = next((value for name, _, value in parts if name == "t"), "")
    if not _is_lately(at):
        return False
    expected = hmac.digest(signature["secret"].encode(), at.encode() + b"." + raw, "sha256").hex()
    return any(name == "v1" and constant_time_compare(value.lower(), expected) for name, _, value in parts)


def _is_lately(at: str) -> bool:
    is_time = at.isascii() and at.isdecimal() and len(at) <= LONGEST_TIME
    return is_time and abs(time.time() - int(at)) <= MOST_OFF


def _is_standard(signature: Mapping[str, Any], raw: bytes, headers: Mapping[str, str]) -> bool:
    """Svix calls the same headers after itself."""
    start = "webhook-" if headers.get("webhook-signature") else "svix-"
    named = {f"webhook-{part}": headers.get(start + part, "") for part in ("id", "timestamp", "signature")}
    try:
        Webhook(signature["secret"]).verify(raw, named, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


_CHECKS: dict[str, Callable[[Mapping[str, Any], bytes, Mapping[str, str]], bool]] = {
    HMAC: _is_hmac,
    TIMED: _is_timed,
    STANDARD: _is_standard,
}


def is_standard_secret(secret: str) -> bool:
    try:
        return secret.startswith("whsec_") and bool(Webhook(secret))
    except (EmptyWebhookSecretError, ValueError):
        return False
