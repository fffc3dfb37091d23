"""What a merchant's people should see first: what needs them, what is running, what came last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Subquery, Sum
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, CampaignState, RewardTemplate
from issuance.importing.broken_files import rows_before_break
from issuance.launching.retries import refused_and_left, taken_from
from issuance.models import GuestList, IssuanceJob
from issuance.models.states import JobState, ListState, Outcome
from thanxportal.accounts.models import Merchant, Right

MOST = 5  # of each kind
MANY = 1_000  # guests; beyond that nobody counts them for the home page
RECENT = timedelta(days=14)


class Need(NamedTuple):
    """Something that waits for a person, and the place where it is done; nobody of the merchant if `right` is None.

    `more` is no such thing itself: it stands for those of one kind for which there is no room.
    """

    title: str
    text: str
    tone: str
    url: str
    action: str
    right: Right | None
    asker: int | None = None  # who may not answer what they asked themselves
    more: bool = False


def needs_of(merchant: Merchant) -> list[Need]:
    """Problems first, then decisions, then unfinished drafts; a few of each kind."""
    found = ((list(finder(merchant)), reverse(place, args=[merchant.handle])) for finder, place in FINDERS)
    return [need for needs, place in found for need in _few(needs, place)]


def _few(needs: list[Need], url: str) -> list[Need]:
    if len(needs) <= MOST:
        return needs
    text = f"Only the latest {MOST} of this kind are shown here."
    return [*needs[:MOST], Need("There are more like these.", text, "", url, "See all", needs[0].right, more=True)]


def _lists(merchant: Merchant, **terms: object) -> list[GuestList]:
    found = list(GuestList.objects.for_merchant(merchant).filter(**terms)[: MOST + 1])
    for guest_list in found:
        guest_list.merchant = merchant
    return found


def _safety_stops(merchant: Merchant) -> Iterator[Need]:
    for found in _lists(merchant, state=ListState.ISSUING, safety_stop_at__isnull=False):
        yield Need(
            f"“{found.name}” was stopped by the safety check.",
            "Many of the guests sent ahead were refused. The rest waits for your decision.",
            "warn",
            reverse("issuance:list_detail", args=[merchant.handle, found.pk]),
            "Decide",
            Right.ISSUE,
        )


def _approvals(merchant: Merchant) -> Iterator[Need]:
    for found in _lists(merchant, state=ListState.AWAITING_APPROVAL):
        yield Need(
            f"“{found.name}” waits for approval.",
            f"{found.waiting_count:,} rewards of “{found.campaign.name}”, above the threshold of {merchant.name}.",
            "warn",
            reverse("issuance:list_approval", args=[merchant.handle, found.pk]),
            "Look and answer",
            Right.APPROVE,
            found.launched_by_id,
        )


def _columns(merchant: Merchant) -> Iterator[Need]:
    for found in _lists(merchant, state=ListState.MAPPING):
        yield Need(
            f"“{found.name}” needs its columns.",
            "Say which column holds the emails and which the phones. Nothing is lost meanwhile.",
            "warn",
            reverse("issuance:list_detail", args=[merchant.handle, found.pk]),
            "Choose the columns",
            Right.BUILD,
        )


def _withdrawn(merchant: Merchant) -> Iterator[Need]:
    for campaign in Campaign.objects.for_merchant(merchant).taking_guests().giving_what_was_withdrawn()[: MOST + 1]:
        yield Need(
            f"“{campaign.name}” gives a reward that Thanx no longer publishes.",
            "Guests that you add may be refused. Copy the campaign and give them another reward.",
            "warn",
            reverse("campaigns:campaign_detail", args=[merchant.handle, campaign.pk]),
            "Look at it",
            Right.BUILD,
        )


def _reviews(merchant: Merchant) -> Iterator[Need]:
    jobs = IssuanceJob.objects.filter(merchant=merchant, state=JobState.NEEDS_STAFF)
    groups = jobs.values("guest_list", "guest_list__name").annotate(jobs=Count("pk")).order_by()
    for group in groups[: MOST + 1]:
        count = group["jobs"]
        yield Need(
            f"{count:,} job{'' if count == 1 else 's'} of “{group['guest_list__name']}” "
            f"need{'s' if count == 1 else ''} review.",
            "Thanx’s answer isn’t clear. Staff look at it; nobody is rewarded twice meanwhile.",
            "warn",
            reverse("issuance:list_detail", args=[merchant.handle, group["guest_list"]]),
            "See the list",
            None,
        )


def _unreadable(merchant: Merchant) -> Iterator[Need]:
    """Files that nobody could read, until the campaign gets another one."""
    later = GuestList.objects.filter(campaign=OuterRef("campaign"), pk__gt=OuterRef("pk"))
    lists = GuestList.objects.for_merchant(merchant).filter(~Exists(later), ended_at__gte=timezone.now() - RECENT)
    for found in lists.filter(state=ListState.UNREADABLE)[: MOST + 1]:
        yield Need(
            f"“{found.name}” can’t be read.",
            found.problem,
            "bad",
            reverse("issuance:list_detail", args=[merchant.handle, found.pk]),
            "See what was read" if rows_before_break(found) else "Try another file",
            Right.BUILD,
        )


class CountOf(Subquery):
    """How many rows a query finds: no more than its LIMIT, which bounds the work as well."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _refusals(merchant: Merchant) -> Iterator[Need]:
    """Refused guests who could be sent again and are in no retry yet, where the campaign still takes guests.

    Columns of lists tell where all of them are in retries, so that nobody looks for what isn't there.
    """
    since = timezone.now() - RECENT
    campaigns = Campaign.objects.for_merchant(merchant).taking_guests().order_by()
    ended = GuestList.objects.for_merchant(merchant).filter(ended_at__gte=since, campaign__in=campaigns)
    left = refused_and_left().filter(guest_list=OuterRef("pk"))
    some = ended.filter(refused_count__gt=taken_from(Outcome.REFUSED)).filter(Exists(left))
    for found in some.annotate(left=CountOf(left.order_by().values("pk")[:MANY]))[: MOST + 1]:
        count, many = found.left, found.left == MANY  # type: ignore[attr-defined]
        yield Need(
            f"{count:,}{' or more' if many else ''} guest{'' if count == 1 else 's'} of “{found.name}” "
            f"{'was' if count == 1 else 'were'} refused.",
            "See why, correct them, and send them again.",
            "bad",
            reverse("issuance:list_detail", args=[merchant.handle, found.pk]),
            "Correct and retry",
            Right.ISSUE,
        )


