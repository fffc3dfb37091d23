"""Saves, copies and deletes drafts of campaigns."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from campaigns.activity import note_activity, unlink_activity
from campaigns.models import Campaign, CampaignState, RewardTemplate, Variant
from campaigns.reviewed import draft_of
from thanxportal.accounts.models import Merchant, User
from thanxportal.reviewed import check_unchanged

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
    seen: str | None = None,
    by: str = "",
) -> Campaign | None:
    """Creates or overwrites a draft with its arms, but for an arm that guests were promised. Returns None if it was
    published meanwhile. `by` is the program that asked for a new one; the actor made its token.

    A new draft that comes twice with the same `uuid` is created once. With what a person has `seen` of the draft, as
    the form carries it, raises ChangedSinceReview if it was changed meanwhile, unless to the very same.
    """
    fields = {name: values.get(name) for name in FIELDS}
    made = False
    if campaign is None:
        start = {"merchant": merchant, "created_by": actor, "asked_by": by, **fields}
        campaign, made = Campaign.objects.get_or_create(uuid=uuid or uuid4(), defaults=start)
    drafts = Campaign.objects.for_merchant(merchant).drafts().filter(pk=campaign.pk)
    variants = [arm.variant(campaign, position) for position, arm in enumerate(arms)]
    if seen is not None and not made:
        _check_unchanged(_locked(campaign), Campaign(merchant=merchant, **fields), variants, seen)
    # Locks the row: of two saves at the same time, one waits for the other.
    fresh = {"state": CampaignState.DRAFT, "problem": "", "problem_code": "", "updated_at": timezone.now()}
    if not drafts.update(**fresh, **fields):
        return None
    if made:
        note_activity(campaign, actor, f"Drafted the campaign “{campaign.name}”.", by=by)
    if not campaign.promised:
        campaign.variants.all().delete()
        Variant.objects.bulk_create(variants)
    return campaign


def _locked(campaign: Campaign) -> Campaign:
    """The campaign as it is now that nobody else can save it: the same, unless somebody was faster."""
    row = Campaign.objects.select_for_update().filter(pk=campaign.pk)
    same = row.values_list("updated_at", flat=True).first() == campaign.updated_at
    return campaign if same else Campaign.objects.with_variants().get(pk=campaign.pk)


def _check_unchanged(before: Campaign, typed: Campaign, variants: list[Variant], seen: str) -> None:
    """Raises ChangedSinceReview if the draft before this save is neither what was seen nor what was typed."""
    kept = draft_of(before)
    if before.status.editable and kept != draft_of(typed, variants):
        check_unchanged(target_of_draft(before), seen, kept)


def target_of_draft(campaign: Campaign) -> str:
    """What the builder's form is about, already before its first save."""
    return f"draft:{campaign.uuid}"


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
    """Deletes a draft or a refused campaign. Returns False if it is neither any more, or if guests may wait for it."""
    drafts = Campaign.objects.drafts().select_for_update().filter(pk=campaign.pk, thanx_id="", preset=None)
    if not drafts.exists():
        return False
    note_activity(campaign, actor, f"Deleted the campaign “{campaign.name}”.")
    unlink_activity(campaign)
    drafts.delete()
    return True
