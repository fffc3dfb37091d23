"""Tables of the connection to Thanx: the credential with its rate gate, and the request log."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

OLD_MIRROR = timedelta(hours=1)  # The mirror is updated every 15 minutes.
UNKNOWN_SPREAD = 0.6  # seconds, until enough requests have been answered


class Credential(models.Model):
    """One row per client id. Every process that talks to Thanx passes its gate.

    Times that are numbers are seconds since 1970 by the gate's clock, which is the database's.
    """

    client_id = models.CharField(max_length=200, unique=True)
    slots_taken = models.BigIntegerField(default=0, help_text="Requests let through so far.")
    slot_taken_at = models.FloatField(default=0, help_text="When the last of them was.")
    clock_lag = models.FloatField(default=0, help_text="Seconds by which the database's clock was set back so far.")
    arrival_spread = models.FloatField(
        default=UNKNOWN_SPREAD, help_text="Seconds by which some requests reach Thanx later than others, at most."
    )
    blocked_until = models.FloatField(default=0, help_text="Set by a 429.")
    throttled_in_a_row = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True, blank=True, help_text="Since when Thanx answers 401 or 403.")
    probed_at = models.FloatField(null=True, help_text="When Thanx was last asked in vain whether it answers.")
    uuid = models.UUIDField(default=uuid4, editable=False, help_text="Names this database, whatever it is restored to.")
    sent_count = models.BigIntegerField(default=0, help_text="Issue requests so far; never lowered.")
    scopes = models.JSONField(default=list)
    synced_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Credential {self.pk}"

    @classmethod
    def current(cls) -> Credential:
        """Returns the row of the configured client id; creates it on first use."""
        return cls.objects.get_or_create(client_id=settings.THANX_CLIENT_ID)[0]

    @classmethod
    def trouble(cls) -> Credential | None:
        """Returns the row if Thanx refuses it, or if the mirror is more than an hour old; None otherwise."""
        old = models.Q(synced_at__lt=timezone.now() - OLD_MIRROR)
        refused = models.Q(refused_at__isnull=False)
        return cls.objects.filter(old | refused, client_id=settings.THANX_CLIENT_ID).first()


class Slot(models.Model):
    """When one of the last 2,000 requests was let through: a ring, where the next takes the place of the oldest."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE)
    place = models.PositiveSmallIntegerField()
    turn = models.BigIntegerField(help_text="Which request of the credential it was, from 1.")
    taken_at = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["credential", "place"], name="slot_place")]

    def __str__(self) -> str:
        return f"Slot {self.place} of credential {self.credential_id}"


class ApiRequestQuerySet(models.QuerySet["ApiRequest"]):
    def of_discovery(self) -> ApiRequestQuerySet:
        """Those that read what Thanx publishes, and don't follow a job."""
        return self.filter(method="GET").exclude(path__startswith="/partner/issuance_jobs")

    def of_work(self) -> ApiRequestQuerySet:
        """Those that make a campaign, issue, revoke or follow a job."""
        return self.filter(models.Q(method="POST") | models.Q(path__startswith="/partner/issuance_jobs"))


class ApiRequest(models.Model):
    """One request to Thanx: ids and codes, never bodies, tokens or guests."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=80, blank=True)
    duration_ms = models.PositiveIntegerField()
    merchant_id = models.CharField(max_length=64, blank=True, db_index=True, help_text="Thanx's id.")

    objects = ApiRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "API request"

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or 'no answer'}"
