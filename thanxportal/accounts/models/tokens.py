"""Tokens with which a merchant's other systems ask the portal for rewards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from thanxportal.accounts.models.people import Merchant
from thanxportal.kept_text import KeptText

USE_NOTED_EVERY = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a token may do; the label ends “It may …”."""

    READ = "read", "read campaigns, rewards and what came of its batches"
    REWARD = "reward", "reward guests of published campaigns, and on the fly where a manager allows it"
    CAMPAIGNS = "campaigns", "make and publish campaigns"


OF_HOOK = "hook"  # The scope of the address of a hook, alone: no operation of the API takes it.


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def for_merchant(self, merchant: Merchant) -> ApiTokenQuerySet:
        return self.filter(merchant=merchant).select_related("created_by", "ended_by").order_by("-pk")

    def good(self, now: datetime) -> ApiTokenQuerySet:
        return self.filter(ended_at=None, expires_at__gt=now)


class ApiToken(models.Model):
    """What a program shows to be let in for one merchant. Only the hash of its secret is kept."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="tokens")
    name = KeptText(max_length=60, help_text="The program that has it, such as Survey tool.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the secret.")
    ending = models.CharField(max_length=4, help_text="Its last characters, to tell it from others.")
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list, blank=True, help_text="From where it may be used; empty: anywhere.")
    guests_per_day = models.PositiveIntegerField(help_text="Most guests on one day of the merchant.")
    asked_on = models.DateField(null=True, blank=True, editable=False, help_text="The merchant's day that is counted.")
    asked_count = models.PositiveIntegerField(default=0, editable=False, help_text="Guests asked for on that day.")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="When it was last used, to the minute.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(asked_count__lte=F("guests_per_day")), name="token_asks_no_more_a_day")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> str:
        """Its name in the merchant's activity log."""
        return f"token:{self.pk}"

    @property
    def state(self) -> str:
        if self.ended_at:
            return "Ended"
        return "Expired" if self.expires_at <= timezone.now() else "Works"

    @property
    def works(self) -> bool:
        return self.state == "Works"

    @property
    def tone(self) -> str:
        return {"Works": "ok", "Expired": "warn", "Ended": ""}[self.state]

    @property
    def may(self) -> list[str]:
        own = ["send events to its hook"] if self.of_hook else []
        return own + [scope.label for scope in Scope if scope in self.scopes]

    @property
    def of_hook(self) -> bool:
        return OF_HOOK in self.scopes

    def works_from(self, address: str) -> bool:
        """For tokens that may be used only from some networks."""
        return any(ip_address(address) in ip_network(network) for network in self.networks)

    def take(self, guests: int) -> bool:
        """Counts guests of today; False if they are more than it may ask for. Who asks at once waits for each other."""
        today = timezone.localdate()
        so_far = Case(When(asked_on=today, then=F("asked_count")), default=Value(0))
        mine = ApiToken.objects.filter(pk=self.pk).annotate(total=so_far + guests)
        return bool(mine.filter(total__lte=F("guests_per_day")).update(asked_on=today, asked_count=so_far + guests))

    def give_back(self, guests: int, day: date) -> None:
        """Guests of a day who were taken back leave room for others, as long as that day is counted."""
        mine = ApiToken.objects.filter(pk=self.pk, asked_on=day, asked_count__gte=guests)
        mine.update(asked_count=F("asked_count") - guests)

    def note_use(self) -> None:
        """Notes that it was used, at most every minute: requests stay free of writes."""
        now = timezone.now()
        if self.used_at is None or self.used_at < now - USE_NOTED_EVERY:
            ApiToken.objects.filter(pk=self.pk).update(used_at=now)
