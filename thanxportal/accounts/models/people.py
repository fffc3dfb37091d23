"""People, merchants, and the role of a person at a merchant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

VISIT_NOTED_EVERY = timedelta(minutes=5)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person; the email address is the login."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    get_short_name = get_full_name


class Identifier(models.TextChoices):
    """What identifies a guest to Thanx if a row has both."""

    EMAIL = "email", "Email"
    PHONE = "phone", "Phone number"


class Locale(models.TextChoices):
    """How a merchant writes dates; numbers are 1,234.50 in all of them. `thanxportal.formats` has a module for each."""

    US = "en-us", "United States, Canada: Nov 28, 2026, 12:18 PM"
    GB = "en-gb", "United Kingdom, Ireland: 28 Nov 2026, 12:18"
    AU = "en-au", "Australia, New Zealand: 28 Nov 2026, 12:18 PM"


class MerchantQuerySet(models.QuerySet["Merchant"]):
    def opted_out(self) -> MerchantQuerySet:
        """Merchants that Thanx no longer lists for the portal: nothing new is sent for them."""
        return self.filter(withdrawn_at__isnull=False)

    def with_what_is_left(self) -> MerchantQuerySet:
        """Annotates what `left_to_do` needs."""
        managers = Membership.objects.filter(merchant=OuterRef("pk"), role=Role.MANAGER, user__is_active=True)
        return self.annotate(has_manager=Exists(managers))

    def unfinished(self) -> MerchantQuerySet:
        """Merchants that Thanx lists and nobody has set up yet."""
        left = models.Q(has_manager=False) | models.Q(settings_saved_at=None)
        return self.with_what_is_left().filter(left, withdrawn_at=None)


class Merchant(models.Model):
    """A restaurant or shop, mirrored from Thanx. It is the tenant that owns all data."""

    thanx_id = models.CharField("Thanx’s id", max_length=64, unique=True)
    handle = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="America/Los_Angeles")
    locale = models.CharField(
        max_length=6, choices=Locale.choices, default=Locale.US, help_text="How dates are written."
    )
    country = models.CharField(max_length=2, default="US", help_text="ISO code read into phone numbers without one.")
    preferred_identifier = models.CharField(
        max_length=5, choices=Identifier.choices, default=Identifier.EMAIL, help_text="Used when a row has both."
    )
    repeat_days = models.PositiveSmallIntegerField(
        default=30, help_text="Guests whom another campaign rewarded in these last days are pointed out; 0: nobody."
    )
    approval_threshold = models.PositiveIntegerField(
        null=True, blank=True, help_text="Lists that reward more guests than this need an approver; empty: none."
    )
    second_factor = models.BooleanField(
        default=True, help_text="Whether issuing, approving, exports and the team need a second factor."
    )
    launch_from_folders = models.BooleanField(
        default=False, help_text="Whether lists from folders start without a person if nothing speaks against it."
    )
    seen_at = models.DateTimeField("last seen", null=True, blank=True)
    withdrawn_at = models.DateTimeField(
        "gone since", null=True, blank=True, help_text="Set when Thanx no longer lists it."
    )
    picture_origins = models.JSONField(
        default=list, editable=False, help_text="Where pictures of rewards come from, such as https://img.example.com."
    )
    came_anyway = models.FloatField(
        null=True, editable=False, help_text="Share of guests held out who came; empty: no read-out has told it yet."
    )
    visited_at = models.DateTimeField(null=True, blank=True, help_text="When a page was last opened, to some minutes.")
    settings_saved_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last saved its settings; empty: nobody has looked at them."
    )

    objects = MerchantQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        permissions = [("look_as_merchant", "Can look at the pages of merchants")]

    def __str__(self) -> str:
        return self.name

    def note_visit(self) -> None:
        """Notes that somebody looks, at most every five minutes: pages stay free of writes."""
        now = timezone.now()
        if self.visited_at is None or self.visited_at < now - VISIT_NOTED_EVERY:
            Merchant.objects.filter(pk=self.pk).update(visited_at=now)

    @property
    def opted_out(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def left_to_do(self) -> list[str]:
        """What staff have to do before its people can begin; only of rows `with_what_is_left`."""
        people = [] if self.has_manager else ["no manager yet: invite one"]  # type: ignore[attr-defined]
        return people + ([] if self.settings_saved_at else ["time zone and country not looked at yet: save them once"])


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    BUILDER = "builder", "Builder"
    SENDER = "sender", "Sender"
    APPROVER = "approver", "Approver"
    MANAGER = "manager", "Manager"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    @property
    def issues(self) -> bool:
        return self.rank >= Role.SENDER.rank

    @property
    def approves(self) -> bool:
        return self.rank >= Role.APPROVER.rank


class Right(models.TextChoices):
    """What a member may do. The value is the lowest role that may do it."""

    VIEW = "viewer", "look at everything"
    BUILD = "builder", "build campaigns and upload lists"
    ISSUE = "sender", "publish campaigns and issue rewards"
    APPROVE = "approver", "approve large lists"
    MANAGE = "manager", "manage team and settings or see guests unmasked"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of_merchant(self, merchant: Merchant) -> MembershipQuerySet:
        return self.filter(merchant=merchant, user__is_active=True).select_related("user").order_by("user__email")

    def who_may(self, right: Right) -> MembershipQuerySet:
        return self.filter(role__in=[role for role in Role if role.rank >= Role(right.value).rank])


class Membership(models.Model):
    """A user's role at one merchant. Each role may do what the roles before it may."""

    user = models.ForeignKey(User, verbose_name="person", on_delete=models.CASCADE, related_name="memberships")
    merchant = models.ForeignKey(Merchant, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    approver_since = models.DateTimeField(
        null=True, blank=True, help_text="Approves only lists brought later; empty: all, or no approver."
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "role at a merchant"
        verbose_name_plural = "roles at merchants"
        constraints = [models.UniqueConstraint(fields=["user", "merchant"], name="one_membership_per_merchant")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.merchant}"

    def may(self, right: Right) -> bool:
        return Role(self.role).rank >= Role(right.value).rank
