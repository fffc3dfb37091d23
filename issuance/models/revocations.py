"""Taking rewards back: what a manager asks of staff, and what two people of the partner decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaigns.models import Variant
from issuance.models.jobs import IssuanceJob
from issuance.models.lists import GuestList
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText


class RevocationRequest(models.Model):
    """A manager asks staff to take back the rewards of a list, or those of one arm. Kept for good."""

    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="revocation_requests")
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: all arms."
    )
    reason = KeptText(max_length=250)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    refusal = KeptText(max_length=250, blank=True, help_text="Why staff said no; empty: they said yes.")

    class Meta:
        ordering = ["-pk"]
        permissions = [("answer_revocationrequest", "Can answer revocation requests")]
        constraints = [
            models.UniqueConstraint(
                fields=["guest_list"], condition=Q(answered_at=None), name="one_open_revocation_request"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, refusal="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_request_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk} about list {self.guest_list_id}"

    @property
    def what(self) -> str:
        """Whose rewards, as part of a sentence."""
        return f"the rewards of arm {self.variant.name}" if self.variant else "all rewards"


class RevocationPlan(models.Model):
    """Which jobs are to be revoked, and why: proposed by one person, confirmed by another. Kept for good."""

    WRONG_LIST, WRONG_REWARD, SENT_TWICE, OTHER = "wrong_list", "wrong_reward", "sent_twice", "other"
    CAUSES = [
        (WRONG_LIST, "The wrong list was sent"),
        (WRONG_REWARD, "The wrong reward was sent"),
        (SENT_TWICE, "Guests were sent more than one reward"),
        (OTHER, "Something else about a list"),
    ]

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=CAUSES)
    since = models.DateTimeField(null=True, blank=True, help_text="Rewards sent from then on were looked at.")
    until = models.DateTimeField(null=True, blank=True, help_text="Rewards sent until then were looked at.")
    jobs = models.ManyToManyField(IssuanceJob, related_name="revocation_plans")
    request = models.ForeignKey(
        RevocationRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="plans",
        help_text="The request of a manager that it answers.",
    )  # fmt: skip
    note = KeptText(max_length=250, help_text="What the merchant reads: what went wrong.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("confirm_revocationplan", "Can confirm revocation plans of others")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="plan_confirmed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(withdrawn_at=None), name="plan_is_confirmed_or_withdrawn"
            ),
            models.UniqueConstraint(
                fields=["request"], condition=Q(confirmed_at=None, withdrawn_at=None), name="one_open_plan_per_request"
            ),
        ]

    def __str__(self) -> str:
        return f"Plan {self.pk}: {self.get_cause_display().lower()}"

    @property
    def waits(self) -> bool:
        return self.confirmed_at is None and self.withdrawn_at is None
