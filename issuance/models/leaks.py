"""Guests of Control who got a reward of the merchant nevertheless, because somebody decided so."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.lists import GuestList


class ControlLeak(models.Model):
    """Says that a list may have given a reward to a guest of a campaign's Control. Kept for good, for its read-out.

    It counts once the list has rewarded its guest: Thanx may refuse. The campaign is the one whose Control the guest
    belongs to; the reward may be of another one.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="control_leaks", db_index=False)
    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="control_leaks")
    identity = models.BinaryField(max_length=16, help_text="Keyed hash of the guest, as its rows have it.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "guest_list", "identity"], name="one_leak_per_list_and_guest")
        ]

    def __str__(self) -> str:
        return f"Leak {self.pk} of Control of campaign {self.campaign_id}"
