"""Writes to the merchant's activity log what people do with a campaign."""

from __future__ import annotations

from django.urls import reverse

from campaigns.models import Campaign
from thanxportal.accounts.models import User, record_activity


def note_activity(campaign: Campaign, actor: User | None, sentence: str, *, by: str = "") -> None:
    """Appends to the merchant's log a line that leads to the campaign. What the program `by` did is no act of a person,
    whoever answers for it."""
    merchant = campaign.merchant
    actor, sentence = (None, f"{sentence} By “{by}”.") if by else (actor, sentence)
    path = reverse("campaigns:campaign_detail", args=[merchant.handle, campaign.pk])
    record_activity(merchant=merchant, actor=actor, sentence=sentence, target=campaign.target, path=path)


def unlink_activity(campaign: Campaign) -> None:
    """Keeps the lines of a campaign that is about to be deleted, without the way to its page."""
    campaign.history().update(path="")
