"""Addresses of merchants' systems, what happened that they may want to know, and the messages that tell them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from thanxportal.accounts.models import Merchant
from thanxportal.outgoing.no_answer import NO_ANSWER

TEST = "test"
KEPT = timedelta(days=30)


class MessageType(models.TextChoices):
    """What an endpoint can ask for; the label says when it is told."""

    BATCH_FINISHED = "batch.finished", "A batch that a program asked for has ended, with its counts"
    GUEST_REWARDED = "guest.rewarded", "Thanx gave guests of such a batch their reward"
    GUEST_REFUSED = "guest.refused", "Thanx gave guests of such a batch none, and why"
    BATCH_REVOKED = "batch.revoked", "Rewards of such a batch were taken back"
    APPROVAL_REQUESTED = "approval.requested", "A list waits for somebody’s approval"
    CAMPAIGN_PUBLISHED = "campaign.published", "A campaign was published"


class HappeningQuerySet(models.QuerySet["Happening"]):
    def due(self) -> HappeningQuerySet:
        return self.filter(Q(try_at=None) | Q(try_at__lte=timezone.now()))


class Happening(models.Model):
    """Something that merchants' systems may want to know, written in the transaction in which it happens, and deleted
    in the one that makes messages of it: neither a killed worker nor a restart loses or doubles any."""

    class Kind(models.TextChoices):
        """What `subject` is the id of follows from it."""

        LIST_ENDED = "list_ended"
        APPROVAL_ASKED = "approval_asked"
        JOB_SETTLED = "job_settled"
        JOB_REVOKED = "job_revoked"
        BATCH_GIVEN_UP = "batch_given_up"
        CAMPAIGN_PUBLISHED = "campaign_published"

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    try_at = models.DateTimeField(null=True, help_text="When it is tried again to make its messages; empty: at once.")

    objects = HappeningQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def for_merchant(self, merchant: Merchant) -> EndpointQuerySet:
        return self.filter(merchant=merchant).order_by("-pk")

    def on(self) -> EndpointQuerySet:
        return self.filter(off_since=None)

    def due(self, now: datetime) -> EndpointQuerySet:
        """Those with something to send, where nobody is sending and that need no rest: the healthy ones first, and of
        them who waits longest."""
        free, rested = Q(lease_until=None) | Q(lease_until__lt=now), Q(rests_until=None) | Q(rests_until__lte=now)
        due = Message.objects.filter(endpoint=OuterRef("pk"), due_at__lte=now)
        order = (F(column).asc(nulls_first=True) for column in ("failing_since", "succeeded_at"))
        return self.on().filter(free, rested, Exists(due)).order_by(*order, "pk")

    def with_waiting(self) -> EndpointQuerySet:
        """Each with `waiting`, its messages that are still to be sent."""
        waiting = Message.objects.undelivered().filter(endpoint=OuterRef("pk")).order_by().values("endpoint")
        counted = waiting.annotate(total=Count("pk")).values("total")
        return self.annotate(waiting=Coalesce(Subquery(counted), 0))

    def switched_off(self) -> EndpointQuerySet:
        """By the portal, not by people."""
        return self.filter(off_why__in=(Endpoint.FAILED, Endpoint.GONE))


class Endpoint(models.Model):
    """An address of a merchant's system that is told what happens. Its secret is derived from `seed`, see `signing`."""

    BY_PEOPLE, FAILED, GONE = "people", "failed", "gone"
    OFF = [(BY_PEOPLE, "Turned off"), (FAILED, "Off: it failed for days"), (GONE, "Off: it answered “gone”")]

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="endpoints")
    address = models.CharField(max_length=500)
    types = models.JSONField(default=list, help_text="Of messages that it gets.")
    seed = models.CharField(max_length=32, editable=False)
    earlier_seed = models.CharField(max_length=32, blank=True, editable=False, help_text="Signs as well for a while.")
    rotated_at = models.DateTimeField("secret changed", null=True, blank=True)
    off_since = models.DateTimeField(null=True, blank=True)
    off_why = models.CharField(max_length=6, choices=OFF, blank=True)
    succeeded_at = models.DateTimeField("last success", null=True, blank=True)
    failed_at = models.DateTimeField("last failure", null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True, help_text="First failure since the last success.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    rests_until = models.DateTimeField(null=True, blank=True, help_text="After a failure.")
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Somebody sends to it.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="endpoint_off_says_why",
                condition=Q(off_since=None, off_why="") | Q(off_since__isnull=False) & ~Q(off_why=""),
            )
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """All of the address that others than managers see: the rest may let in whoever knows it."""
        return urlsplit(self.address).netloc

    @property
    def place(self) -> str:
        """What managers tell it by from others on the same host."""
        return self.address.partition("://")[2]

    @property
    def target(self) -> str:
        """Its name in the merchant's activity log."""
        return f"endpoint:{self.pk}"

    @property
    def is_on(self) -> bool:
        return self.off_since is None

    @property
    def state(self) -> str:
        if not self.is_on:
            return self.get_off_why_display()
        return "Fails" if self.failing_since else "On"

    @property
    def tone(self) -> str:
        if self.off_why == self.BY_PEOPLE:
            return ""
        return "bad" if not self.is_on else "warn" if self.failing_since else "ok"

    @property
    def gets(self) -> list[str]:
        return [kind.value for kind in MessageType if kind in self.types]


