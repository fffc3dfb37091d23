"""Campaigns of a merchant, with their arms."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from secrets import token_bytes
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaigns.allocation import seal_of
from campaigns.models.mirror import RewardTemplate
from campaigns.models.presets import RewardPreset
from thanxportal import database_clock
from thanxportal.accounts.models import Activity, ActivityQuerySet, Merchant
from thanxportal.kept_text import KeptText

ENDS_SOON = timedelta(days=7)


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


def variants_and_rewards() -> models.Prefetch[Any]:
    """Of campaigns, by one query."""
    return models.Prefetch("variants", Variant.objects.select_related("reward_template"))


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def for_merchant(self, merchant: Merchant) -> CampaignQuerySet:
        return self.filter(merchant=merchant).order_by("-pk")

    def drafted_as(self, uuid: str) -> Campaign | None:
        """Returns what an earlier save of the same new page created, so that saving twice creates one campaign."""
        try:
            return self.filter(uuid=UUID(uuid)).first()
        except ValueError:
            return None

    def named(self, words: str) -> CampaignQuerySet:
        """Campaigns with every one of the words in their name, their objective, or the name of a reward."""
        named = self
        for word in words.split():
            gives = Exists(Variant.objects.filter(campaign=OuterRef("pk"), reward_template__name__icontains=word))
            named = named.filter(models.Q(name__icontains=word) | models.Q(objective__icontains=word) | gives)
        return named

    def in_phase(self, phase: str) -> CampaignQuerySet:
        """Drafts, or published campaigns that are to come, run, or are over."""
        now = timezone.now()
        if phase == "draft":
            return self.exclude(state=CampaignState.PUBLISHED)
        if phase == "ended":
            return self.filter(state=CampaignState.PUBLISHED, end_at__lte=now)
        running = self.taking_guests(now)
        return running.filter(start_at__gt=now) if phase == "coming" else running.exclude(start_at__gt=now)

    def rewarded(self) -> dict[int, int]:
        """How many guests of their lists were rewarded, as the ledgers say."""
        sums = self.order_by().values_list("pk").annotate(models.Sum("guest_lists__rewarded_count", default=0))
        return {pk: total for pk, total in sums}  # noqa: C416 - the type of a row isn't known

    def drafts(self) -> CampaignQuerySet:
        """Campaigns that can still be changed: drafts, and those which Thanx refused."""
        return self.filter(state__in=(CampaignState.DRAFT, CampaignState.REFUSED))

    def giving(self, template: RewardTemplate) -> CampaignQuerySet:
        return self.filter(variants__reward_template=template).distinct()

    def with_variants(self) -> CampaignQuerySet:
        return self.select_related("merchant").prefetch_related(variants_and_rewards())

    def taking_guests(self, now: datetime | None = None) -> CampaignQuerySet:
        """Campaigns that are published and not over: people may bring guest lists to them."""
        running = models.Q(end_at=None) | models.Q(end_at__gt=now or timezone.now())
        return self.filter(running, state=CampaignState.PUBLISHED)

    def ended(self) -> CampaignQuerySet:
        """Campaigns that are over, but for those of which Thanx hasn't said yet whether it has them."""
        return self.filter(end_at__lte=timezone.now()).exclude(state=CampaignState.PUBLISHING)

    def redeemable(self) -> CampaignQuerySet:
        """Published campaigns whose rewards guests can redeem now, or later."""
        later = models.Q(redeemable_to=None) | models.Q(redeemable_to__gt=timezone.now())
        return self.filter(later, state=CampaignState.PUBLISHED)

    def due_to_publish(self) -> CampaignQuerySet:
        return self.publishing().filter(next_attempt_at__lte=database_clock.now())

    def publishing(self) -> CampaignQuerySet:
        """Campaigns that Thanx is asked to create, but for those of merchants that have opted out: they wait."""
        return self.filter(state=CampaignState.PUBLISHING).exclude(merchant__in=Merchant.objects.opted_out())


def new_salt() -> bytes:
    return token_bytes(16)


