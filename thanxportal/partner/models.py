"""Tables of the connection to Thanx: the credential with its rate gate, and the request log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import TruncMinute
from django.utils import timezone

from thanxportal.prepared import Prepared

OLD_MIRROR = timedelta(hours=1)  # The mirror is updated every 15 minutes.
ISSUE_SCOPE = "rewards.issue"
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
    throttled_in_a_row = models.PositiveIntegerField("throttled in a row", default=0)
    refused_at = models.DateTimeField(
        "refused", null=True, blank=True, help_text="Since when Thanx answers 401 or 403."
    )
    probed_at = models.FloatField(null=True, help_text="When Thanx was last asked in vain whether it answers.")
    uuid = models.UUIDField(default=uuid4, editable=False, help_text="Names this database, whatever it is restored to.")
    sent_count = models.BigIntegerField(default=0, help_text="Issue requests so far; never lowered.")
    scopes = models.JSONField(default=list)
    scope_missing = models.BooleanField(default=False, help_text="Thanx lets us in, but not issue: see scopes.")
    scope_told_at = models.DateTimeField(null=True, blank=True, help_text="When managers were told of that.")
    missing_merchants = models.PositiveIntegerField(
        default=0, help_text="Merchants that the last listing lacked, if they were too many to believe it."
    )
    synced_at = models.DateTimeField("last asked", null=True, blank=True)
    certified_at = models.DateTimeField(null=True, blank=True, help_text="When staff noted that we are certified.")

    def __str__(self) -> str:
        return f"Credential {self.pk}"

    @classmethod
    def current(cls) -> Credential:
        """Returns the row of the configured client id; creates it on first use."""
        return cls.objects.get_or_create(client_id=settings.THANX_CLIENT_ID)[0]

    @classmethod
    def trouble(cls, merchant_id: str = "") -> Credential | None:
        """Returns the row if Thanx refuses it, or a merchant, or if the mirror is over an hour old; else None.

        The merchant is named by Thanx's id; `parked` says whether Thanx refuses it.
        """
        return next(iter(_in_trouble(settings.THANX_CLIENT_ID, timezone.now() - OLD_MIRROR, merchant_id)), None)

    @property
    def refusal(self) -> str:
        """Why everything waits, for staff; empty if Thanx lets us in."""
        if self.scope_missing:
            return f"Thanx doesn’t let us issue at the moment: the scope {ISSUE_SCOPE} is missing. Ask Thanx for it."
        if self.refused_at:
            return "Thanx refuses the credentials. Check THANX_CLIENT_ID and THANX_ACCESS_TOKEN."
        return ""

    @property
    def is_refused(self) -> bool:
        """Whether Thanx refuses the credential itself, not only for a missing scope."""
        return self.refused_at is not None and not self.scope_missing

    @property
    def mirror_is_old(self) -> bool:
        """Whether the merchants were never read, or not for an hour."""
        return self.synced_at is None or self.synced_at < timezone.now() - OLD_MIRROR


class MerchantRefusalQuerySet(models.QuerySet["MerchantRefusal"]):
    def in_force(self) -> MerchantRefusalQuerySet:
        return self.filter(ended_at=None)

    def parked(self) -> MerchantRefusalQuerySet:
        """Refused more than once: nearly nothing is asked about the merchant until Thanx has answered once."""
        return self.in_force().filter(refusals__gte=2)


class MerchantRefusal(models.Model):
    """A merchant about whom Thanx answers 403, while it lets us in for others. Kept for a time after it has ended."""

    merchant_id = models.CharField("merchant", max_length=64, unique=True, help_text="Thanx's id.")
    since = models.DateTimeField(default=timezone.now)
    refusals = models.PositiveIntegerField(default=1, help_text="In a row; from the second on the merchant is parked.")
    request = models.CharField(max_length=300, blank=True, help_text="The last one that was refused.")
    code = models.CharField(max_length=80, blank=True)
    next_at = models.DateTimeField("asked again", help_text="When the next request about the merchant may pass.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When people were told.")
    ended_at = models.DateTimeField("ended", null=True, blank=True, help_text="When Thanx answered again.")

    objects = MerchantRefusalQuerySet.as_manager()

    class Meta:
        verbose_name = "refused merchant"
        verbose_name_plural = "refused merchants"

    def __str__(self) -> str:
        return f"Refusal of merchant {self.merchant_id}"


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


READ = ("scopes", "merchants", "locations", "reward_templates", "campaigns")
_WORK = (
    When(path="/partner/campaigns/issue", then=Value("issue")),
    When(path__endswith="/revoke", then=Value("revoke")),
    When(path__startswith="/partner/issuance_jobs", then=Value("poll")),
    When(method="POST", then=Value("publish")),
)


class ApiRequestQuerySet(models.QuerySet["ApiRequest"]):
    def of_discovery(self) -> ApiRequestQuerySet:
        """Those that read what Thanx publishes, and don't follow a job."""
        return self.filter(method="GET").exclude(path__startswith="/partner/issuance_jobs")

    def of_work(self) -> ApiRequestQuerySet:
        """Those that make a campaign, issue, revoke or follow a job."""
        return self.filter(models.Q(method="POST") | models.Q(path__startswith="/partner/issuance_jobs"))

    def by_minute(self) -> models.QuerySet[ApiRequest, tuple[datetime, int, int]]:
        """How many were made in each minute, and how many of them Thanx refused as too many."""
        minute = self.order_by().annotate(minute=TruncMinute("at", tzinfo=UTC)).values_list("minute")
        return minute.annotate(models.Count("pk"), refused=models.Count("pk", filter=models.Q(status=429)))

    def by_kind(self) -> models.QuerySet[ApiRequest, tuple[str, int | None, int]]:
        """How many of each kind got each status; None where no answer came."""
        kind = Case(*_WORK, default=Value("discovery"))
        return self.order_by().annotate(kind=kind).values_list("kind", "status").annotate(models.Count("pk"))

    def failed(self) -> ApiRequestQuerySet:
        """Those that brought no success, which have an index of their own."""
        return self.exclude(code="")

    def with_endpoint(self) -> ApiRequestQuerySet:
        read = (When(path__startswith=f"/partner/{name}", then=Value(name.replace("_", " "))) for name in READ)
        return self.annotate(endpoint=Case(*_WORK, *read, default=Value("other")))


