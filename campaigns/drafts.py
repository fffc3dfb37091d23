"""Writing drafts: saving what the builder holds, copying a campaign, throwing a draft away."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import transaction

from campaigns.models import Campaign, CampaignState, RewardTemplate, Variant
from thanxportal.accounts.models import Merchant, User, record_activity

FIELDS = ("name", "objective", "fine_print", "start_at", "end_at", "redeemable_from", "redeemable_to")


class Arm(NamedTuple):
    """One arm as drafted; no template means Control."""

    name: str
    template: RewardTemplate | None
    weight: int


@transaction.atomic
def save_draft(
    *, merchant: Merchant, campaign: Campaign | None, values: dict[str, Any], arms: list[Arm], actor: User | None
) -> Campaign | None:
    """Creates or overwrites a draft with its arms; None if it was published meanwhile."""
    fields = {name: values[name] for name in FIELDS}
    if campaign is None:
        campaign = Campaign.objects.create(merchant=merchant, created_by=actor, **fields)
        tell(campaign, actor, f"Drafted the campaign “{campaign.name}”.")
    else:
        drafts = Campaign.objects.filter(pk=campaign.pk, state__in=(CampaignState.DRAFT, CampaignState.REFUSED))
        if not drafts.update(state=CampaignState.DRAFT, problem="", problem_code="", **fields):
            return None
    campaign.variants.all().delete()
    Variant.objects.bulk_create(
        Variant(campaign=campaign, position=place, name=arm.name, reward_template=arm.template, weight=arm.weight)
        for place, arm in enumerate(arms)
    )
    return campaign


@transaction.atomic
def duplicate_campaign(*, campaign: Campaign, actor: User | None) -> Campaign:
    """A new draft with the same words, dates and arms."""
    values = {name: getattr(campaign, name) for name in FIELDS} | {"name": f"{campaign.name[:113]} (copy)"}
    arms = [Arm(variant.name, variant.reward_template, variant.weight) for variant in campaign.variants.all()]
    copy = save_draft(merchant=campaign.merchant, campaign=None, values=values, arms=arms, actor=actor)
    assert copy is not None  # noqa: S101 - a new draft is never published meanwhile
    return copy


@transaction.atomic
def delete_draft(*, campaign: Campaign, actor: User | None) -> bool:
    """Throws a draft or a refused campaign away; False if it is neither any more."""
    unpublished = (CampaignState.DRAFT, CampaignState.REFUSED)
    drafts = Campaign.objects.select_for_update().filter(pk=campaign.pk, state__in=unpublished, thanx_id="")
    if not drafts.exists():
        return False
    tell(campaign, actor, f"Deleted the campaign “{campaign.name}”.")
    drafts.delete()
    return True


def tell(campaign: Campaign, actor: User | None, sentence: str) -> None:
    record_activity(merchant=campaign.merchant, actor=actor, sentence=sentence, target=campaign.target)
