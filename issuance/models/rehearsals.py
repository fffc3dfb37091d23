"""Periods in which staff show Thanx's reviewer, or themselves, that the portal keeps Thanx's rules."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format


class Rehearsal(models.Model):
    """What was asked of Thanx while it lasted is the evidence for a certification."""

    environment = models.CharField(max_length=10, help_text="Which Thanx was asked: the simulator or the sandbox.")
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("record_rehearsal", "Can record rehearsals and note the certification")]
        constraints = [
            models.UniqueConstraint(fields=["environment"], condition=Q(ended_at=None), name="one_rehearsal_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"Rehearsal of {date_format(self.started_at, 'DATETIME_FORMAT')}"

    @classmethod
    def latest(cls) -> Rehearsal | None:
        """The last one on the Thanx that is asked now."""
        return cls.objects.filter(environment=settings.THANX_ENVIRONMENT).first()

    @classmethod
    def covers(cls, at: str) -> Exists:
        """Whether a row's `at` lies within one of them."""
        begun = cls.objects.filter(started_at__lte=OuterRef(at))
        return Exists(begun.filter(Q(ended_at=None) | Q(ended_at__gte=OuterRef(at))))
