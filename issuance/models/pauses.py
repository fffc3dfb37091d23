"""Times in which nothing new is sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from thanxportal.kept_text import KeptText


class SendingPause(models.Model):
    """Keeps plans and first sends of all lists back, from when it begins until a named person resumes sending."""

    in_force = models.BooleanField(default=True, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty: the portal itself.",
    )  # fmt: skip
    reason = KeptText(max_length=300, help_text="Why nothing new may be sent. One sentence, no guests.")
    forgotten_count = models.BigIntegerField(
        default=0, help_text="Sends known to this machine that the database doesn't know of."
    )
    sends_forgotten = models.BooleanField(
        default=False,
        help_text="The database was restored from a backup, and what was sent since then isn’t settled with Thanx.",
    )
    resumed_at = models.DateTimeField(null=True, blank=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resume_reason = KeptText(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("resume_sendingpause", "Can resume sending")]
        constraints = [
            models.UniqueConstraint(fields=["in_force"], condition=Q(in_force=True), name="one_pause_in_force"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="pause_has_a_reason"),
            models.CheckConstraint(
                condition=Q(in_force=True) | Q(sends_forgotten=False), name="forgotten_sends_are_settled_first"
            ),
            models.CheckConstraint(
                condition=Q(in_force=True, resumed_at=None, resumed_by=None)
                | Q(in_force=False, resumed_at__isnull=False, resumed_by__isnull=False, resume_reason__gt=""),
                name="pause_is_ended_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Paused since {date_format(self.started_at, 'DATETIME_FORMAT')}"
