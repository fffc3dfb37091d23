"""Tells of a campaign that a program asked for and Thanx doesn't have: nobody looks at its page, and guests wait."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from campaigns.models import Campaign
from thanxportal.accounts.models import Kind, Right
from thanxportal.accounts.notifications import notify, notify_staff


def tell_unpublished(campaign: Campaign) -> None:
    """Those who may publish it, and staff, once for each time that somebody tried."""
    if not campaign.asked_by:
        return
    waits = " Its guests wait." if campaign.preset_id else ""
    about: dict[str, Any] = {
        "merchant": campaign.merchant, "kind": Kind.NOT_PUBLISHED,
        "key": f"campaign:{campaign.pk}:unpublished:{campaign.publish_attempts}",
        "sentence": f"“{campaign.name}”, which “{campaign.asked_by}” asked for, isn’t published.{waits} See why.",
    }  # fmt: skip
    path = reverse("campaigns:campaign_detail", args=[campaign.merchant.handle, campaign.pk])
    notify(path=path, right=Right.ISSUE, **about)
    notify_staff(path=reverse("admin:campaigns_campaign_change", args=[campaign.pk]), **about)
