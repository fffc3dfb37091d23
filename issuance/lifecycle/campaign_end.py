"""The end of a campaign: from then on, by the database's time, nobody is sent a reward of it for the first time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from campaigns.models import Campaign
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import ListState
from thanxportal import database_clock

CAMPAIGN_ENDED = "CAMPAIGN_ENDED"  # the problem code of a job that was planned, but not sent by then


def has_ended(campaign: Campaign) -> bool:
    return campaign.is_over(database_clock.now())


def ended_before_all_were_sent(guest_list: GuestList) -> bool:
    """Whether guests of a stopped list got nothing for this reason, and not because of people: then it was planned."""
    jobs = IssuanceJob.objects.filter(guest_list=guest_list).order_by()
    codes = set(jobs.values_list("problem_code", flat=True).distinct())
    return CAMPAIGN_ENDED in codes or not codes


def why_not_sent(guest_list: GuestList, code: str | None) -> str:
    """Why a waiting guest of the list gets nothing, if for this reason: `code` is the problem code of the guest's job,
    None without a job."""
    late = code == CAMPAIGN_ENDED or (code is None and guest_list.state == ListState.STOPPED)
    return not_sent_in_words(guest_list) if late else ""


def not_sent_in_words(guest_list: GuestList) -> str:
    """What is said of each of those guests."""
    return f"Not sent: {ended_in_words(guest_list)}."


def ended_in_words(guest_list: GuestList) -> str:
    """Part of a sentence, with the time as the merchant's clocks show it and as its locale writes it."""
    end = guest_list.campaign.end_at
    if end is None:
        return "the campaign ended"
    local = end.astimezone(ZoneInfo(guest_list.merchant.time_zone))
    with translation.override(guest_list.merchant.locale):
        return f"the campaign ended on {date_format(local, 'DATETIME_FORMAT')}"
