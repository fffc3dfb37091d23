"""Takes one guest for a reward without a campaign: the merchant's preset makes one, and the guest waits for it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, RewardPreset, RewardTemplate
from campaigns.on_the_fly import CantMake, campaign_of_period
from campaigns.publishing_rules import OPTED_OUT
from issuance.events.asked import Asked, asked_for
from issuance.events.receiving import Refused, batch_of, give_up, keep
from issuance.importing.batches import guest_hasher
from issuance.launching.one_guest import controls_of
from issuance.models import EventBatch, GuestList
from issuance.parsing.identifiers import identity
from thanxportal.accounts.models import ApiToken, Merchant
from thanxportal.counted import counted

NO_PRESET = (
    "Rewards on the fly are off. A manager turns them on in the portal: Settings, Integrations, Rewards on the fly."
)


class NoGuest(Exception):
    """`args[0]` is the code of what keeps the guest from being one."""


class TooManyInPeriod(Exception):
    """The preset allows no more guests. `args[0]` says so, `args[1]` is the first day on which there is room again."""


@transaction.atomic
def receive_on_the_fly(
    *, template: RewardTemplate, token: ApiToken, guest: dict[str, Any]
) -> tuple[EventBatch, Campaign | None]:
    """The batch, and the campaign if it was made for it and is to be published. Raises Refused, NoGuest,
    TooManyInPeriod and TooManyToday, and keeps nothing then."""
    merchant, today = token.merchant, timezone.localdate()
    (asked,) = asked_for([guest], merchant)
    if asked.code:
        raise NoGuest(asked.code)
    preset = _preset_of(merchant)
    until = preset.take(1, today)
    if until is None:
        most = counted(preset.guests_per_period, "guest")
        raise TooManyInPeriod(f"Rewards on the fly are for {most} a {preset.period} at most.", preset.room_again(today))
    by, actor = token.name, token.created_by
    try:
        campaign, made = campaign_of_period(preset=preset, template=template, day=today, actor=actor, by=by)
    except CantMake as why:
        raise Refused(*why.args) from None
    if campaign.has_ended:
        raise Refused(f"“{campaign.name}” has ended, so it takes no guests.")
    batch = batch_of(campaign, token, [asked], preset_until=until)
    keep(batch)
    if _held_out(campaign, asked):
        give_up(batch, EventBatch.CONTROL)
    return batch, campaign if made else None


def _preset_of(merchant: Merchant) -> RewardPreset:
    preset = RewardPreset.objects.in_force(merchant)
    if preset is None:
        raise Refused(NO_PRESET)
    if merchant.opted_out:
        raise Refused(OPTED_OUT.format(merchant, "nobody can be rewarded"))
    preset.merchant = merchant
    return preset


def _held_out(campaign: Campaign, asked: Asked) -> bool:
    """Whether another campaign holds the guest out, to learn what rewards change: this one has a single arm."""
    digest = guest_hasher(GuestList(merchant=campaign.merchant))(identity(asked.value))
    return bool(controls_of(campaign, asked.value, digest))
