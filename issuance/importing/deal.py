"""How the guests of a list are known, and fall into its arms."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from campaigns.allocation import identity_hasher
from issuance.importing.batches import Deal
from issuance.models import RecipientList
from issuance.models.states import Outcome


def deal_of(recipient_list: RecipientList) -> Deal:
    """How this list's guests are known and dealt."""
    variants = list(recipient_list.campaign.variants.all())
    arms = [(one.pk, Outcome.CONTROL.value if one.is_control else Outcome.WAITING.value) for one in variants]
    weights = tuple(variant.weight for variant in variants)
    key = _identity_key(recipient_list)
    return Deal(recipient_list.pk, key, recipient_list.campaign.uuid.bytes, weights, tuple(arms))


def identity_of(recipient_list: RecipientList) -> Any:
    """Returns the hasher under which this merchant's guests are known; keyed, and different for each merchant."""
    return identity_hasher(_identity_key(recipient_list))


def _identity_key(recipient_list: RecipientList) -> bytes:
    return f"{recipient_list.merchant_id}:{settings.IDENTITY_KEY}".encode()
