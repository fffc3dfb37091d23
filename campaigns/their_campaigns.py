"""Reads campaigns as Thanx has them, and compares them with ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from campaigns.models import Campaign, CampaignAtThanx
from campaigns.publishing_rules import DATES
from thanxportal.partner_api import Campaign as TheirCampaign

WORDS = {"name": "Name", "objective": "Objective", "fine_print": "Fine print"}
DATE_WORDS = {
    "start_at": "Starts",
    "end_at": "Ends",
    "redeemable_from": "Redeemable from",
    "redeemable_to": "Redeemable until",
}
MOST_WORDS = 200  # shown of a text


def dates_of(theirs: TheirCampaign) -> dict[str, datetime | None]:
    """Returns Thanx's four dates by our names, to the second; None for what can't be read."""
    return {name: _moment(getattr(theirs, name), theirs.time_zone) for name in DATES}


def our_dates(campaign: Campaign) -> dict[str, datetime]:
    """Returns the dates as Thanx gets them. Raises ValueError if one is missing."""
    dates = {name: getattr(campaign, name) for name in DATES}
    if None in dates.values():
        raise ValueError(f"Campaign {campaign.pk} lacks a date.")
    return {name: moment.replace(microsecond=0) for name, moment in dates.items()}


def is_same(campaign: Campaign, theirs: TheirCampaign) -> bool:
    """Tells whether a campaign at Thanx is the one that an earlier attempt created."""
    same_dates = dates_of(theirs) == our_dates(campaign)
    return theirs.name == campaign.name and same_dates and bool(variant_ids(campaign, theirs))


def variant_ids(campaign: Campaign, theirs: TheirCampaign) -> dict[int, str]:
    """Returns our variant's id -> Thanx's; empty unless all match by name and template."""
    ids = {(variant.name, variant.reward_template_id or None): variant.id for variant in theirs.variants}
    ours = {
        variant.pk: (variant.name, variant.reward_template.thanx_id if variant.reward_template else None)
        for variant in campaign.variants.all()
    }
    return {pk: ids[key] for pk, key in ours.items()} if set(ours.values()) == set(ids) else {}


def _moment(text: str, time_zone: str) -> datetime | None:
    """Reads a time of Thanx. If it has no offset, it is in the campaign's time zone."""
    try:
        moment = parse_datetime(text)
        zone = ZoneInfo(time_zone or "UTC")
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None
    if moment is None or not 1900 < moment.year < 9000:  # Others overflow in some time zone.
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).replace(microsecond=0)


def differences(campaign: Campaign, at_thanx: CampaignAtThanx, *, now: datetime) -> list[str]:
    """Says in sentences where Thanx's campaign isn't ours as it was published. Both are of one merchant."""
    return [*_of_state(campaign, at_thanx, now), *_of_fields(campaign, at_thanx), *_of_arms(campaign, at_thanx)]


def _of_state(campaign: Campaign, at_thanx: CampaignAtThanx, now: datetime) -> Iterator[str]:
    running = campaign.start_at and campaign.end_at and campaign.start_at <= now < campaign.end_at
    if at_thanx.unknown:
        yield "Thanx no longer knows this campaign, and may refuse its guests."
    elif at_thanx.withdrawn_at and running:
        yield "Thanx no longer lists it among the active campaigns, and may refuse its guests."


def _of_fields(campaign: Campaign, at_thanx: CampaignAtThanx) -> Iterator[str]:
    if at_thanx.unknown:
        return
    for name, label in WORDS.items():
        ours, theirs = (" ".join(getattr(row, name).split()) for row in (campaign, at_thanx))
        if ours != theirs:
            yield f"{label}: {_quoted(theirs)} at Thanx, {_quoted(ours)} here."
    for name, label in DATE_WORDS.items():
        moments = (getattr(row, name) for row in (campaign, at_thanx))
        ours, theirs = (moment and date_format(localtime(moment), "M j, Y, g:i:s A") for moment in moments)
        if theirs and ours != theirs:
            yield f"{label}: {theirs} at Thanx, {ours} here."


def _of_arms(campaign: Campaign, at_thanx: CampaignAtThanx) -> Iterator[str]:
    if at_thanx.unknown:
        return
    ours = {
        (arm.name, arm.reward_template.thanx_id if arm.reward_template else None) for arm in campaign.variants.all()
    }
    if ours != {(arm["name"], arm["reward_template_id"]) for arm in at_thanx.arms}:
        names = ", ".join(_quoted(arm["name"]) for arm in at_thanx.arms) or "none"
        yield f"The arms or what they give differ. At Thanx: {names}."


def _quoted(text: str) -> str:
    return f"“{text[:MOST_WORDS]}”" if text else "nothing"
