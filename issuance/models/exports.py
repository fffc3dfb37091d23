"""What Thanx exports of a merchant's members, purchases and rewards, as far as it is about guests of its lists."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils import timezone

from issuance.models.states import ExportState
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText

_HASHES = ("email_identity", "phone_identity", "reward_identity")  # of a member
STATED = "What a row says counts from this moment; an older one doesn't change it."


class ExportKind(models.TextChoices):
    MEMBERSHIPS = "memberships", "Memberships"
    PURCHASES = "purchases", "Purchases"
    REWARDS = "rewards", "Rewards"


class ExportFileQuerySet(models.QuerySet["ExportFile"]):
    def for_merchant(self, merchant: Merchant) -> ExportFileQuerySet:
        return self.filter(merchant=merchant).select_related("received_by").order_by("-pk")

    def due(self) -> ExportFileQuerySet:
        """Those that a worker may load now, one of each merchant at a time; purchases last, as the others say whose
        purchases are kept."""
        busy = ExportFile.objects.filter(lease_until__gte=database_clock.now()).values("merchant")
        due = self.filter(state__in=(ExportState.RECEIVED, ExportState.LOADING)).exclude(merchant__in=busy)
        last = Case(When(kind=ExportKind.PURCHASES, then=1), default=0)
        return due.order_by("merchant", last, "kind", "stated_at", "pk")


class ExportFile(models.Model):
    """One export as it came, by upload, folder or command; the same bytes again are the same export."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="export_files", db_index=False)
    kind = models.CharField(max_length=11, choices=ExportKind.choices)
    name = KeptText(max_length=200)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="exports/", max_length=200, blank=True)
    bytes_total = models.BigIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty: by the folder or the command.",
    )  # fmt: skip
    stated_at = models.DateTimeField(default=timezone.now, help_text="The day in its name, else when it was received.")
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.RECEIVED)
    problem = models.CharField(max_length=400, blank=True, help_text="Why it waits or is refused, in plain words.")
    rows_count = models.PositiveIntegerField(default=0)
    kept_count = models.PositiveIntegerField(default=0, help_text="Rows of guests of the merchant's lists.")
    new_count = models.PositiveIntegerField(default=0, help_text="Kept rows that weren’t known before.")
    replaced_count = models.PositiveIntegerField(default=0, help_text="Kept rows that changed what was known.")
    bad_count = models.PositiveIntegerField(default=0)
    bad_rows = models.JSONField(default=list, help_text="A sentence for each of the first, without what they say.")
    loaded_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, help_text="When it last told something that was new.")
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    crash_count = models.PositiveIntegerField(
        "crashes", default=0, help_text="Leases that ran out: the worker died or failed."
    )

    objects = ExportFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["merchant", "-id"], name="export_by_merchant")]
        constraints = [models.UniqueConstraint(fields=["merchant", "sha256"], name="one_export_per_file")]

    def __str__(self) -> str:
        return f"Export {self.pk}"

    @property
    def status(self) -> ExportState:
        return ExportState(self.state)


class Stated(models.Model):
    """A row of an export. The database doesn't look up its merchant, as in `Guest`."""

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    user_id = models.CharField(max_length=64, help_text="As Thanx writes it.")
    stated_at = models.DateTimeField(help_text=STATED)

    class Meta:
        abstract = True


class Member(Stated):
    """A guest of some list of the merchant as Thanx knows them. Equal to `Guest.identity`: any of the three hashes."""

    HASHES = _HASHES

    user_uid = models.CharField(max_length=64, blank=True)
    joined_at = models.DateTimeField(null=True)
    email_identity = models.BinaryField(max_length=16, null=True, help_text="Keyed hash, as guests have it.")
    phone_identity = models.BinaryField(max_length=16, null=True, help_text="Keyed hash, as guests have it.")
    reward_identity = models.BinaryField(
        max_length=16, null=True, help_text="Keyed hash of the guest to whom a reward of this member was issued."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "user_id"], name="one_member_per_user")]
        indexes = [
            models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"member_{name}")
            for name in _HASHES
        ]

    def __str__(self) -> str:
        return f"Member {self.pk}"


class Purchase(Stated):
    """A purchase of a member, in cents: what was settled, else what was authorized."""

    purchase_id = models.CharField(max_length=64)
    purchased_at = models.DateTimeField()
    amount = models.IntegerField()
    location_id = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "purchase_id"], name="one_row_per_purchase")]
        # With all that a read-out asks for, so that it need not look up a row for each purchase.
        indexes = [
            models.Index(
                fields=["merchant", "user_id", "purchased_at", "amount", "location_id"], name="purchase_of_member"
            )
        ]

    def __str__(self) -> str:
        return f"Purchase {self.pk}"


class ExportedReward(Stated):
    """A reward of a member, or one that a webhook told of, in the state that Thanx exports."""

    reward_id = models.CharField(max_length=64)
    reward_uid = models.CharField(max_length=64, help_text="The id in webhooks, which `Guest.reward_id` keeps.")
    state = models.CharField(max_length=16)
    activated_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    discount = models.IntegerField(null=True, help_text="In cents.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "reward_id"], name="one_row_per_reward")]
        indexes = [
            models.Index(fields=["merchant", "user_id"], name="reward_by_member"),
            models.Index(fields=["merchant", "reward_uid"], name="reward_by_uid"),
        ]

    def __str__(self) -> str:
        return f"Reward {self.pk}"
