"""The kinds of what needs a person of a merchant: a table of them, each with its rows and its sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.models import Campaign, CampaignState
from issuance.importing.broken_files import rows_before_break
from issuance.launching.retries import refused_and_left, taken_from
from issuance.models import GuestList
from issuance.models.states import ListState, Outcome
from issuance.outcomes.glance import MANY, MOST, RECENT, Around, CountOf, Glance
from thanxportal.accounts.models import Right
from thanxportal.counted import counted
from thanxportal.prepared import Prepared

UNCOUNTED = "Guests who opted out or are in a retry already aren’t counted."
Words = str | Callable[[Any], str]  # a format that takes the row, or a function of the row


class Kind(NamedTuple):
    """One kind of need: which rows wait (one more than is shown), and what is said of each."""

    rows: Callable[[Glance], Iterable[Any]]
    title: Words
    text: Words
    action: Words
    right: Right | None
    tone: Words = "warn"
    page: str = "issuance:list_detail"
    page_of_all: str = "issuance:list_index"
    asker_may_answer: bool = True
    pk: Callable[[Any], int] = attrgetter("pk")  # of what the page shows


def _lists(state: ListState) -> Callable[[Glance], list[Any]]:
    def rows(glance: Glance) -> list[Any]:
        lists = glance.lists_in(state)
        for guest_list in lists:
            guest_list.merchant = glance.merchant
        return lists

    return rows


def _stopped(glance: Glance) -> list[Any]:
    return [guest_list for guest_list in glance.lists_in(ListState.ISSUING) if guest_list.safety_stop_at]


def _unreadable(glance: Glance) -> list[Any]:
    """Files that nobody could read lately, until the campaign gets another one."""
    newest, since = {one.campaign_id: one.pk for one in reversed(glance.lists)}, timezone.now() - RECENT
    unreadable = glance.lists_in(ListState.UNREADABLE)
    return [one for one in unreadable if newest[one.campaign_id] == one.pk and one.ended_at >= since]


def _refused_files(glance: Glance) -> Iterable[Campaign]:
    """Campaigns from whose folder the last file was refused lately."""
    return (campaign for campaign in glance.campaigns if campaign.file_refused)


def _jobs_for_staff(glance: Glance) -> Iterable[Any]:
    return [guest_list for guest_list in glance.lists if guest_list.jobs_for_staff]


def _jobs_in_words(row: Any) -> str:
    of_list = f"of “{row.name}”"
    return counted(row.jobs_for_staff, f"job {of_list} needs review.", f"jobs {of_list} need review.")


def _refused(glance: Glance) -> Iterable[GuestList]:
    """Lists of people with refused guests who could be sent again and are in no retry yet, where the campaign still
    takes guests.

    Columns of lists tell where all of them are in retries, so that nobody looks for what isn't there.
    """
    now = timezone.now()
    return _with_refused(glance.merchant.pk, now, now - RECENT)


@Prepared
def _with_refused(merchant: int, now: datetime, since: datetime) -> QuerySet[GuestList]:
    campaigns = Campaign.objects.filter(merchant=merchant).taking_guests(now)
    ended = GuestList.objects.filter(merchant=merchant, stream=None, ended_at__gte=since, campaign__in=campaigns)
    left = refused_and_left().filter(guest_list=OuterRef("pk"))
    some = ended.filter(refused_count__gt=taken_from(Outcome.REFUSED)).filter(Exists(left))
    return some.annotate(left=CountOf(left.order_by().values("pk")[:MANY])).order_by("-pk")[: MOST + 1]


def _refused_of_programs(glance: Glance) -> Iterable[Any]:
    return (campaign for campaign in glance.campaigns if campaign.left)


def _left_in_words(count: int, which: str) -> str:
    """The ledger may have more refused guests: not all of them can be sent again."""
    more, be_sent = "or more " if count == MANY else "", "can be corrected and sent again."
    return counted(count, f"refused guest {which} {be_sent}", f"{more}refused guests {which} {be_sent}")


def _checked_in_words(guest_list: GuestList) -> str:
    if guest_list.sent_back_reason:
        return f"An approver wrote: {guest_list.sent_back_reason}"
    rows = f"{guest_list.waiting_count:,} of {counted(guest_list.rows_count, 'row')} would get a reward"
    invalid = f" No guest can be read from {guest_list.invalid_count:,}." if guest_list.invalid_count else ""
    return f"{rows} from “{guest_list.campaign.name}”.{invalid}"


def _withdrawn(glance: Glance) -> Iterable[Campaign]:
    return (campaign for campaign in glance.campaigns if campaign.withdrawn)


def _with_hooks(glance: Glance) -> Iterable[Campaign]:
    """Campaigns for which a tool sent what waits for somebody."""
    return (campaign for campaign in glance.campaigns if campaign.hook)


def _drafts(glance: Glance) -> Iterable[Campaign]:
    return (campaign for campaign in glance.campaigns if campaign.status.editable)


def _draft(campaign: Campaign, refused: str, unfinished: str) -> str:
    """The words for a campaign that Thanx refused, or didn't take for guests who wait, or that nobody has finished."""
    return refused if campaign.state == CampaignState.REFUSED or campaign.preset_id else unfinished


def _draft_in_words(campaign: Campaign) -> str:
    if campaign.preset_id:
        return f"The campaign “{campaign.name}” isn’t published, and guests wait for it."
    return f"The campaign “{campaign.name}” {_draft(campaign, 'was refused by Thanx', 'is a draft')}."


def _silent(glance: Glance) -> Iterable[Around]:
    """Systems to which the portal stopped sending, until somebody turns them on or removes them; all by one need."""
    return [glance.around] if glance.around.silent else []


