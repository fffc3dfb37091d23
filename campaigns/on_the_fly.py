"""Campaigns for rewards on the fly: made of the merchant's preset when the first guest of a reward and period comes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from campaigns.drafts import DraftArm, save_draft
from campaigns.models import Campaign, RewardPreset, RewardTemplate
from campaigns.publishing import request_publication
from campaigns.publishing_rules import problems
from thanxportal.accounts.models import Merchant, User, record_activity
from thanxportal.counted import counted
from thanxportal.reviewed import Facts, check_unchanged

FIELDS_OF_PRESET = ("name", "objective", "fine_print", "period", "guests_per_period", "claim_days", "use_days")


class CantMake(Exception):
    """`args[0]` says why no campaign can be made of the preset now."""


@transaction.atomic
def campaign_of_period(
    *, preset: RewardPreset, template: RewardTemplate, day: date, actor: User, by: str
) -> tuple[Campaign, bool]:
    """The campaign that gives this reward in the period of this day, and whether it was made and handed over for
    publishing just now. Raises CantMake.

    The caller holds the preset's row by `take`, so that of two first guests one makes it and the other finds it. `by`
    is the program that asks; the actor made its token.
    """
    uuid = preset.uuid_of_campaign(template, day)
    if found := Campaign.objects.with_variants().filter(uuid=uuid).first():
        return found, False
    arms = [DraftArm(template.arm_name, template, 100)]
    made = save_draft(
        merchant=preset.merchant, campaign=None, values=preset.values_of_campaign(template, day), arms=arms,
        actor=actor, uuid=uuid, by=by,
    )  # fmt: skip
    assert made is not None  # noqa: S101 - a new draft is never published meanwhile
    Campaign.objects.filter(pk=made.pk).update(preset=preset)
    if not request_publication(campaign=made, actor=actor, by=by):
        raise CantMake(" ".join(problems(made, list(made.variants.all()), now=timezone.now())))
    return Campaign.objects.with_variants().get(pk=made.pk), True


def target_of_preset(merchant: Merchant) -> str:
    return f"preset:{merchant.pk}"


def facts_of_preset(preset: RewardPreset | None) -> Facts:
    """What whoever changes it has seen; nothing of one that nobody has made."""
    if preset is None:
        return {}
    facts = {field.replace("_", " ").capitalize(): str(getattr(preset, field)) for field in FIELDS_OF_PRESET}
    return facts | {"Rewards on the fly": "off" if preset.ended_at else "on"}


@transaction.atomic
def set_preset(
    *, merchant: Merchant, values: dict[str, object], actor: User, path: str, seen: str | None = None
) -> RewardPreset:
    """Makes or changes the preset, also one that had ended. What it is now counts for campaigns made later.

    With what a person has `seen` of it, as the form carries it, raises ChangedSinceReview if it isn't that any more:
    nobody turns on by an old page what somebody else has just turned off.
    """
    if seen is not None:
        before = RewardPreset.objects.select_for_update().filter(merchant=merchant).first()
        check_unchanged(target_of_preset(merchant), seen, facts_of_preset(before))
    preset, _ = RewardPreset.objects.update_or_create(merchant=merchant, defaults=values | {"ended_at": None})
    most = f"at most {counted(preset.guests_per_period, 'guest')} a {preset.period}"
    days = (
        f"rewarded until {counted(preset.claim_days, 'day')} later, usable for {counted(preset.use_days, 'day')} more"
    )
    _note(preset, actor, f"Allowed programs to reward guests on the fly: {most}, {days}.", path)
    return preset


@transaction.atomic
def end_preset(*, preset: RewardPreset, actor: User, path: str) -> bool:
    """Ends it at once for new guests; False if it had ended before."""
    if not RewardPreset.objects.filter(pk=preset.pk, ended_at=None).update(ended_at=timezone.now()):
        return False
    _note(preset, actor, "No longer allowed programs to reward guests on the fly.", path)
    return True


def _note(preset: RewardPreset, actor: User, sentence: str, path: str) -> None:
    record_activity(merchant=preset.merchant, actor=actor, sentence=sentence, path=path)
