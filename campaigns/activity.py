"""Writes to the merchant's activity log what people do with a campaign."""

from __future__ import annotations

from django.urls import reverse

from campaigns.models import Campaign
from thanxportal.accounts.models import User, record_activity


def note_activity(campaign: Campaign, actor: User | None, sentence: str) -> None:
    """Appends to the merchant's log a line that leads to the campaign."""
    merchant = campaign.merchant
    path = reverse("campaigns:campaign_detail", args=[merchant.handle, campaign.pk])
    record_activity(merchant=merchant, actor=actor, sentence=sentence, target=campaign.target, path=path)


def unlink_activity(campaign: Campaign) -> None:
    """Keeps the lines of a campaign that is about to be deleted, without the way to its page."""
    campaign.history().update(path="")
