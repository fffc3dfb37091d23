"""Tokens with which a merchant's other systems, and the partner's, ask the portal for rewards."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from thanxportal.accounts.models.people import Merchant, Role
from thanxportal.kept_text import KeptText
from thanxportal.moments import end_of
from thanxportal.prepared import PreparedUpdate

Row = TypeVar("Row", bound=models.Model)
USE_NOTED_EVERY = timedelta(minutes=1)
TOLD_BEFORE, TOLD_UNTIL = timedelta(days=7), timedelta(days=1)  # a token expires
CENTS = 100


class Scope(models.TextChoices):
    """What a token may do; the label ends “It may …”."""

    READ = "read", "read campaigns, rewards and what came of its batches"
    REWARD = "reward", "reward guests of published campaigns, and on the fly where a manager allows it"
    CAMPAIGNS = "campaigns", "make and publish campaigns"
    GUESTS = "guests", "look up what one guest got"


MAKES_PARTNER_TOKENS = "accounts.add_partnertoken"
OF_HOOK = "hook"  # The scope of the address of a hook, alone: no operation of the API takes it.


class TokenQuerySet(models.QuerySet[Row], Generic[Row]):
    def good(self, now: datetime | None = None) -> Any:
        """Those that weren't ended and last still; see also `answered_for`."""
        return self.filter(ended_at=None, expires_at__gt=now or timezone.now())

    def expiring(self) -> Any:
        """Those that expire within a week or did within a day, so that somebody makes new ones."""
        now = timezone.now()
        return self.filter(ended_at=None, expires_at__gt=now - TOLD_UNTIL, expires_at__lte=now + TOLD_BEFORE)


class Token(models.Model):
    """What a program shows to be let in. Only the hash of its secret is kept."""

    name = KeptText(max_length=60, help_text="The program that has it, such as Survey tool.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the secret.")
    ending = models.CharField(max_length=4, help_text="Its last characters, to tell it from others.")
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list, blank=True, help_text="From where it may be used; empty: anywhere.")
    guests_per_day = models.PositiveIntegerField(help_text="Most guests on one day of the merchant.")
    dollars_per_day = models.PositiveIntegerField(
        null=True, blank=True, help_text="Most that their rewards may be worth, as far as Thanx names amounts."
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="When it was last used, to the minute.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

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
        found = ip_address(address)
        found = getattr(found, "ipv4_mapped", None) or found  # As servers write who came by IPv4 to an IPv6 socket.
        return any(found in ip_network(network) for network in self.networks)

    def note_use(self) -> bool:
        """Notes that it was used, at most every minute: requests stay free of writes. False if that was noted."""
        now = timezone.now()
        if self.used_at is not None and self.used_at >= now - USE_NOTED_EVERY:
            return False
        return bool(type(self)._default_manager.filter(pk=self.pk, used_at=self.used_at).update(used_at=now))


class PartnerTokenQuerySet(TokenQuerySet["PartnerToken"]):
    def answered_for(self) -> PartnerTokenQuerySet:
        """Those whose maker may still make such tokens."""
        makers = ModelBackend().with_perm(MAKES_PARTNER_TOKENS)
        return self.filter(created_by__in=makers.filter(is_staff=True))


class PartnerToken(Token):
    """A token of partner staff, for all merchants. At each of them it has an ApiToken of its own, made as it first asks
    there, by which it is counted, gathered, seen and ended like others."""

    objects = PartnerTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token for all merchants"
        verbose_name_plural = "tokens for all merchants"


class ApiTokenQuerySet(TokenQuerySet["ApiToken"]):
    def for_merchant(self, merchant: Merchant) -> ApiTokenQuerySet:
        return self.filter(merchant=merchant).select_related("created_by", "ended_by").order_by("-pk")

    def answered_for(self) -> ApiTokenQuerySet:
        """Those whose maker still manages their merchant, whatever was done past the pages. By joins, as it is asked
        with each request, and a subquery costs more."""
        manages = {"merchant__memberships__user": F("created_by"), "merchant__memberships__role": Role.MANAGER}
        return self.filter(created_by__is_active=True, **manages)

    def unanswered_for(self) -> ApiTokenQuerySet:
        """The others; parts of a partner's token have no maker at their merchant."""
        return self.filter(partner_token=None).exclude(pk__in=ApiToken.objects.answered_for())


class ApiToken(Token):
    """A token for one merchant."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="tokens")
    partner_token = models.ForeignKey(
        PartnerToken, on_delete=models.PROTECT, null=True, blank=True, related_name="at_merchants",
        help_text="Whose part it is at this merchant; its own secret nobody knows.",
    )  # fmt: skip
    counted_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When the day ends that is counted."
    )
    asked_count = models.PositiveIntegerField(default=0, editable=False, help_text="Guests asked for on that day.")
    asked_cents = models.PositiveBigIntegerField(default=0, editable=False, help_text="What their rewards are worth.")

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "token of a program"
        verbose_name_plural = "tokens of programs"
        indexes = [models.Index(fields=["merchant", "-id"])]
        constraints = [
            models.CheckConstraint(condition=Q(asked_count__lte=F("guests_per_day")), name="token_asks_no_more_a_day"),
            models.CheckConstraint(
                condition=Q(dollars_per_day=None) | Q(asked_cents__lte=F("dollars_per_day") * CENTS),
                name="token_costs_no_more_a_day",
            ),
            models.UniqueConstraint(fields=["partner_token", "merchant"], name="one_part_at_each_merchant"),
        ]

    @property
    def target(self) -> str:
        """Its name in the merchant's activity log."""
        return f"token:{self.pk}"

    @property
    def day_ends(self) -> datetime:
        """When the day ends that is counted now: one that has begun when it was to end, whatever becomes of the
        merchant's time zone."""
        now = timezone.now()
        return self.counted_until if self.counted_until and self.counted_until > now else end_of(timezone.localdate())

    def take(self, guests: int, cents: int, until: datetime) -> bool:
        """Counts guests of the day that ends then, see `day_ends`, and what their rewards are worth; False if that is
        more than it may ask for. Who asks at once waits for each other."""
        return bool(_take(self.pk, guests, cents, timezone.now(), until))

    def give_back(self, guests: int, cents: int, day: datetime | None) -> None:
        """Guests of a day who were taken back leave room for others, as long as that day is counted."""
        mine = ApiToken.objects.filter(pk=self.pk, counted_until=day, asked_count__gte=guests, asked_cents__gte=cents)
        mine.update(asked_count=F("asked_count") - guests, asked_cents=F("asked_cents") - cents)


@PreparedUpdate
def _take(token: int, guests: int, cents: int, now: datetime, until: datetime) -> int:
    same_day = Q(counted_until__gt=now)
    sums = {
        "asked_count": Case(When(same_day, then=F("asked_count")), default=Value(0)) + guests,
        "asked_cents": Case(When(same_day, then=F("asked_cents")), default=Value(0)) + cents,
    }
    mine = ApiToken.objects.filter(pk=token).annotate(guests=sums["asked_count"], cents=sums["asked_cents"])
    cheap = Q(dollars_per_day=None) | Q(cents__lte=F("dollars_per_day") * CENTS)
    return mine.filter(cheap, guests__lte=F("guests_per_day")).update(counted_until=until, **sums)
