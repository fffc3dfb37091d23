"""Campaigns as Thanx shows them, ours and those that were made elsewhere."""

from __future__ import annotations

from django.db import models

from campaigns.models.campaigns import Campaign
from thanxportal.accounts.models import Merchant


class CampaignAtThanxQuerySet(models.QuerySet["CampaignAtThanx"]):
    def of_merchant(self, merchant: Merchant) -> CampaignAtThanxQuerySet:
        return self.filter(merchant=merchant)

    def listed(self) -> CampaignAtThanxQuerySet:
        return self.filter(withdrawn_at=None)

    def made_elsewhere(self) -> CampaignAtThanxQuerySet:
        """Those that no campaign of ours became, the active ones and the latest first."""
        ours = Campaign.objects.filter(merchant=models.OuterRef("merchant"), thanx_id=models.OuterRef("thanx_id"))
        ended = models.F("withdrawn_at").asc(nulls_first=True)
        return self.filter(~models.Exists(ours)).order_by(ended, "-start_at", "-pk")


class CampaignAtThanx(models.Model):
    """A campaign as Thanx shows it, ours or made elsewhere. Only the mirror writes it."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="campaigns_at_thanx")
    thanx_id = models.CharField("Thanx’s id", max_length=200)
    name = models.CharField(max_length=300, blank=True)
    objective = models.TextField(blank=True)
    fine_print = models.TextField(blank=True)
    start_at = models.DateTimeField("starts", null=True, blank=True)
    end_at = models.DateTimeField("ends", null=True, blank=True)
    redeemable_from = models.DateTimeField(null=True, blank=True)
    redeemable_to = models.DateTimeField("redeemable until", null=True, blank=True)
    arms = models.JSONField(default=list, help_text="Objects with name and reward_template_id, null for Control.")
    seen_at = models.DateTimeField("last seen", help_text="When Thanx was last asked for it.")
    withdrawn_at = models.DateTimeField(
        "gone since", null=True, blank=True, help_text="Since when Thanx doesn't list it as active."
    )
    unknown = models.BooleanField(default=False, help_text="Thanx answers 404 for it.")

    objects = CampaignAtThanxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "campaigns at Thanx"
        constraints = [models.UniqueConstraint(fields=["merchant", "thanx_id"], name="one_mirror_per_campaign")]

    def __str__(self) -> str:
        return self.name or self.thanx_id

    @property
    def label(self) -> str:
        return "Active at Thanx" if self.withdrawn_at is None else "No longer active"
