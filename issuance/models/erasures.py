"""Guests whom a merchant or the partner was asked to forget: what was removed, kept as the proof of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from thanxportal.accounts.models import Merchant


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def for_merchant(self, merchant: Merchant) -> ErasureQuerySet:
        return self.filter(merchant=merchant).select_related("ordered_by").order_by("-pk")

    def open(self) -> ErasureQuerySet:
        return self.filter(done_at=None)


class Erasure(models.Model):
    """One guest to be erased at one merchant. Who it is stands here only until that is done."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="erasures")
    guest_hash = models.CharField(max_length=32, help_text="Keyed hash of the guest, as the guest's rows have it.")
    identifier = models.CharField(max_length=254, blank=True, help_text="Email or phone; emptied when it is done.")
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ordered_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, help_text="What was removed, by place.")
    waits_for = models.CharField(max_length=300, blank=True, help_text="Why it isn't done yet, in plain words.")

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="erasure_ordered")]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "guest_hash"], condition=Q(done_at=None), name="one_open_erasure_per_guest"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, identifier__gt="") | Q(done_at__isnull=False, identifier="", waits_for=""),
                name="done_erasure_names_nobody",
            ),
        ]
        permissions = [("export_guest", "Can export what is held about a guest")]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"
