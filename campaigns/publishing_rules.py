"""Checks what a campaign needs before it can be published, in a marketer's words (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from campaigns.builder_actions import MOST_ARMS
from campaigns.models import Campaign, Variant

OPTED_OUT = "Thanx no longer lists {}: {} until it has opted in to this portal again."
DATES = ("start_at", "end_at", "redeemable_from", "redeemable_to")
LONG_PAST = timedelta(days=366)  # A start before that is a slip of the keyboard.


def problems(campaign: Campaign, variants: Sequence[Variant], *, now: datetime) -> list[str]:
    """Returns each reason why Thanx would refuse it, as a sentence that says what to do; empty if there is none."""
    about = (_about_merchant(campaign), _about_words(campaign), _about_dates(campaign, now))
    return [*chain(*about), *_about_arms(campaign, variants)]


def _about_merchant(campaign: Campaign) -> Iterator[str]:
    if campaign.merchant.opted_out:
        yield OPTED_OUT.format(campaign.merchant, "nothing can be published")


def _about_words(campaign: Campaign) -> Iterator[str]:
    if not campaign.name.strip():
        yield "Give the campaign a name."


def _about_dates(campaign: Campaign, now: datetime) -> Iterator[str]:
    start, end, opens, closes = (getattr(campaign, name) for name in DATES)
    if not (start and end and opens and closes):
        yield "Fill in all four dates: when the campaign runs and when its rewards can be redeemed."
        return
    if end <= start:
        yield "The campaign has to end after it starts."
    if start <= now - LONG_PAST:
        yield f"The campaign starts in {start.year}, more than a year ago. Check the year."
    if end <= now:
        yield "The campaign’s end is in the past."
    if closes <= opens:
        yield "Redeeming has to end after it begins."
    if closes <= start:
        yield "Redeeming ends before the campaign starts: nobody could use the reward."
    if closes < end:
        yield "Rewards have to stay redeemable until the campaign ends."
    zone = ZoneInfo(campaign.merchant.time_zone)
    if len({moment.astimezone(zone).date() for moment in (start, end, opens, closes)}) == 1:
        yield "All four dates are on the same day: give guests time to redeem."


def _about_arms(campaign: Campaign, variants: Sequence[Variant]) -> Iterator[str]:
    rewards = [variant for variant in variants if not variant.is_control]
    if not rewards:
        yield "Pick a reward for at least one arm."
    if len(variants) > MOST_ARMS:
        yield f"A campaign has at most {MOST_ARMS} arms, Control included."
    if len({variant.name for variant in variants}) < len(variants):
        yield "Give each arm a name of its own, and use Control once."
    total = sum(variant.weight for variant in variants)
    if variants and total != 100:
        yield f"The shares of the arms add up to {total}%. Make them 100%."
    for variant in rewards:
        template = variant.reward_template
        if template is None or template.merchant_id != campaign.merchant_id:
            yield f"Pick a reward for the arm “{variant.name}”."
        elif template.withdrawn_at is not None:
            yield f"“{template.name}” is no longer published at Thanx. {_instead(campaign, variant)}"


def _instead(campaign: Campaign, variant: Variant) -> str:
    if campaign.promised:
        return "Guests were promised it: publish the campaign once Thanx has it again."
    return f"Pick another reward for “{variant.name}”."
