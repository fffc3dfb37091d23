"""What programs ask for, until it is gathered into a list, and what they were answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from campaigns.models import Campaign, CampaignState
from issuance.models.list_queries import GuestListQuerySet
from issuance.models.lists import GuestList
from issuance.models.states import ListState
from issuance.models.streams import Stream
from thanxportal.accounts.models import ApiToken, Merchant

MOST_TRIES = 4  # to gather a batch
ANSWERS_KEPT = timedelta(days=30)
UNDECIDED = (ListState.CHECKED, ListState.REPAIRING, ListState.AWAITING_APPROVAL)


class EventBatchQuerySet(models.QuerySet["EventBatch"]):
    def for_merchant(self, merchant: Merchant) -> EventBatchQuerySet:
        """Without the guests, who may be 10,000 each."""
        batches = self.filter(merchant=merchant).select_related("stream__token", "stream__campaign", "guest_list")
        return batches.defer("guests", "stream__campaign__raw", "guest_list__file_info").order_by("-pk")

    def waiting(self) -> EventBatchQuerySet:
        return self.filter(waits=True)

    def set_aside(self) -> EventBatchQuerySet:
        """Those that could never be gathered, and wait for staff."""
        return self.waiting().filter(tries__gte=MOST_TRIES, try_at=None)

    def due(self, before: datetime) -> EventBatchQuerySet:
        """Those that came before, and large ones at once, but for those that are being tried, were lately, or too
        often. Where a list of the stream waits for people, further ones would only ask them again: they wait with it,
        unless nobody can be rewarded any more."""
        undecided = lists_for_people().filter(stream=OuterRef("stream"))
        in_time = Q(alone=True) | Q(received_at__lte=before) & ~Exists(undecided)
        again = Q(tries__lt=MOST_TRIES, try_at=None) | Q(try_at__lte=timezone.now())
        return self.waiting().filter(in_time & again & _can_be_sent() | Q(received_at__lte=before) & _in_vain())

    def lapsed(self) -> EventBatchQuerySet:
        """Those that have waited for as long as guests may be kept."""
        return self.waiting().filter(received_at__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS))


def lists_for_people() -> GuestListQuerySet:
    """Lists that wait for people, and what comes after them in their stream with them: not those of one large batch."""
    own = EventBatch.objects.filter(guest_list=OuterRef("pk"), alone=True)
    return GuestList.objects.filter(~Exists(own), state__in=UNDECIDED)


def _can_be_sent() -> Q:
    """Batches whose campaign Thanx has. Lists of rewards on the fly come one after the other, so that each finds whom
    the one before promised a reward, whatever the reward. A parked one promised nobody anything yet, and looks again
    when it is planned after all."""
    held = GuestList.objects.filter(state=ListState.HELD, held_until__isnull=False)
    before = held.filter(stream__isnull=False, campaign__preset__isnull=False)
    published = Q(stream__campaign__state=CampaignState.PUBLISHED)
    return published & ~Q(stream__campaign__preset__in=before.values("campaign__preset"))


def _in_vain() -> Q:
    """Batches that `gathering` gives up."""
    ended = Q(stream__campaign__in=Campaign.objects.ended())
    return ended | Q(merchant__in=Merchant.objects.opted_out()) | Q(stream__token__ended_at__isnull=False)


class EventBatch(models.Model):
    """The guests whom a program asked to reward by one request. Once they are rows of a list, it says of which."""

    WITHDRAWN, ENDED, OPTED_OUT, TOKEN_ENDED = "withdrawn", "campaign_ended", "opted_out", "token_ended"
    LAPSED = "lapsed"  # It waited for as long as guests may be kept.
    CONTROL = "control"  # Its guest is held out by another campaign, to learn what rewards change.

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="batches", db_index=False)
    size = models.PositiveIntegerField(help_text="How many guests.")
    guests = models.JSONField(default=list, help_text="Until they are gathered; see `receiving.Asked`.")
    alone = models.BooleanField(default=False, help_text="So large that somebody has to approve it by itself.")
    waits = models.BooleanField(default=True, help_text="To be gathered.")
    given_up = models.CharField(max_length=20, blank=True, help_text="Why it never became rows of a list.")
    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, null=True, related_name="batches")
    first_row = models.PositiveIntegerField(null=True, help_text="Of the list; the others follow.")
    preset_until = models.DateField(
        null=True, help_text="The preset counts its guests until then; empty: they are for no reward on the fly."
    )
    received_at = models.DateTimeField(default=timezone.now)
    cents = models.PositiveBigIntegerField(default=0, help_text="What its rewards are expected to be worth.")
    counted_until = models.DateTimeField(null=True, help_text="When the day of the token ends in which it is counted.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it could not be gathered.")
    try_at = models.DateTimeField(null=True, blank=True, help_text="When it is tried again; empty: at once.")

    objects = EventBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "batch of a program"
        verbose_name_plural = "batches of programs"
        indexes = [
            models.Index(fields=["merchant", "-id"], name="batch_of_merchant"),
            models.Index(fields=["stream", "id"], condition=Q(waits=True), name="batch_to_gather"),
        ]
        constraints = [
            models.CheckConstraint(
                name="batch_is_in_one_place",
                condition=Q(waits=True, guest_list=None, given_up="")
                | Q(waits=False, guest_list__isnull=False, first_row__isnull=False, given_up="", guests=[])
                | Q(waits=False, guest_list=None, guests=[]) & ~Q(given_up=""),
            )
        ]

    def __str__(self) -> str:
        return f"Batch {self.uuid}"

    @property
    def is_set_aside(self) -> bool:
        return self.waits and self.tries >= MOST_TRIES and self.try_at is None


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def old(self) -> KeptAnswerQuerySet:
        return self.filter(at__lt=timezone.now() - ANSWERS_KEPT)


class KeptAnswer(models.Model):
    """What a program was answered under a key of its own: asked again, it gets the same."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64, help_text="Keyed hash of what the program sent, which may be anything.")
    asked = models.CharField(max_length=64, help_text="Keyed hash of address and body.")
    status = models.PositiveSmallIntegerField()
    answer = models.TextField(help_text="As it was sent.")
    at = models.DateTimeField(default=timezone.now)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"], name="answer_by_time")]
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"Answer {self.pk}"
