"""Times in which nothing new is sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SendingHold(models.Model):
    """Keeps plans and first sends of all lists back, from when it was raised until a named person lifts it."""

    in_force = models.BooleanField(default=True, editable=False)
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty: the portal itself.",
    )  # fmt: skip
    reason = models.CharField(max_length=300, help_text="Why nothing new may be sent. One sentence, no guests.")
    forgotten_count = models.BigIntegerField(
        default=0, help_text="Sends known to this machine that the database doesn't know of."
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("lift_sendinghold", "Can lift sending holds")]
        constraints = [
            models.UniqueConstraint(fields=["in_force"], condition=Q(in_force=True), name="one_hold_in_force"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(in_force=True, lifted_at=None, lifted_by=None)
                | Q(in_force=False, lifted_at__isnull=False, lifted_by__isnull=False, lift_reason__gt=""),
                name="hold_is_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold since {self.raised_at:%d %b %Y, %H:%M}"
