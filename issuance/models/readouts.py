"""When a campaign tells what its rewards brought, and what it told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.models import Campaign, CampaignQuerySet
from issuance.models.lists import GuestList
from issuance.models.states import ListState
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText

USUAL_WAIT = timedelta(days=30)  # after issuing, where rewards can be redeemed without an end


class ReadOutQuerySet(models.QuerySet["ReadOut"]):
    def told(self, merchant: Merchant | int, now: datetime | None = None) -> ReadOutQuerySet:
        """Those that can be looked at, the latest first."""
        told = self.open_at(now or timezone.now()).filter(campaign__merchant=merchant, computed_at__isnull=False)
        return told.select_related("campaign").defer("campaign__raw").order_by("-read_out_at", "-pk")

    def open_at(self, now: datetime) -> ReadOutQuerySet:
        """Those whose date has come, or which were opened before it."""
        return self.filter(Q(read_out_at__lte=now) | Q(opened_at__isnull=False))


class ReadOut(models.Model):
    """The read-out of a campaign: its date, chosen before outcomes are known, and from then on its numbers.

    Until then nothing about outcomes is computed, so that nobody can look and stop at a lucky moment.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.PROTECT, related_name="read_out")
    read_out_at = models.DateTimeField(help_text="Purchases from issuing until then count.")
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When somebody opened it before its date.")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_why = KeptText(max_length=300, blank=True)
    costs = models.JSONField(default=dict, blank=True, help_text="Cents of one redeemed reward, by arm, as entered.")
    numbers = models.JSONField(null=True, blank=True, help_text="What the pages show: see `readout.computing`.")
    computed_at = models.DateTimeField(null=True, blank=True)

    objects = ReadOutQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["read_out_at"], name="read_out_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_why="") | Q(opened_at__isnull=False, opened_why__gt=""),
                name="opened_early_says_why",
            ),
            models.CheckConstraint(
                condition=Q(computed_at=None) | Q(computed_at__gte=F("read_out_at")) | Q(opened_at__isnull=False),
                name="nothing_is_computed_before_the_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Read-out of campaign {self.campaign_id}"

    @property
    def is_open(self) -> bool:
        """Whether outcomes may be shown."""
        return self.opened_at is not None or self.read_out_at <= timezone.now()

    @property
    def until(self) -> datetime:
        """The end of what counts."""
        return min(self.read_out_at, timezone.now())

    @property
    def outcomes_begun(self) -> bool:
        """Whether a list was issued, so that there are outcomes to be kept from."""
        return GuestList.objects.filter(campaign=self.campaign, planned_at__isnull=False, one_guest=False).exists()

    @property
    def known_until(self) -> datetime | None:
        """Up to when its numbers know purchases, if that is before its date."""
        until = datetime.fromisoformat(self.numbers["until"]) if self.numbers else self.read_out_at
        return until if until < self.read_out_at else None


def read_out_of(campaign: Campaign) -> ReadOut:
    """The campaign's read-out; not saved yet, with the usual date, as long as nobody chose one."""
    return ReadOut.objects.filter(campaign=campaign).first() or ReadOut(
        campaign=campaign, read_out_at=usual_date(campaign)
    )


def saved_read_out_of(campaign: Campaign) -> ReadOut:
    """The same, saved."""
    date = {"read_out_at": read_out_of(campaign).read_out_at}
    return ReadOut.objects.get_or_create(campaign=campaign, defaults=date)[0]


def still_compared(merchant: Merchant | int) -> CampaignQuerySet:
    """Campaigns whose read-out is still to come, so that a reward to a guest of Control would spoil it."""
    now = timezone.now()
    usual = Q(read_out=None) & (Q(redeemable_to=None) | Q(redeemable_to__gt=now))
    return Campaign.objects.filter(usual | Q(read_out__read_out_at__gt=now), merchant=merchant, state="published")


def usual_date(campaign: Campaign) -> datetime:
    """The last day on which rewards can be redeemed; 30 days after the first list where there is none. Never so late
    that its guests can't be told any more."""
    first = first_start(campaign)
    return min(campaign.redeemable_to or first + USUAL_WAIT, last_date(first))


def first_start(campaign: Campaign) -> datetime:
    """When its first list was issued, else is scheduled to be; now where nothing of it is launched."""
    launched = Q(planned_at__isnull=False) | Q(state=ListState.HELD)
    lists = GuestList.objects.filter(launched, campaign=campaign, one_guest=False)
    return lists.aggregate(first=models.Min(Coalesce("planned_at", "launch_at")))["first"] or timezone.now()


def last_date(issued_at: datetime) -> datetime:
    """Up to when purchases of guests are kept who were issued to then; a day before, as loading takes its time."""
    return issued_at + timedelta(days=settings.RETENTION_DAYS - 1)