class ApiRequest(models.Model):
    """One request to Thanx: ids and codes, never bodies, tokens or guests."""

    at = models.DateTimeField("when", auto_now_add=True, db_index=True)
    method = models.CharField(max_length=6)
    path = models.CharField("address", max_length=300, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=80, blank=True)
    duration_ms = models.PositiveIntegerField("milliseconds")
    merchant_id = models.CharField("merchant", max_length=64, blank=True, help_text="Thanx's id.")
    headers = models.CharField(
        max_length=120,
        blank=True,
        db_default="",
        help_text="Those that Thanx asks for; ! marks another shape.",
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, db_default="", help_text="Keyed hash of method, address and body."
    )
    idempotency_key = models.CharField(max_length=36, blank=True, db_default="")
    counts = models.JSONField(null=True, blank=True, help_text="What a campaign is made of, or how many guests.")

    objects = ApiRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "API request"
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="request_by_merchant"),
            models.Index(fields=["at"], condition=~models.Q(code=""), name="failed_request_by_time"),
            models.Index(fields=["code", "-id"], condition=~models.Q(code=""), name="failed_request_by_code"),
            models.Index(
                fields=["-id"], condition=models.Q(status__gte=400) | models.Q(status=None), name="request_in_trouble"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status or 'no answer'}"


@Prepared
def _in_trouble(client_id: str, old: datetime, merchant_id: str) -> models.QuerySet[Credential]:
    parked = models.Exists(MerchantRefusal.objects.parked().filter(merchant_id=merchant_id))
    trouble = models.Q(synced_at__lt=old) | models.Q(refused_at__isnull=False) | models.Q(parked=True)
    return Credential.objects.filter(client_id=client_id).annotate(parked=parked).filter(trouble)
