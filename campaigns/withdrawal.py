"""Marks rewards that Thanx no longer publishes, and tells teams whose campaigns give them."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, RewardTemplate, RewardTemplateQuerySet
from thanxportal.accounts.models import Kind, Merchant, Right
from thanxportal.accounts.notifications import notify


@transaction.atomic
def withdraw_templates(missing: RewardTemplateQuerySet) -> None:
    """Marks templates that Thanx doesn't publish, and tells the teams that give one."""
    gone = missing.published()
    for template in gone.select_related("merchant"):
        _tell(template.merchant, template)
    gone.update(withdrawn_at=timezone.now())


def _tell(merchant: Merchant, template: RewardTemplate) -> None:
    campaigns = list(Campaign.objects.for_merchant(merchant).taking_guests().giving(template))
    if not campaigns:
        return
    first, others = campaigns[0], len(campaigns) - 1
    more = f" and {others} more" if others else ""
    notify(
        merchant=merchant,
        kind=Kind.REWARD_WITHDRAWN,
        key=f"template:{template.pk}:withdrawn:{template.seen_at:%Y%m%dT%H%M%S}",
        sentence=f"Thanx no longer publishes “{template.name}”, given by “{first.name}”{more}, and may refuse guests.",
        path=reverse("campaigns:campaign_detail", args=[merchant.handle, first.pk]),
        right=Right.BUILD,
    )
