"""The mirror of what Thanx publishes for a merchant: locations, reward templates and their changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.utils import timezone

from campaigns.reward_value import KINDS, SPELLINGS, VENUES, offer_in_words, plain, value_in_dollars
from thanxportal.accounts.models import Merchant

OLD_COPY = timedelta(days=1)
ASKED_EVERY = timedelta(hours=1)


class LocationQuerySet(models.QuerySet["Location"]):
    def open_at(self, merchant: Merchant | int) -> LocationQuerySet:
        """Those of the merchant that Thanx still has."""
        return self.filter(merchant=merchant, withdrawn_at=None)


class Location(models.Model):
    """A merchant's location, mirrored from Thanx."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="locations")
    thanx_id = models.CharField("Thanx’s id", max_length=64, unique=True)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=60, blank=True)
    zip = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text="IANA name, if Thanx gives one.")
    raw = models.JSONField(default=dict)
    seen_at = models.DateTimeField("last seen")
    withdrawn_at = models.DateTimeField("gone since", null=True, blank=True)

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "street", "pk"]

    def __str__(self) -> str:
        return self.name or self.street or self.thanx_id

    @property
    def address(self) -> str:
        region = " ".join(filter(None, (self.state, self.zip)))
        return ", ".join(filter(None, (self.street, self.city, region)))

    @property
    def place(self) -> str:
        """Its name and where it is, as people tell it from the others."""
        return ", ".join(filter(None, (self.name, self.street, self.city))) or self.thanx_id

    @property
    def place_and_zone(self) -> str:
        city = self.time_zone.rpartition("/")[2].replace("_", " ")
        return f"{self.place} ({city} time)" if city else self.place


OTHER_KIND = "other"


class RewardTemplateQuerySet(models.QuerySet["RewardTemplate"]):
    def for_merchant(self, merchant: Merchant) -> RewardTemplateQuerySet:
        return self.filter(merchant=merchant).order_by("name", "pk")

    def published(self) -> RewardTemplateQuerySet:
        return self.filter(withdrawn_at=None)

    def shown(self, shown: str) -> RewardTemplateQuerySet:
        """Returns published templates, those which are `gone` from Thanx, or `all`."""
        if shown == "gone":
            return self.exclude(withdrawn_at=None)
        return self if shown == "all" else self.published()

    def picked(self, pks: Collection[str]) -> dict[str, RewardTemplate]:
        """Returns templates by their id as forms write it. Ignores what is no id."""
        ids = [int(pk) for pk in pks if pk.isdecimal() and len(pk) < 19]
        return {str(template.pk): template for template in self.filter(pk__in=ids).defer("raw")}

    def of_kind(self, kind: str) -> RewardTemplateQuerySet:
        """Returns templates with this kind of discount; `other` means a kind that we have no name for."""
        if kind == OTHER_KIND:
            return self.exclude(discount_type__in=[spelling for group in SPELLINGS.values() for spelling in group])
        return self.filter(discount_type__in=SPELLINGS[kind]) if kind in KINDS else self

    def matching(self, query: str) -> RewardTemplateQuerySet:
        """Returns templates whose name or description contains every word of the query."""
        matching = self
        for word in query.split():
            matching = matching.filter(models.Q(name__icontains=word) | models.Q(description__icontains=word))
        return matching

    def after(self, pk: int) -> RewardTemplateQuerySet:
        """Returns the templates that follow this one in the order of names."""
        last = self.model.objects.filter(pk=pk).first()
        if last is None:
            return self
        return self.filter(models.Q(name__gt=last.name) | models.Q(name=last.name, pk__gt=last.pk))


class RewardTemplate(models.Model):
    """A reward that Thanx publishes for a merchant. It is marked when Thanx withdraws it, and never deleted."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="reward_templates")
    thanx_id = models.CharField("Thanx’s id", max_length=64)
    name = models.CharField(max_length=300)
    type = models.CharField(max_length=60, blank=True)
    subtype = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    fine_print = models.TextField(blank=True)
    discount_type = models.CharField(max_length=60, blank=True)
    discount_value = models.CharField(max_length=40, blank=True)
    redemption_venue = models.CharField(max_length=40, blank=True)
    image_url = models.TextField(blank=True)
    raw = models.JSONField(default=dict)
    seen_at = models.DateTimeField("last seen")
    withdrawn_at = models.DateTimeField("gone since", null=True, blank=True)
    asked_at = models.DateTimeField(
        "asked about", null=True, blank=True, help_text="When its page last asked for a newer copy."
    )

    objects = RewardTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = "reward"
        verbose_name_plural = "rewards"
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "thanx_id"], name="one_template_per_merchant")]

    def __str__(self) -> str:
        return self.name

    def ask_if_old(self) -> bool:
        """Notes that the copy is to be read anew, if it is older than a day: True at most once an hour."""
        now = timezone.now()
        if self.seen_at > now - OLD_COPY:
            return False
        rested = models.Q(asked_at=None) | models.Q(asked_at__lte=now - ASKED_EVERY)
        return bool(RewardTemplate.objects.filter(rested, pk=self.pk).update(asked_at=now))

    @property
    def worth(self) -> Decimal | None:
        """What one reward takes off a bill, in dollars; None if Thanx names no clear amount."""
        return value_in_dollars(self.discount_type, self.discount_value, self._words)

    @property
    def arm_name(self) -> str:
        """The name of an arm that gives it, until somebody types one."""
        return self.name[:80].strip()

    @property
    def offer(self) -> str:
        return offer_in_words(self.discount_type, self.discount_value, self._words)

    @property
    def _words(self) -> str:
        return f"{self.name} {self.description}"

    @property
    def venue(self) -> str:
        return VENUES.get(self.redemption_venue, plain(self.redemption_venue))

    @property
    def detail(self) -> str:
        """What it gives and where, as one line."""
        return " · ".join(part for part in (self.offer, self.venue) if part)


class TemplateChange(models.Model):
    """One change that a sync found at Thanx: of a field, or that the template vanished or came back."""

    WITHDRAWN, RETURNED = "withdrawn", "returned"

    template = models.ForeignKey(RewardTemplate, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    field = models.CharField(max_length=40, help_text="Name of the field, or withdrawn or returned.")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["template", "-id"])]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.field} of template {self.template_id}"

    @property
    def tone(self) -> str:
        return {self.WITHDRAWN: "warn", self.RETURNED: "ok"}.get(self.field, "")

    @property
    def sentence(self) -> str:
        whole = {
            self.WITHDRAWN: "Thanx no longer published it.",
            self.RETURNED: "Thanx published it again.",
            "image_url": "The picture changed.",
        }
        if self.field in whole:
            return whole[self.field]
        before, after = (f"“{value}”" if value else "nothing" for value in (self.before, self.after))
        return f"{plain(self.field)} changed from {before} to {after}."
