"""A list: one uploaded or pasted set of guests for one campaign, and its ledger."""

from __future__ import annotations

from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from campaigns.models import Campaign
from issuance.models.list_queries import LARGE, GuestListQuerySet
from issuance.models.states import LIST_ENDED, LIST_RUNNING, ListState
from issuance.models.streams import Stream
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText


class GuestList(models.Model):
    """One uploaded or pasted set of guests for one campaign, from file to final outcome; issued at most once.

    The `*_count` columns are the ledger. The database refuses a row whose terms don't add up to
    `rows_count`, so that no page can ever show a sum that doesn't close.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="guest_lists")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="guest_lists")
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="retries",
        help_text="The list whose refused guests this one sends again.",
    )
    stream = models.ForeignKey(
        Stream,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lists",
        help_text="Asked for by a program.",
    )
    superseded = models.BooleanField(
        default=False, editable=False, help_text="A later list of its stream stands for it in tables."
    )
    one_guest = models.BooleanField(default=False, help_text="Made by the form for a single guest.")
    reason = KeptText(max_length=200, blank=True, help_text="Why the single guest is rewarded.")
    name = KeptText(max_length=200)
    state = models.CharField(max_length=20, choices=ListState.choices, default=ListState.UPLOADED)
    file = models.FileField(upload_to="lists/", max_length=200, blank=True)
    pasted = models.BooleanField(default=False)
    file_info = models.JSONField(default=dict, help_text="Kind, encoding, columns and warnings, as read.")
    mapping = models.JSONField(
        default=dict, blank=True, help_text="What a person chose: sheet, header_row, email, phone; columns from 0."
    )
    problem = models.CharField(max_length=400, blank=True, help_text="Why it can't be read, in plain words.")
    epoch = models.PositiveIntegerField("times taken up", default=0)
    lease_until = models.DateTimeField("a worker’s until", null=True, blank=True)
    crash_count = models.PositiveIntegerField(
        "crashes", default=0, help_text="Leases that ran out in a row: the worker died."
    )
    bytes_total = models.BigIntegerField("bytes", default=0)
    bytes_read = models.BigIntegerField("bytes read", default=0)

    rows_count = models.PositiveIntegerField("rows", default=0)
    added_count = models.PositiveIntegerField(
        default=0, help_text="Of the rows, those that a repair made of cells with several guests."
    )
    waiting_count = models.PositiveIntegerField("waiting", default=0)
    control_count = models.PositiveIntegerField("Control", default=0)
    rewarded_count = models.PositiveIntegerField("rewarded", default=0)
    refused_count = models.PositiveIntegerField("refused", default=0)
    unknown_count = models.PositiveIntegerField("unknown", default=0)
    already_rewarded_count = models.PositiveIntegerField("already rewarded", default=0)
    revoked_count = models.PositiveIntegerField("revoked", default=0)
    invalid_count = models.PositiveIntegerField("invalid", default=0)
    duplicate_count = models.PositiveIntegerField("duplicates", default=0)
    repair_order = models.JSONField(
        default=dict, blank=True, help_text="What a worker is to repair: see `background_repairs`."
    )
    cached_counts = models.JSONField(default=dict, help_text="What the check page says of its guests.")

    confirm_token = models.UUIDField(default=uuid4, unique=True, editable=False)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the launcher asked for an approval.")
    sent_back_reason = KeptText(max_length=300, blank=True, help_text="Why an approver sent it back.")
    sent_back_facts = models.JSONField(default=dict, blank=True, help_text="What was decided on then: see `review`.")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("created", auto_now_add=True)
    checked_at = models.DateTimeField("checked", null=True, blank=True)
    launched_at = models.DateTimeField("launched", null=True, blank=True)
    launch_at = models.DateTimeField(
        "to start",
        null=True,
        blank=True,
        help_text="When it is to start, by whoever launched it; empty: after the hold.",
    )
    held_until = models.DateTimeField("on hold until", null=True, blank=True)
    canary_size = models.PositiveIntegerField(default=0, help_text="Guests per arm sent ahead of the rest; 0: none.")
    guests_per_job = models.PositiveIntegerField(
        default=0, help_text="Most guests in a job; 0: as many as Thanx takes."
    )
    job_column = models.CharField(max_length=120, blank=True, help_text="Column each of whose values gets own jobs.")
    safety_stop_at = models.DateTimeField(null=True, blank=True, help_text="Too many canaries refused: rest waits.")
    planned_at = models.DateTimeField("planned", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    purged_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its guests' identifiers and cells are being removed, or are gone."
    )
    purge_left = models.BooleanField(default=False, editable=False, help_text="Some of them are still to be removed.")

    objects = GuestListQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"]),
            models.Index(fields=["merchant", "-id"], condition=Q(superseded=False), name="list_in_tables"),
            models.Index(fields=["state"], condition=Q(state__in=LIST_RUNNING), name="list_running"),
            models.Index(fields=["merchant", "created_at"], condition=Q(one_guest=True), name="list_of_one_guest"),
            models.Index(fields=["ended_at"], condition=Q(purged_at=None), name="list_to_purge"),
            models.Index(fields=["id"], condition=Q(purge_left=True), name="list_being_purged"),
            models.Index(
                fields=["campaign", "ended_at"],
                condition=Q(refused_count__gt=0, stream__isnull=False),
                name="list_refused_of_programs",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=(ListState.HELD, ListState.ISSUING)) | Q(launched_at__isnull=False),
                name="launched_list_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIST_ENDED, ended_at__isnull=False) | ~Q(state__in=LIST_ENDED) & Q(ended_at=None),
                name="ended_list_says_when",
            ),
            models.CheckConstraint(
                condition=Q(purge_left=False) | Q(purged_at__isnull=False), name="purge_begins_with_its_time"
            ),
            models.CheckConstraint(
                name="ledger_closes",
                condition=Q(
                    rows_count=F("waiting_count")
                    + F("control_count")
                    + F("rewarded_count")
                    + F("refused_count")
                    + F("unknown_count")
                    + F("already_rewarded_count")
                    + F("revoked_count")
                    + F("invalid_count")
                    + F("duplicate_count")
                ),
            ),
            models.CheckConstraint(
                name="approved_by_another_person",
                condition=Q(approved_by=None) | ~Q(approved_by=F("launched_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> ListState:
        return ListState(self.state)

    @property
    def is_scheduled(self) -> bool:
        """Whether it waits for the time that somebody chose."""
        chosen, until = self.launch_at, self.held_until
        return bool(self.state == ListState.HELD and chosen and until and until > timezone.now())

    @property
    def launch_in_words(self) -> str:
        """When it is to start, in the merchant's zone; empty without a chosen time."""
        if self.launch_at is None:
            return ""
        zone = self.merchant.time_zone
        local = timezone.localtime(self.launch_at, ZoneInfo(zone))
        return f"{date_format(local, 'DATETIME_FORMAT')} ({zone.rpartition('/')[2].replace('_', ' ')})"

    @property
    def label(self) -> str:
        """Its state in a word or two."""
        return "Scheduled" if self.is_scheduled else self.status.label

    @property
    def is_large(self) -> bool:
        """Whether reading it takes so long that others would wait."""
        return self.bytes_total > LARGE

    @property
    def removed(self) -> str:
        """Says since when nobody can tell who its guests were; empty as long as somebody can."""
        if self.purged_at is None:
            return ""
        at, now = timezone.localtime(self.purged_at), timezone.localtime()
        day = date_format(at, "MONTH_DAY_FORMAT" if at.year == now.year else "DATE_FORMAT")
        return f"Removed on {day} under the {settings.RETENTION_DAYS}-day rule"

    @property
    def target(self) -> str:
        """Its name in the merchant's activity log."""
        return f"list:{self.pk}"

    @property
    def parked(self) -> bool:
        return self.state == ListState.HELD and self.held_until is None

    @property
    def country(self) -> str:
        """Where phones without a country were taken to be when the file was read: a setting changed since must not
        change who its guests are."""
        return str(self.file_info.get("country") or self.merchant.country)

    @property
    def prefer(self) -> str:
        """The kind of identifier, email or phone, that was taken of two when the file was read."""
        return str(self.file_info.get("prefer") or self.merchant.preferred_identifier)

    @property
    def job_size(self) -> int:
        """Most guests in one job, which is what Thanx can revoke."""
        return min(self.guests_per_job or settings.JOB_SIZE, settings.JOB_SIZE)

    @property
    def columns_besides(self) -> list[str]:
        """Columns of the file that name neither the guest's email nor phone, once each, as people may choose them."""
        if self.pasted:
            return []
        names = [str(name)[:120] for name in self.file_info.get("names") or []]
        own = [names[at] for kind in ("email", "phone") if isinstance(at := self.file_info.get(kind), int)]
        return [name for name in dict.fromkeys(names) if name.strip() and name not in own]

    @property
    def job_cell(self) -> int:
        """Which cell of a row, from 1, decides about its job; 0 for none."""
        names = [str(name)[:120] for name in self.file_info.get("names") or []]
        return names.index(self.job_column) + 1 if self.job_column in self.columns_besides else 0

    @property
    def ready_count(self) -> int:
        """Guests that would be issued to or held out: what the merchant decides about."""
        return self.waiting_count + self.control_count

    @property
    def ledger(self) -> dict[str, int]:
        """The balanced ledger; `rows` equals the sum of all the other terms."""
        terms = ("rewarded", "control", "waiting", "refused", "invalid", "duplicate", "already_rewarded", "unknown")
        return {term: getattr(self, f"{term}_count") for term in ("rows", *terms, "revoked")}

    @property
    def closed(self) -> bool:
        """Whether every row of the file has its place and nobody is still waiting for an answer."""
        ledger = self.ledger
        return ledger.pop("rows") == sum(ledger.values()) and self.state == ListState.FINISHED
