"""What would let fewer people agree to rewards: it waits for a second manager, or for a day if there is none."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Min, Q
from django.utils import timezone

from thanxportal.accounts.models.people import Merchant, User

OF_SETTINGS = ("approval_threshold", "second_factor", "launch_from_folders")


class LooseningQuerySet(models.QuerySet["Loosening"]):
    def of_merchant(self, merchant: Merchant) -> LooseningQuerySet:
        return self.filter(merchant=merchant).select_related("asked_by").order_by("pk")

    def waiting(self) -> LooseningQuerySet:
        return self.filter(done_at=None, withdrawn_at=None)

    def strictest_since(self, merchant_id: int, moment: datetime) -> int | None:
        """The lowest approval threshold that was loosened at that moment or later; None if none was."""
        loosened = self.filter(merchant=merchant_id, done_at__gte=moment)
        strictest: int | None = loosened.aggregate(strictest=Min("threshold_before"))["strictest"]
        return strictest


class Loosening(models.Model):
    """One request of a manager, from asking to its effect. What took effect says what held before."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="loosenings")
    subject = models.CharField(max_length=300, help_text="A setting, member:7 or the email of who is to be invited.")
    values = models.JSONField(help_text="What is to be set.")
    sentence = models.CharField(max_length=250, help_text="Goes on after “asked to”.")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When it takes effect by itself; empty: another manager has to confirm."
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it took effect.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    threshold_before = models.PositiveIntegerField(
        null=True, blank=True, help_text="The threshold that it loosened; it still judges the lists brought before."
    )

    objects = LooseningQuerySet.as_manager()

    class Meta:
        verbose_name = "request to loosen a rule"
        verbose_name_plural = "requests to loosen rules"
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "subject"],
                condition=Q(done_at=None, withdrawn_at=None),
                name="one_waiting_loosening",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None, withdrawn_at=None), name="loosening_due"),
            models.Index(fields=["merchant", "done_at"], name="loosening_of_threshold"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} asked to {self.sentence}"

    @property
    def page(self) -> str:
        """The name of the page on which it is answered."""
        return "accounts:settings" if self.subject in OF_SETTINGS else "accounts:team"
