"""Tables of what a merchant offers: the mirror of Thanx's templates and locations, and campaigns with their arms."""

from campaigns.models.at_thanx import CampaignAtThanx
from campaigns.models.campaigns import (
    CONTROL,
    Campaign,
    CampaignQuerySet,
    CampaignState,
    Variant,
    variants_and_rewards,
)
from campaigns.models.mirror import OTHER_KIND, Location, RewardTemplate, RewardTemplateQuerySet, TemplateChange
from campaigns.models.presets import Period, RewardPreset
from campaigns.models.readings import Part, Reading

__all__ = [
    "CONTROL",
    "OTHER_KIND",
    "Campaign",
    "CampaignAtThanx",
    "CampaignQuerySet",
    "CampaignState",
    "Location",
    "Part",
    "Period",
    "Reading",
    "RewardPreset",
    "RewardTemplate",
    "RewardTemplateQuerySet",
    "TemplateChange",
    "Variant",
    "variants_and_rewards",
]
