"""Addresses to which tools send events without a program of the merchant's, and what came there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.events import EventBatch
from thanxportal.accounts.models import ApiToken, Merchant
from thanxportal.kept_text import KeptText

MOST_A_MINUTE = 600  # events to one hook
FIELDS_KEPT = timedelta(days=7)  # of an event about which nobody has to decide
LATEST = 10  # events whose fields are kept
SOON_OVER = timedelta(days=3)  # before the end of its campaign, for another to be chosen


class HookEventState(models.TextChoices):
    WAITS = "waits", "Waits for you"
    PASSED = "passed", "Asked for"
    LEFT_OUT = "left_out", "Not rewarded"
    SAME = "same", "Came before"
    DROPPED = "dropped", "Dropped"
    LAPSED = "lapsed", "Not decided in time"
    ERASED = "erased", "Guest erased"

    @property
    def tone(self) -> str:
        return {"waits": "warn", "passed": "ok", "lapsed": "bad"}.get(self.value, "")


class HookQuerySet(models.QuerySet["Hook"]):
    def for_merchant(self, merchant: Merchant) -> HookQuerySet:
        hooks = self.filter(merchant=merchant).select_related("token__created_by", "campaign")
        return hooks.defer("campaign__raw").order_by("-pk")

    def waiting(self) -> HookQuerySet:
        """Those with events about which somebody has to decide."""
        return self.filter(Exists(HookEvent.objects.waiting().filter(hook=OuterRef("pk"))))

    def unsigned(self) -> HookQuerySet:
        """Those that refuse what comes, as its signature is wrong."""
        return self.filter(unsigned_count__gt=0, token__ended_at=None)

    def ending(self, until: datetime) -> HookQuerySet:
        """Those whose campaign has ended, or will until then."""
        return self.filter(is_on=True, campaign__end_at__lte=until, token__ended_at=None)

    def with_waiting(self) -> HookQuerySet:
        """Each with `waiting`, how many of its events somebody has to decide about, and the `newest` of them."""
        waiting = HookEvent.objects.waiting().filter(hook=OuterRef("pk")).order_by().values("hook")
        counted, newest = (waiting.annotate(total=of("pk")).values("total") for of in (Count, Max))
        return self.annotate(waiting=Coalesce(Subquery(counted), 0), newest=Subquery(newest))


class Hook(models.Model):
    """What a tool posts to becomes rewards of one campaign. Its address ends in the secret of a token of its own, so
    that limits, streams and the activity log treat it as a program."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="hooks")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="hooks")
    token = models.OneToOneField(ApiToken, on_delete=models.PROTECT, related_name="hook")
    is_on = models.BooleanField(default=True, help_text="Off: what comes waits for a person.")
    mapping = models.JSONField(default=dict, help_text="Which field holds what, by JSON Pointer.")
    conditions = models.JSONField(default=list, help_text="Field, operator and value of each.")
    signature = models.JSONField(default=dict, help_text="How the sender signs, with the secret; empty: not at all.")
    refused_count = models.PositiveIntegerField(default=0, help_text="Requests that weren’t stored.")
    refused_at = models.DateTimeField(null=True)
    refused_why = models.CharField(max_length=200, blank=True, help_text="The last time, in words.")
    unsigned_count = models.PositiveIntegerField(default=0, help_text="Requests signed wrongly since one was right.")
    unsigned_told = models.DateField(null=True, help_text="The day on which managers were last told of them.")
    minute = models.DateTimeField(null=True, help_text="In which events are counted.")
    minute_count = models.PositiveIntegerField(default=0)

    objects = HookQuerySet.as_manager()

    def __str__(self) -> str:
        return self.token.name

    @property
    def target(self) -> str:
        """Its name in the merchant's activity log."""
        return f"hook:{self.pk}"

    @property
    def label(self) -> str:
        if not self.token.works:
            return "Ended"
        if self.is_on and self.campaign.has_ended:
            return "Campaign ended"
        return "Off" if not self.is_on else "On" if self.mapping else "Not set up"

    @property
    def tone(self) -> str:
        return {"On": "ok", "Not set up": "warn", "Campaign ended": "warn"}.get(self.label, "")

    @property
    def ends_soon(self) -> bool:
        """Or has ended: what comes waits from then on."""
        return self.token.works and self.campaign.is_over(timezone.now() + SOON_OVER)

    def take(self, events: int) -> bool:
        """Counts events of this minute; False if they are too many. One statement, as requests come at once."""
        now = timezone.now().replace(second=0, microsecond=0)
        so_far = Case(When(minute=now, then=F("minute_count")), default=Value(0))
        mine = Hook.objects.filter(pk=self.pk).annotate(total=so_far + events)
        return bool(mine.filter(total__lte=MOST_A_MINUTE).update(minute=now, minute_count=so_far + events))

    def count_refusal(self, why: str) -> None:
        fields: dict[str, Any] = {"refused_at": timezone.now(), "refused_why": why[:200]}
        Hook.objects.filter(pk=self.pk).update(refused_count=F("refused_count") + 1, **fields)


