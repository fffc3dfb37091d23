"""Lists of one day that programs fill: what one program asks for in one campaign."""

from __future__ import annotations

from django.db import models
from django.utils.formats import date_format

from campaigns.models import Campaign
from thanxportal.accounts.models import ApiToken, Merchant


class StreamQuerySet(models.QuerySet["Stream"]):
    def for_merchant(self, merchant: Merchant) -> StreamQuerySet:
        return self.filter(merchant=merchant).select_related("campaign", "token").order_by("-pk")


class Stream(models.Model):
    """What one program asked for in one campaign on one day of the merchant: many small lists, seen as one."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="streams")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="streams")
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="streams")
    day = models.DateField()

    objects = StreamQuerySet.as_manager()

    class Meta:
        verbose_name = "day of a program"
        verbose_name_plural = "days of programs"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "token", "day"], name="one_stream_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.token}, {date_format(self.day, 'MONTH_DAY_FORMAT')}"
