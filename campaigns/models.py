"""What a merchant offers: the mirror of Thanx's templates and locations, and campaigns with their variants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from campaigns.offers import VENUES, offer_in_words, plain, value_in_dollars
from thanxportal.accounts.models import Activity, ActivityQuerySet, Merchant


class Location(models.Model):
    """A merchant's location, mirrored from Thanx."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="locations")
    thanx_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=60, blank=True)
    zip = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    raw = models.JSONField(default=dict)
    seen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "street"]

    def __str__(self) -> str:
        return self.name or self.street or self.thanx_id


KINDS = {"free_item": "Free item", "dollars": "Amount off", "percent": "Percent off"}
OTHER_KIND = "other"


class RewardTemplateQuerySet(models.QuerySet["RewardTemplate"]):
    def for_merchant(self, merchant: Merchant) -> RewardTemplateQuerySet:
        return self.filter(merchant=merchant).order_by("name", "pk")

    def published(self) -> RewardTemplateQuerySet:
        return self.filter(withdrawn_at=None)

    def shown(self, shown: str) -> RewardTemplateQuerySet:
        """Published ones; those that are `gone` from Thanx; or `all`."""
        if shown == "gone":
            return self.exclude(withdrawn_at=None)
        return self if shown == "all" else self.published()

    def picked(self, pks: Collection[str]) -> dict[str, RewardTemplate]:
        """Templates by their id as forms write it; what is no id is not among them."""
        ids = [int(pk) for pk in pks if pk.isdecimal() and len(pk) < 19]
        return {str(one.pk): one for one in self.filter(pk__in=ids).defer("raw")}

    def of_kind(self, kind: str) -> RewardTemplateQuerySet:
        """Templates with this kind of discount; `other` is what no name of ours fits."""
        if kind == OTHER_KIND:
            return self.exclude(discount_type__in=KINDS)
        return self.filter(discount_type=kind) if kind in KINDS else self

    def matching(self, query: str) -> RewardTemplateQuerySet:
        """Templates whose name or description holds every word of the query."""
        found = self
        for word in query.split():
            found = found.filter(models.Q(name__icontains=word) | models.Q(description__icontains=word))
        return found

    def after(self, pk: int) -> RewardTemplateQuerySet:
        """The templates that follow this one in the order of names."""
        last = self.model.objects.filter(pk=pk).first()
        if last is None:
            return self
        return self.filter(models.Q(name__gt=last.name) | models.Q(name=last.name, pk__gt=last.pk))


class RewardTemplate(models.Model):
    """A reward that Thanx publishes for a merchant, mirrored; marked when withdrawn, never deleted."""

    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="reward_templates")
    thanx_id = models.CharField(max_length=64)
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
    seen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = RewardTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["merchant", "thanx_id"], name="one_template_per_merchant")]

    def __str__(self) -> str:
        return self.name

    @property
    def worth(self) -> Decimal | None:
        """What one reward takes off a bill, in dollars; None where Thanx names no amount."""
        return value_in_dollars(self.discount_type, self.discount_value)

    @property
    def arm_name(self) -> str:
        """What an arm that gives it is called as long as nobody names it."""
        return self.name[:80].strip()

    @property
    def offer(self) -> str:
        return offer_in_words(self.discount_type, self.discount_value)

    @property
    def venue(self) -> str:
        return VENUES.get(self.redemption_venue, plain(self.redemption_venue))

    @property
    def detail(self) -> str:
        """What it gives and where, on one line."""
        return " · ".join(part for part in (self.offer, self.venue) if part)


class TemplateChange(models.Model):
    """One thing that a sync found changed at Thanx: a field, or that the template vanished or came back."""

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


