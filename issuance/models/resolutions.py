"""How people of the partner settled jobs that nobody could tell the end of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from issuance.models.jobs import IssuanceJob
from thanxportal.kept_text import KeptText


class Resolution(models.Model):
    """What two people of the partner learned from Thanx about a job that needs staff. Kept for good."""

    LINKED, NEVER_EXECUTED, UNKNOWN = "linked", "never_executed", "unknown"

    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, related_name="resolutions")
    decision = models.CharField(
        max_length=14,
        choices=[
            (LINKED, "Thanx has it under this id"),
            (NEVER_EXECUTED, "Thanx never executed it"),
            (UNKNOWN, "Nobody can tell"),
        ],
    )
    thanx_id = models.CharField(
        "Thanx’s id", max_length=64, blank=True, help_text="Thanx's id of the job; a GET confirms it."
    )
    evidence = KeptText(max_length=300, help_text="Thanx's written answer: who, when, ticket. No guests.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("proposed", default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("confirmed", null=True, blank=True)

    class Meta:
        verbose_name = "settlement"
        verbose_name_plural = "settlements"
        ordering = ["-pk"]
        permissions = [("confirm_resolution", "Can confirm resolutions of others")]
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=Q(confirmed_at=None), name="one_open_resolution"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="confirmed_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(decision="linked", thanx_id__gt="") | ~Q(decision="linked") & Q(thanx_id=""),
                name="linked_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"Resolution {self.pk} of job {self.job_id}"