def _silent_in_words(around: Any) -> str:
    return f"{_one_of('your systems', around.silent)} no longer told what happens."


def _one_of(what: str, count: int) -> str:
    return f"One of {what} and {count - 1} more are" if count > 1 else f"One of {what} is"


def _unsigned(glance: Glance) -> Iterable[Around]:
    """Hooks that refuse what comes, until it is signed as they expect."""
    return [glance.around] if glance.around.unsigned else []


def _ending(glance: Glance) -> Iterable[Around]:
    """Hooks without a campaign that rewards, now or soon, until they get another, are ended or turned off."""
    return [glance.around] if glance.around.ending else []


KINDS = (
    Kind(
        _stopped,
        title="“{0.name}” was stopped by the safety check.",
        text="Many of the guests sent ahead were refused. The rest waits for your decision.",
        action="Decide",
        right=Right.ISSUE,
    ),
    Kind(
        _lists(ListState.AWAITING_APPROVAL),
        title="“{0.name}” waits for approval.",
        text="Rewards of “{0.campaign.name}”: {0.waiting_count:,}, above the threshold of {0.merchant.name}.",
        action="Look and answer",
        right=Right.APPROVE,
        page="issuance:list_approval",
        asker_may_answer=False,
    ),
    Kind(
        _lists(ListState.MAPPING),
        title="“{0.name}” needs its columns.",
        text="Say which column holds the emails and which the phones. Nothing is lost meanwhile.",
        action="Choose the columns",
        right=Right.BUILD,
    ),
    Kind(
        _unreadable,
        title="“{0.name}” can’t be read.",
        text="{0.problem}",
        action=lambda guest_list: "See what was read" if rows_before_break(guest_list) else "Try another file",
        right=Right.BUILD,
        tone="bad",
    ),
    Kind(
        _refused_files,
        title="“{0.file_name}” in the folder of “{0.name}” can’t be taken.",
        text="{0.file_problem}",
        action="See its folder",
        right=Right.MANAGE,
        tone="bad",
        page="issuance:folder",
        page_of_all="issuance:folders",
    ),
    Kind(
        _jobs_for_staff,
        title=_jobs_in_words,
        text="Thanx’s answer isn’t clear. Staff are looking into it. Nobody is rewarded twice in the meantime.",
        action="See the list",
        right=None,
    ),
    Kind(
        _silent,
        title=_silent_in_words,
        text="It took no messages for days, or said that nobody listens there. Turn it on again once it works.",
        action="Look at it",
        right=Right.MANAGE,
        page="issuance:endpoint",
        page_of_all="issuance:endpoints",
    ),
    Kind(
        _unsigned,
        title=lambda around: f"{_one_of('your hooks', around.unsigned)} refusing what its tool sends.",
        text="The signature is wrong: the tool may have a new secret. What is refused isn’t kept.",
        action="Look at it",
        right=Right.MANAGE,
        tone="bad",
        page="issuance:hook",
        page_of_all="issuance:hooks",
        pk=attrgetter("unsigned_pk"),
    ),
    Kind(
        _ending,
        title=lambda around: f"{_one_of('your hooks', around.ending)} without a campaign, now or within three days.",
        text="Its campaign ends. What a tool sends after that waits, until the hook gets another campaign.",
        action="Choose a campaign",
        right=Right.MANAGE,
        page="issuance:hook",
        page_of_all="issuance:hooks",
        pk=attrgetter("ending_pk"),
    ),
    Kind(
        _refused,
        title=lambda guest_list: _left_in_words(guest_list.left, f"of “{guest_list.name}”"),
        text=f"See why Thanx refused them. {UNCOUNTED}",
        action="Correct and retry",
        right=Right.ISSUE,
        tone="bad",
    ),
    Kind(
        _with_hooks,
        title="What a tool sent for “{0.name}” waits.",
        text="Its hook can’t tell on its own whether to reward these guests. Nothing is lost meanwhile.",
        action="Look and decide",
        right=Right.MANAGE,
        page="issuance:hook",
        page_of_all="issuance:hooks",
        pk=attrgetter("hook"),
    ),
    Kind(
        _refused_of_programs,
        title=lambda campaign: _left_in_words(campaign.left, f"whom programs asked for in “{campaign}”"),
        text=f"The lists of the last two weeks say why, and are where you send them again. {UNCOUNTED}",
        action="See its lists",
        right=Right.ISSUE,
        tone="bad",
        page="issuance:campaign_lists",
    ),
    Kind(
        _lists(ListState.CHECKED),
        title=lambda guest_list: (
            f"“{guest_list.name}” {'was sent back' if guest_list.sent_back_reason else 'is checked but not issued'}."
        ),
        text=_checked_in_words,
        action=lambda guest_list: "Change it and ask again" if guest_list.sent_back_reason else "Check and issue",
        right=Right.ISSUE,
    ),
    Kind(
        _withdrawn,
        title="“{0.name}” gives a reward that Thanx no longer publishes.",
        text="Guests that you add may be refused. Copy the campaign and give them another reward.",
        action="Look at it",
        right=Right.BUILD,
        page="campaigns:campaign_detail",
        page_of_all="campaigns:campaign_list",
    ),
    Kind(
        _drafts,
        title=_draft_in_words,
        text=lambda campaign: _draft(campaign, campaign.problem, "Finish and publish it before you bring guests."),
        action=lambda campaign: _draft(campaign, "Correct it", "Finish it"),
        right=Right.BUILD,
        tone=lambda campaign: _draft(campaign, "bad", ""),
        page="campaigns:campaign_edit",
        page_of_all="campaigns:campaign_list",
    ),
)
