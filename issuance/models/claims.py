"""Which guests a campaign has promised a reward, and who decided that some of them get another."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from campaigns.models import Campaign
from issuance.models.lists import GuestList
from thanxportal.kept_text import KeptText


class ClaimOverride(models.Model):
    """A named person's decision that a list is issued to guests whom its campaign had claimed before. Kept for good.

    It covers the claims that stood when it was made, never later ones. Which are later says their order, not a clock.
    """

    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="overrides")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = KeptText(max_length=300, help_text="Why they get another reward. No guests.")
    guests_count = models.PositiveIntegerField(help_text="Guests brought back by the decision.")
    decided_at = models.DateTimeField(default=timezone.now)
    last_claim = models.BigIntegerField(default=0, help_text="The latest claim of anybody when it was decided.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "decision to reward again"
        verbose_name_plural = "decisions to reward again"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["guest_list"], condition=Q(withdrawn_at=None), name="one_override_in_force"
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"Override {self.pk} for list {self.guest_list_id}"


class GuestClaim(models.Model):
    """Says that a campaign has promised this guest a reward; the key that keeps others from promising it again.

    Of the claims on a guest one is the primary. Another list may claim beside it only under an override of its own.
    As for a guest, the database doesn't look up what a claim points to.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="claims", db_index=False, db_constraint=False
    )
    identity = models.BinaryField(max_length=16, help_text="Keyed hash: survives the purge of personal data.")
    guest_list = models.ForeignKey(
        GuestList, on_delete=models.PROTECT, related_name="claims", db_index=False, db_constraint=False
    )
    claimed_at = models.DateTimeField(default=timezone.now)
    primary = models.BooleanField(default=True, help_text="False: stands beside another claim, under an override.")
    override = models.ForeignKey(
        ClaimOverride,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "identity"], condition=Q(primary=False), name="claim_beside_another")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "identity"], condition=Q(primary=True), name="one_primary_claim"
            ),
            models.UniqueConstraint(fields=["guest_list", "identity"], name="one_claim_per_list_and_guest"),
            models.CheckConstraint(
                condition=Q(primary=True) | Q(override__isnull=False), name="second_claim_needs_an_override"
            ),
        ]

    def __str__(self) -> str:
        return f"Claim {self.pk}"


def lock_claims(campaign_id: int) -> None:
    """Until the transaction ends nobody else claims guests of the campaign, frees them, or decides about claims.

    Whoever needs the row of a list as well takes that one first. Lists can still be brought to the campaign.
    """
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign_id)


def share_claims(campaign_id: int) -> None:
    """Until the transaction ends nobody frees guests of the campaign or decides about claims; others may claim, too.

    It is enough for who claims only guests whom nobody has claimed: the database lets one of two claim a guest.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM campaigns_campaign WHERE id = %s FOR SHARE", [campaign_id])
