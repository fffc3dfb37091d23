"""Which guests a campaign has promised a reward."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.lists import RecipientList


class GuestClaim(models.Model):
    """Says that a campaign has promised this guest a reward; the key that keeps others from promising it again."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="claims", db_index=False)
    identity = models.BinaryField(max_length=16, help_text="Keyed hash: survives the purge of personal data.")
    recipient_list = models.ForeignKey(RecipientList, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "identity"], name="one_claim_per_guest")]

    def __str__(self) -> str:
        return f"Claim {self.pk}"
