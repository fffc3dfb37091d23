"""What publishing freezes, as a person sees it before: nothing else is published."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from campaigns.models import Campaign, RewardTemplate, Variant
from campaigns.publishing_rules import DATES
from thanxportal.reviewed import Facts, fingerprint

_WORDS = {"name": "Name", "objective": "Objective", "fine_print": "Fine print"}
_WHEN = dict(zip(DATES, ("Campaign starts", "Campaign ends", "Redeemable from", "Redeemable until"), strict=True))


def facts_of(campaign: Campaign, variants: Iterable[Variant] | None = None) -> Facts:
    """Everything that publishing freezes, with the campaign's own arms, or those of a sketch of it."""
    zone = ZoneInfo(campaign.merchant.time_zone)
    facts = {word: getattr(campaign, field) for field, word in _WORDS.items()}
    for field, word in _WHEN.items():
        moment = getattr(campaign, field)
        facts[word] = date_format(moment.astimezone(zone), "DATETIME_FORMAT") if moment else ""
    for variant in campaign.variants.all() if variants is None else variants:
        facts |= _of_arm(variant)
    return facts


def draft_of(campaign: Campaign, variants: Iterable[Variant] | None = None) -> Facts:
    """Everything that the builder keeps of a draft, so that no tab overwrites what it hasn't shown."""
    arms, guests = list(campaign.variants.all() if variants is None else variants), campaign.expected_guests
    locks = {f"The share of “{arm.name}”": "is locked" for arm in arms if arm.locked}
    return facts_of(campaign, arms) | locks | ({"Expected guests": f"{guests:,}"} if guests else {})


def _of_arm(variant: Variant) -> Facts:
    template = variant.reward_template
    facts = {f"Arm “{variant.name}”": f"{offered(template)}, {variant.weight}%"}
    return facts | terms_of(template) if template else facts


def offered(template: RewardTemplate | None) -> str:
    """What an arm gives, and whether it still can."""
    if template is None:
        return "nothing"
    return f"{template.name} (no longer published)" if template.withdrawn_at else template.name


def terms_of(template: RewardTemplate) -> Facts:
    """What Thanx promises by the reward, which the merchant can't change here."""
    texts = (template.thanx_id, template.description, template.fine_print, template.offer)
    return {f"At Thanx, the terms of “{template.name}”": fingerprint(texts)}