class Campaign(models.Model):
    """An offer of a merchant: two windows of time, 1 to 4 arms, and Thanx's ids once it is published."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    salt = models.BinaryField(
        max_length=16, default=new_salt, help_text="Of the split. Nobody who could choose guests by it may choose it."
    )
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=120)
    objective = models.CharField(max_length=300, blank=True)
    fine_print = models.TextField(blank=True, max_length=2000)
    start_at = models.DateTimeField("starts", null=True, blank=True)
    end_at = models.DateTimeField("ends", null=True, blank=True)
    redeemable_from = models.DateTimeField(null=True, blank=True)
    redeemable_to = models.DateTimeField("redeemable until", null=True, blank=True)
    expected_guests = models.PositiveIntegerField(null=True, blank=True, help_text="For planning only.")
    state = models.CharField(max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT)
    thanx_id = models.CharField("Thanx’s id", max_length=64, blank=True)
    raw = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True, help_text="Why publishing failed, in plain words.")
    problem_code = models.CharField("code of the problem", max_length=80, blank=True, help_text="The same for staff.")
    publish_attempts = models.PositiveIntegerField("attempts to publish", default=0)
    next_attempt_at = models.DateTimeField(
        "next attempt", null=True, blank=True, help_text="Also the lease while one is running."
    )
    preset = models.ForeignKey(
        RewardPreset, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns",
        help_text="Of which it was made on the fly; empty: somebody asked for it as it is.",
    )  # fmt: skip
    asked_by = KeptText("asked for by", max_length=60, blank=True, help_text="The program; empty: people made it.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("created", auto_now_add=True)
    updated_at = models.DateTimeField("saved", auto_now=True)
    published_at = models.DateTimeField("published", null=True, blank=True)

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
        """Its name in the merchant's activity log."""
        return f"campaign:{self.pk}"

    def history(self) -> ActivityQuerySet:
        """What people did with it, the newest first."""
        return Activity.objects.for_merchant(self.merchant).filter(target=self.target)

    def lock_preset(self) -> None:
        """Until the transaction ends nobody else counts or gathers guests of the preset that it was made of, if any."""
        if self.preset_id:
            RewardPreset.objects.select_for_update(no_key=True).only("pk").get(pk=self.preset_id)

    @property
    def promised(self) -> bool:
        """Whether guests may wait for what its arm gives, so that it gives nothing else."""
        return self.preset_id is not None

    @property
    def has_ended(self) -> bool:
        return self.is_over(timezone.now())

    def is_over(self, now: datetime) -> bool:
        return self.end_at is not None and self.end_at <= now

    @property
    def phase(self) -> tuple[str, str]:
        """What it is doing now, in words and as a tone: a draft, soon, running, about to end, or ended."""
        now = timezone.now()
        if self.state != CampaignState.PUBLISHED:
            return self.status.label, self.status.tone
        if self.is_over(now):
            return "Ended", ""
        if self.start_at and self.start_at > now:
            return f"Starts {_in_days(self.start_at, now)}", "info"
        if self.end_at and self.end_at - now < ENDS_SOON:
            return f"Ends {_in_days(self.end_at, now)}", "warn"
        return "Running", "ok"

    @property
    def pictured(self) -> RewardTemplate | None:
        """The reward whose picture stands for it: that of the first arm that gives one."""
        return next((arm.reward_template for arm in self.variants.all() if arm.reward_template), None)

    @property
    def accepts_lists(self) -> bool:
        return self.state == CampaignState.PUBLISHED and not self.has_ended

    @property
    def seal(self) -> str:
        """What is told of the salt of its split before its read-out."""
        return seal_of(self.salt)

    @property
    def split_in_words(self) -> str:
        return ", ".join(f"{arm.name} {arm.weight}%" for arm in self.variants.all())

    @property
    def refusal(self) -> str:
        """What `problem` is about, in a few words."""
        return "Thanx said no." if self.state == CampaignState.REFUSED else "It was not published."

    @property
    def stuck(self) -> bool:
        return self.state == CampaignState.PUBLISHING and self.updated_at < timezone.now() - timedelta(minutes=5)


def _in_days(moment: datetime, now: datetime) -> str:
    """Returns `today`, `tomorrow` or `in 3 days`, in the merchant's zone."""
    days = (timezone.localdate(moment) - timezone.localdate(now)).days
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


CONTROL = "Control"  # Thanx recognizes the arm without a reward by this exact name.


class Variant(models.Model):
    """One arm of a campaign: a reward and its share of the guests, or Control, which gets nothing."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    reward_template = models.ForeignKey(
        RewardTemplate, verbose_name="reward", on_delete=models.PROTECT, null=True, blank=True, related_name="variants"
    )
    weight = models.PositiveSmallIntegerField("share, %", help_text="Whole percent of the guests.")
    locked = models.BooleanField(default=False, help_text="Keeps its share while the others are drafted.")
    thanx_id = models.CharField("Thanx’s id", max_length=64, blank=True)

    class Meta:
        verbose_name = "arm"
        verbose_name_plural = "arms"
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
    def worth(self) -> Decimal | None:
        """Dollars of one reward; None where Thanx names no amount."""
        return self.reward_template.worth if self.reward_template else None

    @property
    def color(self) -> str:
        """The color token of this arm on every page: a, b, c, d, or 0 for Control."""
        return "0" if self.is_control else "abcd"[self.position % 4]
