"""How the guests of a list are known, and fall into its arms."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from campaigns.allocation import identity_hasher
from issuance.importing.batches import Deal
from issuance.models import GuestList
from issuance.models.states import Outcome


def deal_of(guest_list: GuestList) -> Deal:
    """How this list's guests are known and dealt."""
    variants = list(guest_list.campaign.variants.all())
    arms = [(one.pk, Outcome.CONTROL.value if one.is_control else Outcome.WAITING.value) for one in variants]
    weights = tuple(variant.weight for variant in variants)
    key = _identity_key(guest_list)
    return Deal(guest_list.pk, key, guest_list.campaign.uuid.bytes, weights, tuple(arms))


def identity_of(guest_list: GuestList) -> Any:
    """Returns the hasher under which this merchant's guests are known; keyed, and different for each merchant."""
    return identity_hasher(_identity_key(guest_list))


def _identity_key(guest_list: GuestList) -> bytes:
    return f"{guest_list.merchant_id}:{settings.IDENTITY_KEY}".encode()
