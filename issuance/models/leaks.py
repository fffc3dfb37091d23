"""Guests of Control who got a reward of the merchant nevertheless."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.lists import GuestList
from issuance.models.rows import Guest
from issuance.models.states import Outcome


class ControlLeakQuerySet(models.QuerySet["ControlLeak"]):
    def of_campaign(self, campaign: Campaign) -> ControlLeakQuerySet:
        """Those of its Control who hold a reward, or held one: Thanx may have refused the others."""
        return self.filter(campaign=campaign, guest__outcome__in=(Outcome.REWARDED, Outcome.REVOKED))

    def guests(self) -> int:
        """How many guests they are of."""
        return self.values("identity").distinct().count()


class ControlLeak(models.Model):
    """Says that a list may have given a reward to a guest of a campaign's Control. Kept for good, for its read-out.

    It counts once its guest is rewarded: Thanx may refuse. The campaign is the one whose Control the guest belongs to;
    the reward may be of another one.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="control_leaks", db_index=False)
    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="control_leaks")
    guest = models.ForeignKey(
        Guest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False,
        help_text="Whom the list was to reward.",
    )  # fmt: skip
    identity = models.BinaryField(max_length=16, help_text="Keyed hash of the guest, as its rows have it.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
        help_text="Who gave it knowing that; empty: a list brought it.",
    )  # fmt: skip
    decided_at = models.DateTimeField(default=timezone.now)

    objects = ControlLeakQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "guest_list", "identity"], name="one_leak_per_list_and_guest")
        ]

    def __str__(self) -> str:
        return f"Leak {self.pk} of Control of campaign {self.campaign_id}"
