"""Saves, copies and deletes drafts of campaigns."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from campaigns.activity import note_activity, unlink_activity
from campaigns.models import Campaign, CampaignState, RewardTemplate, Variant
from thanxportal.accounts.models import Merchant, User

FIELDS = (
    "name",
    "objective",
    "fine_print",
    "start_at",
    "end_at",
    "redeemable_from",
    "redeemable_to",
    "expected_guests",
)


class DraftArm(NamedTuple):
    """One arm of a draft. Control has no template; another arm may still wait for its own."""

    name: str
    template: RewardTemplate | None
    weight: int
    locked: bool = False

    def variant(self, campaign: Campaign, position: int) -> Variant:
        """Returns the arm as an unsaved row."""
        fields = {"name": self.name, "reward_template": self.template, "weight": self.weight, "locked": self.locked}
        return Variant(campaign=campaign, position=position, **fields)


@transaction.atomic
def save_draft(
    *,
    merchant: Merchant,
    campaign: Campaign | None,
    values: dict[str, Any],
    arms: list[DraftArm],
    actor: User | None,
    uuid: UUID | None = None,
) -> Campaign | None:
    """Creates or overwrites a draft with its arms. Returns None if it was published meanwhile.

    A new draft that comes twice with the same `uuid` is created once.
    """
    fields = {name: values.get(name) for name in FIELDS}
    made = False
    if campaign is None:
        start = {"merchant": merchant, "created_by": actor, **fields}
        campaign, made = Campaign.objects.get_or_create(uuid=uuid or uuid4(), defaults=start)
    # Locks the row: of two saves at the same time, one waits for the other.
    drafts = Campaign.objects.for_merchant(merchant).drafts().filter(pk=campaign.pk)
    fresh = {"state": CampaignState.DRAFT, "problem": "", "problem_code": "", "updated_at": timezone.now()}
    if not drafts.update(**fresh, **fields):
        return None
    if made:
        note_activity(campaign, actor, f"Drafted the campaign “{campaign.name}”.")
    campaign.variants.all().delete()
    Variant.objects.bulk_create(arm.variant(campaign, position) for position, arm in enumerate(arms))
    return campaign


@transaction.atomic
def duplicate_campaign(*, campaign: Campaign, actor: User | None) -> Campaign:
    """Creates a draft with the same words, dates and arms."""
    values = {name: getattr(campaign, name) for name in FIELDS} | {"name": f"{campaign.name[:113]} (copy)"}
    arms = [
        DraftArm(variant.name, variant.reward_template, variant.weight, variant.locked)
        for variant in campaign.variants.all()
    ]
    copy = save_draft(merchant=campaign.merchant, campaign=None, values=values, arms=arms, actor=actor)
    assert copy is not None  # noqa: S101 - a new draft is never published meanwhile
    return copy


@transaction.atomic
def delete_draft(*, campaign: Campaign, actor: User | None) -> bool:
    """Deletes a draft or a refused campaign. Returns False if it is neither any more."""
    drafts = Campaign.objects.drafts().select_for_update().filter(pk=campaign.pk, thanx_id="")
    if not drafts.exists():
        return False
    note_activity(campaign, actor, f"Deleted the campaign “{campaign.name}”.")
    unlink_activity(campaign)
    drafts.delete()
    return True
