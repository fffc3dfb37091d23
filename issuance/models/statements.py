"""What Thanx says was made since a backup, written down by one person of the partner and confirmed by another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from issuance.models.pauses import SendingPause
from thanxportal.kept_text import KeptText


class ThanxStatement(models.Model):
    """The jobs that Thanx made since the backup that was restored; confirming it settles all forgotten jobs."""

    pause = models.ForeignKey(SendingPause, on_delete=models.PROTECT, related_name="statements", editable=False)
    made_jobs = models.TextField(
        blank=True,
        verbose_name="what Thanx made",
        help_text="A line for each job: id, campaign id, variant id, number of guests, time and, if Thanx tells it, "
        "idempotency key. Commas, semicolons or tabs between them. Empty: Thanx made nothing.",
    )
    complete = models.BooleanField(
        default=False,
        verbose_name="these are all",
        help_text="Thanx made no other job with our credential since the backup. Without this, what isn’t named is "
        "unknown.",
    )
    evidence = KeptText(max_length=300, help_text="Thanx’s written answer: who, when, ticket. No guests.")
    about_the_rest = KeptText(
        max_length=300,
        blank=True,
        help_text="Only if lists can’t be brought again, or Thanx can’t name all jobs: what was agreed with the "
        "merchants. It settles what is left as unknown. No guests.",
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirm_reason = KeptText(max_length=300, blank=True, help_text="What the second person looked at.")

    class Meta:
        ordering = ["-pk"]
        verbose_name = "statement of Thanx"
        verbose_name_plural = "statements of Thanx"
        permissions = [("confirm_thanxstatement", "Can confirm statements of others")]
        constraints = [
            models.CheckConstraint(condition=Q(evidence__gt=""), name="statement_has_evidence"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, confirm_reason__gt="")
                & ~Q(confirmed_by=F("written_by")),
                name="statement_confirmed_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Statement {self.pk} of {date_format(self.written_at, 'DATETIME_FORMAT')}"