class HookEventQuerySet(models.QuerySet["HookEvent"]):
    def for_merchant(self, merchant: Merchant) -> HookEventQuerySet:
        events = self.filter(hook__merchant=merchant)
        shown = (
            "hook__token__created_by",
            "hook__campaign",
            "decided_by",
            "batch__guest_list",
            "batch__stream__campaign",
        )
        batch = ("batch__guests", "batch__guest_list__file_info", "batch__stream__campaign__raw")
        return events.select_related(*shown).defer("hook__campaign__raw", *batch).order_by("-pk")

    def waiting(self) -> HookEventQuerySet:
        return self.filter(state=HookEventState.WAITS)

    def with_fields(self) -> HookEventQuerySet:
        return self.filter(is_kept=True)

    def settled(self) -> HookEventQuerySet:
        return self.exclude(state=HookEventState.WAITS)

    def empty(self) -> int:
        return self.update(fields=[], is_kept=False)

    def to_empty(self) -> HookEventQuerySet:
        """Events about which nobody decides any more, whose fields were kept long enough."""
        return self.with_fields().settled().filter(received_at__lt=timezone.now() - FIELDS_KEPT)

    def to_delete(self) -> HookEventQuerySet:
        """Events of which nothing came, after so long that nobody asks any more."""
        old = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
        return self.settled().exclude(state=HookEventState.LAPSED).filter(batch=None, received_at__lt=old)

    def lapsed(self) -> HookEventQuerySet:
        """Events about which nobody decided for as long as guests may be kept."""
        return self.waiting().filter(received_at__lt=timezone.now() - timedelta(days=settings.RETENTION_DAYS))


class HookEvent(models.Model):
    """One event that a tool sent. Its fields are kept as long as somebody may have to look at them."""

    hook = models.ForeignKey(Hook, on_delete=models.PROTECT, related_name="events")
    fields = models.JSONField(default=list, help_text="JSON Pointer and text of each.")
    is_kept = models.BooleanField(default=True, help_text="Whether it has its fields still.")
    sender_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the sender’s id.")
    body_key = models.CharField(max_length=64, help_text="Keyed hash of the bytes.")
    external_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the external id, once passed.")
    guest_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the external id and its guest.")
    state = models.CharField(max_length=8, choices=HookEventState.choices, default=HookEventState.WAITS)
    note = KeptText(max_length=300, blank=True, help_text="Why, in words.")
    batch = models.OneToOneField(EventBatch, on_delete=models.PROTECT, null=True, related_name="hook_event")
    received_at = models.DateTimeField(default=timezone.now)
    received_count = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = HookEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["hook", "-id"], name="event_of_hook"),
            models.Index(fields=["hook", "body_key"], name="event_by_body"),
            models.Index(fields=["hook", "sender_key"], condition=~Q(sender_key=""), name="event_by_sender_id"),
            models.Index(fields=["hook"], condition=Q(state="waits"), name="event_of_hook_waits"),
            models.Index(fields=["hook", "-id"], condition=Q(is_kept=True) & ~Q(state="waits"), name="event_kept"),
            models.Index(fields=["received_at"], condition=Q(batch=None) & ~Q(state="waits"), name="event_of_nothing"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["hook", "sender_key", "body_key"], condition=~Q(sender_key=""), name="one_event_per_sender_id"
            ),
            models.UniqueConstraint(
                fields=["hook", "external_key"], condition=~Q(external_key=""), name="one_event_per_external_id"
            ),
            models.CheckConstraint(
                condition=Q(state="passed", batch__isnull=False) | ~Q(state="passed") & Q(batch=None),
                name="event_that_passed_has_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"Event {self.pk}"

    @property
    def can_be_taken_up(self) -> bool:
        """Whether it rewarded nobody and can still be looked at."""
        return self.is_kept and self.state in (HookEventState.LEFT_OUT, HookEventState.DROPPED)

    @property
    def waits(self) -> bool:
        return self.state == HookEventState.WAITS

    @property
    def status(self) -> HookEventState:
        return HookEventState(self.state)
