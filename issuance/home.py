"""What a merchant's people should see first: what needs them, what is running, what came last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Sum
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, CampaignState, RewardTemplate
from issuance.models import IssuanceJob, Recipient, RecipientList
from issuance.reasons import FINAL
from issuance.states import JobState, ListState, Outcome
from thanxportal.accounts.models import Merchant, Right

MOST = 5  # of each kind
RECENT = timedelta(days=14)


class Need(NamedTuple):
    """Something that waits for a person, and the place where it is done; nobody of the merchant if `right` is None."""

    title: str
    text: str
    tone: str
    url: str
    action: str
    right: Right | None
    asker: int | None = None  # who may not answer what they asked themselves


def needs_of(merchant: Merchant) -> list[Need]:
    """Problems first, then decisions, then unfinished drafts."""
    return [need for finder in FINDERS for need in finder(merchant)]


def _lists(merchant: Merchant, **terms: object) -> list[RecipientList]:
    found = list(RecipientList.objects.for_merchant(merchant).filter(**terms)[:MOST])
    for recipient_list in found:
        recipient_list.merchant = merchant
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
    for campaign in Campaign.objects.for_merchant(merchant).taking_guests().giving_what_was_withdrawn()[:MOST]:
        yield Need(
            f"“{campaign.name}” gives a reward that Thanx no longer publishes.",
            "Guests that you add may be refused. Copy the campaign and give them another reward.",
            "warn",
            reverse("campaigns:campaign_detail", args=[merchant.handle, campaign.pk]),
            "Look at it",
            Right.BUILD,
        )


def _reviews(merchant: Merchant) -> Iterator[Need]:
    jobs = IssuanceJob.objects.filter(merchant=merchant, state=JobState.NEEDS_REVIEW)
    groups = jobs.values("recipient_list", "recipient_list__name").annotate(jobs=Count("pk")).order_by()
    for group in groups[:MOST]:
        count = group["jobs"]
        yield Need(
            f"{count:,} job{'' if count == 1 else 's'} of “{group['recipient_list__name']}” "
            f"need{'s' if count == 1 else ''} review.",
            "Thanx’s answer isn’t clear. Staff look at it; nobody is rewarded twice meanwhile.",
            "warn",
            reverse("issuance:list_detail", args=[merchant.handle, group["recipient_list"]]),
            "See the list",
            None,
        )


def _refusals(merchant: Merchant) -> Iterator[Need]:
    """Refused guests who are in no retry yet."""
    since = timezone.now() - RECENT
    ended = RecipientList.objects.for_merchant(merchant).filter(ended_at__gte=since)
    left = Recipient.objects.filter(recipient_list=OuterRef("pk"), outcome=Outcome.REFUSED, retries=None)
    for found in ended.filter(Exists(left.exclude(reason__in=FINAL)), refused_count__gt=0)[:MOST]:
        count = found.refused_count
        yield Need(
            f"{count:,} guest{'' if count == 1 else 's'} of “{found.name}” {'was' if count == 1 else 'were'} refused.",
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
    for campaign in Campaign.objects.for_merchant(merchant).drafts()[:MOST]:
        refused = campaign.state == CampaignState.REFUSED
        yield Need(
            f"The campaign “{campaign.name}” {'was refused by Thanx' if refused else 'is a draft'}.",
            campaign.problem if refused else "Finish and publish it before you bring guests.",
            "bad" if refused else "",
            reverse("campaigns:campaign_edit", args=[merchant.handle, campaign.pk]),
            "Correct it" if refused else "Finish it",
            Right.BUILD,
        )


FINDERS: tuple[Callable[[Merchant], Iterator[Need]], ...] = (
    _safety_stops,
    _approvals,
    _columns,
    _reviews,
    _refusals,
    _checked,
    _withdrawn,
    _drafts,
)


class Running(NamedTuple):
    list: RecipientList
    done: int
    total: int
    detail: str


def running_of(merchant: Merchant) -> list[Running]:
    """Lists on their way, with how far they are: bytes while read, guests while issued."""
    lists = RecipientList.objects.for_merchant(merchant).running()
    return [_running(found) for found in lists.annotate(processed=Sum("jobs__processed_count"))[:MOST]]


def _running(found: RecipientList) -> Running:
    if found.status in (ListState.UPLOADED, ListState.READING):
        return Running(found, found.bytes_read, found.bytes_total, f"{found.rows_count:,} rows read")
    if found.status == ListState.REPAIRING:
        return Running(found, 0, 0, "Rows are being repaired")
    if found.status == ListState.HELD:
        return Running(found, 0, found.waiting_count, f"{found.waiting_count:,} guests wait for the start")
    total = found.waiting_count + found.rewarded_count + found.refused_count + found.unknown_count
    detail = f"{found.rewarded_count:,} of {total:,} rewarded"
    return Running(found, found.processed or 0, total, detail)  # type: ignore[attr-defined]


def latest_of(merchant: Merchant) -> list[RecipientList]:
    return list(RecipientList.objects.for_merchant(merchant)[:MOST])


class Mirror(NamedTuple):
    """How many reward templates Thanx publishes for the merchant, and when that was last asked."""

    templates: int
    seen_at: datetime | None


def mirror_of(merchant: Merchant) -> Mirror:
    published = RewardTemplate.objects.for_merchant(merchant).published().order_by()
    found = published.aggregate(templates=Count("pk"), seen_at=Max("seen_at"))
    return Mirror(found["templates"], found["seen_at"])
