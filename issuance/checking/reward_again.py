"""Whom to reward although they were rewarded before: one decision per campaign, with a reason, and its way back."""

from __future__ import annotations

from django.db import transaction

from campaigns.models import Campaign
from issuance.checking.claim_overrides import override_claims, withdraw_override
from issuance.checking.tally import count_guests
from issuance.importing.earlier_rewards import Repeats, include_repeats, repeats_by_campaign, skip_repeats
from issuance.models import RecipientList
from thanxportal.accounts.models import User


def repeats_named(recipient_list: RecipientList, campaign_id: int | None) -> Repeats | None:
    """The guests of a list whom this campaign had rewarded; None if there are none."""
    return next((found for found in repeats_by_campaign(recipient_list) if found.campaign.pk == campaign_id), None)


@transaction.atomic
def include_rewarded(*, recipient_list: RecipientList, campaign: Campaign, actor: User, reason: str) -> int:
    """Has them rewarded again, each in the arm where they fell; returns how many, 0 if it is too late for that."""
    if campaign.pk == recipient_list.campaign_id:
        moved = override_claims(recipient_list=recipient_list, actor=actor, reason=reason)
    else:
        moved = include_repeats(recipient_list=recipient_list, campaign=campaign, actor=actor, reason=reason)
    count_guests(recipient_list)
    return moved


@transaction.atomic
def skip_rewarded(*, recipient_list: RecipientList, campaign: Campaign, actor: User) -> bool:
    """Leaves them out again; False if it is too late for that."""
    if campaign.pk == recipient_list.campaign_id:
        moved = withdraw_override(recipient_list=recipient_list, actor=actor)
    else:
        moved = bool(skip_repeats(recipient_list=recipient_list, campaign=campaign, actor=actor))
    count_guests(recipient_list)
    return moved
