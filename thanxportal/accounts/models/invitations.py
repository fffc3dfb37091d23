"""Invitations to a merchant's team."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.utils import timezone

from thanxportal.accounts.models.outbox import FAILING, GIVEN_UP, Mailed
from thanxportal.accounts.models.people import Merchant, Role

VALID_FOR = timedelta(days=7)
SALT = "invitation"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of_merchant(self, merchant: Merchant) -> InvitationQuerySet:
        return self.filter(merchant=merchant).select_related("invited_by").order_by("-pk")

    def unanswered(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None, withdrawn_at=None)

    def mail_failing(self) -> InvitationQuerySet:
        """Tried in vain: those that are tried again, and those given up whose links would still be good."""
        usable = Q(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        return self.filter(FAILING | GIVEN_UP & usable)

    def by_token(self, token: str) -> Invitation | None:
        """Returns the invitation of this link; None if nobody ever sent it."""
        try:
            pk: Any = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return None
        return self.select_related("merchant", "invited_by").filter(pk=pk).first()


class Invitation(Mailed):
    """An invitation by email: its signed link is valid for a week and for one person."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now, help_text="When it was last sent.")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_unanswered_invitation",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="invitation_mail_due")
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    @property
    def usable(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and timezone.now() < self.expires_at

    @property
    def token(self) -> str:
        return signing.dumps(self.pk, salt=SALT)