def _checked(merchant: Merchant) -> Iterator[Need]:
    for found in _lists(merchant, state=ListState.CHECKED):
        invalid = f" No guest can be read from {found.invalid_count:,}." if found.invalid_count else ""
        yield Need(
            f"“{found.name}” is checked but not issued.",
            f"{found.waiting_count:,} of {found.rows_count:,} rows would get a reward from “{found.campaign.name}”."
            f"{invalid}",
            "warn",
            reverse("issuance:list_detail", args=[merchant.handle, found.pk]),
            "Check and issue",
            Right.ISSUE,
        )


def _drafts(merchant: Merchant) -> Iterator[Need]:
    for campaign in Campaign.objects.for_merchant(merchant).drafts()[: MOST + 1]:
        refused = campaign.state == CampaignState.REFUSED
        yield Need(
            f"The campaign “{campaign.name}” {'was refused by Thanx' if refused else 'is a draft'}.",
            campaign.problem if refused else "Finish and publish it before you bring guests.",
            "bad" if refused else "",
            reverse("campaigns:campaign_edit", args=[merchant.handle, campaign.pk]),
            "Correct it" if refused else "Finish it",
            Right.BUILD,
        )


LISTS, CAMPAIGNS = "issuance:list_index", "campaigns:campaign_list"
FINDERS: tuple[tuple[Callable[[Merchant], Iterator[Need]], str], ...] = (  # each with the place of all of its kind
    (_safety_stops, LISTS),
    (_approvals, LISTS),
    (_columns, LISTS),
    (_unreadable, LISTS),
    (_reviews, LISTS),
    (_refusals, LISTS),
    (_checked, LISTS),
    (_withdrawn, CAMPAIGNS),
    (_drafts, CAMPAIGNS),
)


class Running(NamedTuple):
    list: GuestList
    done: int
    total: int
    detail: str


def running_of(merchant: Merchant) -> list[Running]:
    """Lists on their way, with how far they are: bytes while read, guests while issued."""
    lists = GuestList.objects.for_merchant(merchant).running()
    return [_running(found) for found in lists.annotate(processed=Sum("jobs__processed_count"))[:MOST]]


def _running(found: GuestList) -> Running:
    if found.status in (ListState.UPLOADED, ListState.READING):
        return Running(found, found.bytes_read, found.bytes_total, f"{found.rows_count:,} rows read")
    if found.status == ListState.REPAIRING:
        return Running(found, 0, 0, "Rows are being repaired")
    if found.status == ListState.HELD:
        return Running(found, 0, found.waiting_count, f"{found.waiting_count:,} guests wait for the start")
    total = found.waiting_count + found.rewarded_count + found.refused_count + found.unknown_count
    detail = f"{found.rewarded_count:,} of {total:,} rewarded"
    return Running(found, found.processed or 0, total, detail)  # type: ignore[attr-defined]


def latest_of(merchant: Merchant) -> list[GuestList]:
    return list(GuestList.objects.for_merchant(merchant)[:MOST])


class Mirror(NamedTuple):
    """How many reward templates Thanx publishes for the merchant, and when that was last asked."""

    templates: int
    seen_at: datetime | None


def mirror_of(merchant: Merchant) -> Mirror:
    published = RewardTemplate.objects.for_merchant(merchant).published().order_by()
    found = published.aggregate(templates=Count("pk"), seen_at=Max("seen_at"))
    return Mirror(found["templates"], found["seen_at"])
