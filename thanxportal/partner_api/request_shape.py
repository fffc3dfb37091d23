"""What certification looks at in a request: names of headers, and counts and ids of a body; no token and no guest."""

from __future__ import annotations

import hmac
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

HEADERS: Mapping[str, str] = {
    "Authorization": r"Bearer \S+",
    "X-ClientId": r"\S+",
    "Accept-Version": r"v4\.0",
    "Content-Type": r"application/json",
    "User-Agent": r"(?!(?i:python|curl|wget))[A-Za-z][\w .-]*/\d\S*",
}
KEY = "X-Idempotency-Key"
DATES = ("start_at", "end_at", "redeemable_from", "redeemable_to")
ODD = "!"  # behind the name of a header whose value has another shape than Thanx asks for
FORMS = {"email": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "phone": re.compile(r"\+[1-9]\d{7,14}")}


class Shape(NamedTuple):
    """`headers` are the names of Thanx's headers that were sent. `fingerprint` is the same for the same method, address
    and body, and tells nothing of them without its key. `counts` are those of a body that creates a campaign or issues.
    """

    headers: str = ""
    fingerprint: str = ""
    idempotency_key: str = ""
    counts: Mapping[str, Any] = {}


NO_SHAPE = Shape()


def shape_of(request: httpx.Request, key: bytes) -> Shape:
    names = [
        name if re.fullmatch(form, request.headers[name]) else name + ODD
        for name, form in HEADERS.items()
        if name in request.headers
    ]
    told = b" ".join((request.method.encode(), request.url.raw_path, request.content))
    fingerprint = hmac.new(key, told, "sha256").hexdigest()
    return Shape(" ".join(names), fingerprint, request.headers.get(KEY, "")[:36], _counts(request))


def _counts(request: httpx.Request) -> Mapping[str, Any]:
    """Nothing for a body that has none, as what is sent may be anything."""
    readers = {"/partner/campaigns": _campaign, "/partner/campaigns/issue": _guests}
    if request.method != "POST" or request.url.path not in readers:
        return {}
    try:
        return readers[request.url.path](json.loads(request.content))
    except (ValueError, LookupError, TypeError, AttributeError):
        return {}


def _campaign(body: Any) -> Mapping[str, Any]:
    campaign = body["campaign"]
    variants = campaign["variants"]
    return {
        "variants": len(variants),
        "controls": sum(variant["name"] == "Control" for variant in variants),
        "templates": [each["reward_template_id"] for each in variants if each.get("reward_template_id")],
        "days": len({str(campaign[name])[:10] for name in DATES}),
    }


def _guests(body: Any) -> Mapping[str, Any]:
    """How many of each type, and how many that are written otherwise than Thanx asks for, such as `email!`."""
    return Counter(
        kind if kind in FORMS and FORMS[kind].fullmatch(guest["value"]) else f"{kind}{ODD}"
        for guest in body["identifiers"]
        for kind in [guest["type"] if guest["type"] in FORMS else "other"]
    )
