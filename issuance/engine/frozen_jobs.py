"""Makes jobs whose request never changes again: its bytes, their hash, and the key that both tell from all others."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from campaigns.models import Campaign, Variant
from issuance.models import GuestList, IssuanceJob


def frozen_job(
    guest_list: GuestList, variant: Variant, number: int, identifiers: list[dict[str, str]], **fields: Any
) -> IssuanceJob:
    """Returns a job, not stored yet, for these guests in this order. `number` is its own within the list."""
    body = request_body(guest_list.campaign, variant, identifiers)
    digest = sha256(body).hexdigest()
    return IssuanceJob(
        guest_list=guest_list,
        merchant=guest_list.merchant,
        variant=variant,
        number=number,
        total_count=len(identifiers),
        body=body,
        body_sha256=digest,
        idempotency_key=idempotency_key(guest_list.uuid, number, digest),
        **fields,
    )


def request_body(campaign: Campaign, variant: Variant, identifiers: list[dict[str, str]]) -> bytes:
    """The exact bytes that are sent, now and on every replay. All ids come from the campaign's own merchant."""
    if variant.campaign_id != campaign.pk or variant.is_control or not variant.thanx_id:
        raise ValueError(f"Variant {variant.pk} can't be issued for campaign {campaign.pk}.")
    document = {
        "merchant_id": campaign.merchant.thanx_id,
        "campaign_id": campaign.thanx_id,
        "variant_id": variant.thanx_id,
        "identifiers": identifiers,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def idempotency_key(list_uuid: UUID, number: int, body_sha256: str) -> UUID:
    return uuid5(list_uuid, f"{number}:{body_sha256}")
