"""The inbox of what Thanx tells by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from issuance.models.states import DELIVERY_WAITING, DeliveryState

BATCH_EVENT = "reward_batch.completed"  # Kept under one name, whichever of the two spellings was sent.
TEST_EVENT = "portal.test"  # Sent by the portal to itself.


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self) -> WebhookDeliveryQuerySet:
        return self.filter(due_at__lte=timezone.now())

    def ends_since(self, moment: datetime) -> WebhookDeliveryQuerySet:
        """Those that told of a job's end."""
        return self.filter(event=BATCH_EVENT, received_at__gt=moment)

    def put_aside_since(self, moment: datetime) -> WebhookDeliveryQuerySet:
        return self.filter(state=DeliveryState.QUARANTINED, received_at__gte=moment)


class WebhookDelivery(models.Model):
    """One webhook with a right signature. Of its body only what is named here is kept, and nothing about a guest."""

    sha256 = models.CharField(
        "fingerprint", max_length=64, help_text="Of the raw body: the same body again is the same delivery."
    )
    event = models.CharField(
        max_length=80, blank=True, help_text="What Thanx calls it; one name for both spellings of the batch event."
    )
    thanx_job_id = models.CharField("job", max_length=64, blank=True)
    thanx_merchant_id = models.CharField("merchant", max_length=64, blank=True)
    position = models.PositiveIntegerField(
        "place in the job", null=True, blank=True, help_text="Index of the guest in the job, from 0."
    )
    reward_id = models.CharField("reward", max_length=64, blank=True)
    received_at = models.DateTimeField("received", default=timezone.now)
    received_count = models.PositiveIntegerField("times received", default=1)
    state = models.CharField(max_length=11, choices=DeliveryState.choices, default=DeliveryState.NEW)
    due_at = models.DateTimeField(
        "next look", null=True, blank=True, help_text="When it is looked at next; empty: never again."
    )
    note = models.CharField(max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook"
        verbose_name_plural = "webhooks"
        permissions = [("apply_webhookdelivery", "Can apply webhooks again and send test events")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["thanx_job_id"], name="delivery_of_job"),
            models.Index(fields=["received_at"], condition=Q(event=BATCH_EVENT), name="end_by_time"),
            models.Index(fields=["received_at"], condition=Q(state=DeliveryState.QUARANTINED), name="aside_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="one_delivery_per_body"),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(state__in=DELIVERY_WAITING), name="settled_delivery_is_never_due"
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    @property
    def status(self) -> DeliveryState:
        return DeliveryState(self.state)