class CampaignState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    REFUSED = "refused", "Refused by Thanx"

    @property
    def tone(self) -> str:
        return {"draft": "", "publishing": "info", "published": "ok", "refused": "bad"}[self.value]

    @property
    def editable(self) -> bool:
        return self in (CampaignState.DRAFT, CampaignState.REFUSED)


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def for_merchant(self, merchant: Merchant) -> CampaignQuerySet:
        return self.filter(merchant=merchant).order_by("-pk")

    def drafted_as(self, uuid: str) -> Campaign | None:
        """What an earlier save of the same new page made, so that saving twice makes one campaign."""
        try:
            return self.filter(uuid=UUID(uuid)).first()
        except ValueError:
            return None

    def drafts(self) -> CampaignQuerySet:
        """What can still be changed: drafts, and those that Thanx refused."""
        return self.filter(state__in=(CampaignState.DRAFT, CampaignState.REFUSED))

    def giving(self, template: RewardTemplate) -> CampaignQuerySet:
        return self.filter(variants__reward_template=template).distinct()

    def giving_what_was_withdrawn(self) -> CampaignQuerySet:
        return self.filter(variants__reward_template__withdrawn_at__isnull=False).distinct()

    def with_variants(self) -> CampaignQuerySet:
        return self.select_related("merchant").prefetch_related("variants__reward_template")

    def taking_guests(self) -> CampaignQuerySet:
        """Published and not ended: lists may be brought to them."""
        running = models.Q(end_at=None) | models.Q(end_at__gt=timezone.now())
        return self.filter(running, state=CampaignState.PUBLISHED)

    def due_to_publish(self) -> CampaignQuerySet:
        now = timezone.now()
        return self.filter(state=CampaignState.PUBLISHING, next_attempt_at__lte=now)


class Campaign(models.Model):
    """One offer of a merchant: a window, 1 to 4 variants, and Thanx's ids once published."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=120)
    objective = models.CharField(max_length=300, blank=True)
    fine_print = models.TextField(blank=True, max_length=2000)
    start_at = models.DateTimeField(null=True, blank=True)
    end_at = models.DateTimeField(null=True, blank=True)
    redeemable_from = models.DateTimeField(null=True, blank=True)
    redeemable_to = models.DateTimeField(null=True, blank=True)
    expected_guests = models.PositiveIntegerField(null=True, blank=True, help_text="For planning only.")
    state = models.CharField(max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT)
    thanx_id = models.CharField(max_length=64, blank=True)
    raw = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True, help_text="Why publishing failed, in plain words.")
    problem_code = models.CharField(max_length=80, blank=True, help_text="The same for staff.")
    publish_attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, help_text="Also the lease while one is running.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["thanx_id"], condition=~models.Q(thanx_id=""), name="one_campaign_per_thanx_id"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published") | ~models.Q(thanx_id=""), name="published_has_thanx_id"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> CampaignState:
        return CampaignState(self.state)

    @property
    def target(self) -> str:
        """How the merchant's log names it."""
        return f"campaign:{self.pk}"

    def history(self) -> ActivityQuerySet:
        """What was done with it, the newest first."""
        return Activity.objects.for_merchant(self.merchant).filter(target=self.target)

    @property
    def has_ended(self) -> bool:
        return self.end_at is not None and self.end_at <= timezone.now()

    @property
    def accepts_lists(self) -> bool:
        return self.state == CampaignState.PUBLISHED and not self.has_ended

    @property
    def stuck(self) -> bool:
        return self.state == CampaignState.PUBLISHING and self.updated_at < timezone.now() - timedelta(minutes=5)


CONTROL = "Control"  # Thanx recognises the arm without a reward by this exact name.


class Variant(models.Model):
    """One arm of a campaign: a reward and its share of the guests, or Control, which gets nothing."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    reward_template = models.ForeignKey(
        RewardTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    weight = models.PositiveSmallIntegerField(help_text="Whole percent of the guests.")
    locked = models.BooleanField(default=False, help_text="Keeps its share while the others are drafted.")
    thanx_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="one_variant_per_position"),
            models.UniqueConstraint(fields=["campaign", "name"], name="one_variant_per_name"),
            models.CheckConstraint(condition=models.Q(weight__gte=1, weight__lte=100), name="weight_is_a_percent"),
            models.CheckConstraint(
                condition=~models.Q(name=CONTROL) | models.Q(reward_template=None), name="control_has_no_reward"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_control(self) -> bool:
        return self.name == CONTROL

    @property
    def colour(self) -> str:
        """The design token that this arm keeps on every page: a, b, c, d, or 0 for Control."""
        return "0" if self.is_control else "abcd"[self.position % 4]