class MessageQuerySet(models.QuerySet["Message"]):
    def undelivered(self) -> MessageQuerySet:
        """Those that are still to be sent; those of endpoints that are off wait."""
        return self.filter(due_at__isnull=False)

    def in_log(self) -> MessageQuerySet:
        """The newest first, without what was sent, with the status or code of the last try."""
        last = Try.objects.filter(message=OuterRef("pk"))
        said = {name: Subquery(last.values(name)[:1]) for name in ("status", "code")}
        return self.defer("body").annotate(**said).order_by("-pk")


class Message(models.Model):
    """One message to one endpoint. The row is the queue: it is due until it was taken or is given up."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="messages", db_index=False)
    type = models.CharField(max_length=20)
    body = models.TextField(help_text="As it is signed and sent, the same each time.")
    made_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(default=timezone.now, help_text="Made, or last asked to be sent again.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it is sent next; empty: never again.")
    tries = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["endpoint", "-id"], name="message_of_endpoint"),
            models.Index(fields=["endpoint", "due_at", "id"], condition=Q(due_at__isnull=False), name="message_due"),
            models.Index(fields=["made_at"], name="message_by_time"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Its webhook-id, the same however often it is sent."""
        return f"msg_{self.uuid.hex}"

    @property
    def state(self) -> str:
        if self.due_at:
            return "Retrying" if self.tries and self.endpoint.is_on else "Waits"
        return "Delivered" if self.delivered_at else "Given up"

    @property
    def tone(self) -> str:
        return {"Delivered": "ok", "Retrying": "warn", "Given up": "bad"}.get(self.state, "info")

    @property
    def next_at(self) -> datetime | None:
        """When it is tried again, if that is known: not while its endpoint is off, nor if a worker is about to."""
        if not (self.due_at and self.tries and self.endpoint.is_on):
            return None
        at = max(self.due_at, self.endpoint.rests_until or self.due_at)
        return at if at > timezone.now() else None

    @property
    def last_said(self) -> str:
        """What came of the last try; only of rows `in_log`."""
        return said_of(self.status, self.code)  # type: ignore[attr-defined]


class Try(models.Model):
    """One time that a message was sent, and what was answered."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, help_text="Empty: no answer.")
    code = models.CharField(max_length=20, blank=True, help_text="Why there was none.")
    answer = models.CharField(max_length=500, blank=True, help_text="Its beginning, cleaned.")
    duration_ms = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tries"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Try {self.pk}"

    @property
    def said(self) -> str:
        return said_of(self.status, self.code)


def said_of(status: int | None, code: str | None) -> str:
    """What came of a try, in a few words; empty for none."""
    if status is None:
        return NO_ANSWER.get(code or "", "")
    return f"{status}, but redirects aren’t followed" if 300 <= status < 400 else str(status)
