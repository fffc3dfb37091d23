"""When each part of what Thanx has about a merchant was last read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from thanxportal.accounts.models import Merchant

LEASE = timedelta(minutes=5)  # longer than reading takes while other requests go first
ASKED_EVERY = timedelta(minutes=1)


class Part(models.TextChoices):
    REWARDS = "reward_templates", "Reward templates"
    CAMPAIGNS = "campaigns", "Campaigns"
    LOCATIONS = "locations", "Locations"


class ReadingQuerySet(models.QuerySet["Reading"]):
    def of_merchant(self, merchant: Merchant) -> ReadingQuerySet:
        return self.filter(merchant=merchant)

    def free(self, now: datetime) -> ReadingQuerySet:
        """Those that no worker reads at the moment, and none was refused just now."""
        return self.filter(models.Q(lease_until=None) | models.Q(lease_until__lte=now))

    def add_for(self, merchants: Iterable[Merchant]) -> None:
        rows = [Reading(merchant=merchant, part=part) for merchant in merchants for part in Part]
        self.bulk_create(rows, ignore_conflicts=True, batch_size=500)

    def ask(self, merchant: Merchant) -> bool:
        """Notes that somebody wants the whole merchant read. False if somebody did so within the last minute."""
        now = timezone.now()
        self.add_for([merchant])
        rested = models.Q(asked_at=None) | models.Q(asked_at__lte=now - ASKED_EVERY)
        return bool(self.of_merchant(merchant).filter(rested).update(asked_at=now))


class Reading(models.Model):
    """One part of the mirror of a merchant: when it was last read to its end, and who reads it."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="readings")
    part = models.CharField(max_length=20, choices=Part.choices)
    read_at = models.DateTimeField("read", null=True, blank=True, help_text="When the last complete reading began.")
    requests = models.PositiveSmallIntegerField(default=1, help_text="Requests that it took.")
    asked_at = models.DateTimeField(
        "asked for", null=True, blank=True, help_text="When somebody last wanted it read now."
    )
    lease_until = models.DateTimeField(
        "a worker’s until", null=True, blank=True, help_text="Until then nobody else reads it."
    )

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = "reading of Thanx"
        verbose_name_plural = "readings of Thanx"
        constraints = [models.UniqueConstraint(fields=["merchant", "part"], name="one_reading_per_part")]

    def __str__(self) -> str:
        return f"{self.get_part_display()} of merchant {self.merchant_id}"

    @property
    def awaited(self) -> bool:
        """Whether somebody asked for it since it was last read."""
        return self.asked_at is not None and (self.read_at is None or self.read_at < self.asked_at)

    def take(self) -> bool:
        """Takes the lease. False if another worker has it, or has read it meanwhile."""
        now = timezone.now()
        unchanged = Reading.objects.free(now).filter(pk=self.pk, read_at=self.read_at)
        return bool(unchanged.update(lease_until=now + LEASE))
