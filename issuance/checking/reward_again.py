"""Whom to reward although they were rewarded before: one decision per campaign, with a reason, and its way back."""

from __future__ import annotations

from django.db import transaction

from campaigns.models import Campaign
from issuance.checking.cached_counts import count_guests
from issuance.checking.claim_overrides import override_claims, withdraw_override
from issuance.importing.earlier_rewards import Repeats, include_repeats, repeats_by_campaign, skip_repeats
from issuance.models import GuestList
from thanxportal.accounts.models import User


def repeats_named(guest_list: GuestList, campaign_id: int | None) -> Repeats | None:
    """The guests of a list whom this campaign had rewarded; None if there are none."""
    return next((repeats for repeats in repeats_by_campaign(guest_list) if repeats.campaign.pk == campaign_id), None)


@transaction.atomic
def include_rewarded(*, guest_list: GuestList, campaign: Campaign, actor: User, reason: str) -> int:
    """Has them rewarded again, each in the arm where they fell; returns how many, 0 if it is too late for that."""
    if campaign.pk == guest_list.campaign_id:
        moved = override_claims(guest_list=guest_list, actor=actor, reason=reason)
    else:
        moved = include_repeats(guest_list=guest_list, campaign=campaign, actor=actor, reason=reason)
    count_guests(guest_list)
    return moved


@transaction.atomic
def skip_rewarded(*, guest_list: GuestList, campaign: Campaign, actor: User) -> bool:
    """Leaves them out again; False if it is too late for that."""
    if campaign.pk == guest_list.campaign_id:
        moved = withdraw_override(guest_list=guest_list, actor=actor)
    else:
        moved = bool(skip_repeats(guest_list=guest_list, campaign=campaign, actor=actor))
    count_guests(guest_list)
    return moved
