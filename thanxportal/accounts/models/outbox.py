"""The outbox of emails: the row that has to be sent is the queue."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LEASE = timedelta(minutes=5)  # Far longer than EMAIL_TIMEOUT.
MOST_ATTEMPTS = 8  # Over about 21 hours.
FAILING = Q(mail_due_at__isnull=False, mail_attempts__gte=2)  # Tried in vain, and tried again.
GIVEN_UP = Q(mail_due_at=None, mail_sent_at=None, mail_attempts__gte=MOST_ATTEMPTS)


class Mailed(models.Model):
    """A row that is also sent by email: at least once, and more often only if a worker dies in between."""

    mail_due_at = models.DateTimeField(
        "email due", null=True, blank=True, help_text="When the email is due; empty: none, or done."
    )
    mail_sent_at = models.DateTimeField("email sent", null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField("attempts to email", default=0)

    class Meta:
        abstract = True

    def claim_mail(self) -> bool:
        """Claims the email for this worker; False if another has it. If this worker dies, it is due again later."""
        attempt = self.mail_attempts + 1
        again = timezone.now() + LEASE * 2**self.mail_attempts if attempt < MOST_ATTEMPTS else None
        mine = type(self)._default_manager.filter(
            pk=self.pk, mail_due_at=self.mail_due_at, mail_attempts=self.mail_attempts
        )
        return bool(mine.update(mail_due_at=again, mail_attempts=F("mail_attempts") + 1))

    def mail_done(self, *, sent: bool) -> None:
        """Notes that it was sent, or need not be sent any more."""
        now = timezone.now() if sent else None
        type(self)._default_manager.filter(pk=self.pk).update(mail_due_at=None, mail_sent_at=now)
