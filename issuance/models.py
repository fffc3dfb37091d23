"""Who receives a campaign's rewards and what became of every one of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaigns.models import Campaign, Variant
from issuance.states import (
    DELIVERY_WAITING,
    JOB_DUE,
    JOB_OPEN,
    LIST_RUNNING,
    DeliveryState,
    JobState,
    ListState,
    Outcome,
)
from thanxportal.accounts.models import Merchant, User


class RecipientListQuerySet(models.QuerySet["RecipientList"]):
    def for_merchant(self, merchant: Merchant) -> RecipientListQuerySet:
        return self.filter(merchant=merchant).select_related("campaign", "created_by").order_by("-pk")

    def running(self) -> RecipientListQuerySet:
        return self.filter(state__in=LIST_RUNNING)

    def due_to_read(self) -> RecipientListQuerySet:
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state__in=(ListState.UPLOADED, ListState.READING))

    def due_to_plan(self) -> RecipientListQuerySet:
        return self.filter(state=ListState.HELD, held_until__lte=timezone.now())


class RecipientList(models.Model):
    """One uploaded or pasted set of guests for one campaign, from file to final outcome; issued at most once.

    The `*_count` columns are the ledger. The database refuses a row whose terms don't add up to
    `rows_count`, so that no page can ever show a sum that doesn't close.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="recipient_lists")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="recipient_lists")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=ListState.choices, default=ListState.UPLOADED)
    file = models.FileField(upload_to="lists/", max_length=200, blank=True)
    pasted = models.BooleanField(default=False)
    file_info = models.JSONField(default=dict, help_text="Kind, encoding, columns and warnings, as read.")
    problem = models.CharField(max_length=400, blank=True, help_text="Why it can't be read, in plain words.")
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    bytes_total = models.BigIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)

    rows_count = models.PositiveIntegerField(default=0)
    waiting_count = models.PositiveIntegerField(default=0)
    control_count = models.PositiveIntegerField(default=0)
    rewarded_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    unknown_count = models.PositiveIntegerField(default=0)
    already_rewarded_count = models.PositiveIntegerField(default=0)
    revoked_count = models.PositiveIntegerField(default=0)
    invalid_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)

    confirm_token = models.UUIDField(default=uuid4, unique=True, editable=False)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    held_until = models.DateTimeField(null=True, blank=True)
    canary_size = models.PositiveIntegerField(default=0, help_text="Guests per arm sent ahead of the rest; 0: none.")
    safety_stop_at = models.DateTimeField(null=True, blank=True, help_text="Too many canaries refused: rest waits.")
    planned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RecipientListQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["merchant", "-id"]),
            models.Index(fields=["state"], condition=Q(state__in=LIST_RUNNING), name="list_running"),
        ]
        constraints = [
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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status(self) -> ListState:
        return ListState(self.state)

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


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def of_list(self, recipient_list: RecipientList) -> RecipientQuerySet:
        return self.filter(recipient_list=recipient_list).order_by("row")

    def with_outcome(self, outcome: str) -> RecipientQuerySet:
        return self.filter(outcome=outcome)


class Recipient(models.Model):
    """One guest of a list. Never created one by one: see `imports`."""

    recipient_list = models.ForeignKey(
        RecipientList, on_delete=models.CASCADE, related_name="recipients", db_index=False
    )
    row = models.PositiveIntegerField(help_text="Number in the file, from 1, the header included.")
    type = models.CharField(max_length=5, choices=[("email", "Email"), ("phone", "Phone")])
    value = models.CharField(max_length=254)
    other = models.CharField(max_length=254, blank=True, help_text="The guest's second identifier, never sent.")
    fixed = models.BooleanField(default=False)
    identity = models.BinaryField(max_length=16, help_text="Keyed hash of the identifier.")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    reason = models.CharField(max_length=80, blank=True, help_text="The code of a refusal.")
    job = models.ForeignKey(
        "IssuanceJob", on_delete=models.PROTECT, null=True, related_name="recipients", db_index=False
    )
    position = models.PositiveIntegerField(null=True, help_text="Index among the job's identifiers, from 0.")
    reward_id = models.CharField(max_length=64, blank=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["recipient_list", "outcome", "row"], name="recipient_by_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["recipient_list", "row"], name="one_recipient_per_row"),
            models.UniqueConstraint(fields=["job", "position"], name="one_recipient_per_position"),
            models.CheckConstraint(condition=~Q(outcome="control") | Q(job=None), name="control_is_never_in_a_job"),
        ]

    def __str__(self) -> str:
        return f"Recipient {self.pk}"


class RowErrorQuerySet(models.QuerySet["RowError"]):
    def of_list(self, recipient_list: RecipientList) -> RowErrorQuerySet:
        return self.filter(recipient_list=recipient_list).order_by("row")


class RowError(models.Model):
    """A row that joins no job: invalid, or a duplicate of an earlier row; kept whole to be repaired."""

    INVALID, DUPLICATE = "invalid", "duplicate"

    recipient_list = models.ForeignKey(
        RecipientList, on_delete=models.CASCADE, related_name="row_errors", db_index=False
    )
    row = models.PositiveIntegerField(help_text="Number in the file, from 1, the header included.")
    kind = models.CharField(max_length=9, choices=[(INVALID, "Invalid"), (DUPLICATE, "Duplicate")])
    code = models.CharField(max_length=60)
    column = models.CharField(max_length=120, blank=True)
    cells = models.JSONField(default=list, help_text="The row as it stood in the file.")

    objects = RowErrorQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["recipient_list", "kind", "row"], name="row_error_by_kind")]
        constraints = [models.UniqueConstraint(fields=["recipient_list", "row"], name="one_error_per_row")]

    def __str__(self) -> str:
        return f"Row {self.row}: {self.code}"


class IssuanceJobQuerySet(models.QuerySet["IssuanceJob"]):
    def of_list(self, recipient_list: RecipientList) -> IssuanceJobQuerySet:
        return self.filter(recipient_list=recipient_list).defer("body").select_related("variant").order_by("number")

    def open(self) -> IssuanceJobQuerySet:
        return self.filter(state__in=JOB_OPEN)

    def due(self) -> IssuanceJobQuerySet:
        now = timezone.now()
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state__in=JOB_DUE, next_attempt_at__lte=now)


class IssuanceJob(models.Model):
    """Up to 10,000 guests of one arm, sent in one request. Body, key and order never change after planning."""

    recipient_list = models.ForeignKey(RecipientList, on_delete=models.PROTECT, related_name="jobs")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="jobs")
    number = models.PositiveIntegerField(help_text="From 1 within the list.")
    canary = models.BooleanField(default=False, help_text="Sent ahead of the rest to see how many are refused.")
    total_count = models.PositiveIntegerField()
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    idempotency_key = models.UUIDField(unique=True)

    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.READY)
    partner_state = models.CharField(max_length=40, blank=True, help_text="Thanx's own word, verbatim.")
    thanx_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    epoch = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveIntegerField(default=0, help_text="Sends, then polls, since the last change.")
    crash_count = models.PositiveIntegerField(default=0, help_text="Leases that ran out: the worker died.")
    in_doubt = models.BooleanField(default=False, help_text="A send got no clear answer; only a replay can tell.")
    processed_count = models.PositiveIntegerField(default=0)
    success_count = models.PositiveIntegerField(default=0)
    failure_count = models.PositiveIntegerField(default=0)
    problem_code = models.CharField(max_length=80, blank=True)
    revoke_reason = models.CharField(max_length=300, blank=True)
    revoke_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoke_sent_at = models.DateTimeField(null=True, blank=True)

    planned_at = models.DateTimeField(default=timezone.now)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    news_at = models.DateTimeField(null=True, blank=True, help_text="When Thanx last told us anything.")

    objects = IssuanceJobQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state__in=JOB_DUE), name="job_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient_list", "number"], name="one_job_per_number"),
            models.CheckConstraint(
                condition=Q(total_count__gte=1, total_count__lte=10_000), name="job_has_1_to_10000_guests"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "completed", "failed", "revoking", "revoked"))
                | Q(thanx_id__isnull=False),
                name="accepted_job_has_thanx_id",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(total_count=F("success_count") + F("failure_count")),
                name="completed_job_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(first_sent_at__isnull=False), name="intent_before_send"
            ),
        ]
        permissions = [("revoke_issuancejob", "Can revoke issuance jobs")]

    def __str__(self) -> str:
        return f"Job {self.number} of list {self.recipient_list_id}"

    @property
    def status(self) -> JobState:
        return JobState(self.state)


class Attempt(models.Model):
    """One send of a job's body, written before its first byte leaves; finished once when the answer is known."""

    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, related_name="attempts")
    epoch = models.PositiveIntegerField()
    body_sha256 = models.CharField(max_length=64)
    idempotency_key = models.UUIDField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=20, blank=True, help_text="accepted, not_sent, rejected or in_doubt.")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Attempt {self.pk} of job {self.job_id}"


class Event(models.Model):
    """One transition of a list or a job: what, when, by whom. Appended, never changed: the page's timeline."""

    recipient_list = models.ForeignKey(RecipientList, on_delete=models.PROTECT, related_name="events")
    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    old_state = models.CharField(max_length=12, blank=True)
    new_state = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.old_state} to {self.new_state}"


class GuestClaim(models.Model):
    """Says that a campaign has promised this guest a reward; the key that keeps others from promising it again."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="claims", db_index=False)
    identity = models.BinaryField(max_length=16, help_text="Keyed hash: survives the purge of personal data.")
    recipient_list = models.ForeignKey(RecipientList, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "identity"], name="one_claim_per_guest")]

    def __str__(self) -> str:
        return f"Claim {self.pk}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def due(self) -> WebhookDeliveryQuerySet:
        return self.filter(due_at__lte=timezone.now())


class WebhookDelivery(models.Model):
    """One webhook with a right signature. Of its body only what is named here is kept, and nothing about a guest."""

    sha256 = models.CharField(max_length=64, help_text="Of the raw body: the same body again is the same delivery.")
    event = models.CharField(
        max_length=80, blank=True, help_text="What Thanx calls it; one name for both spellings of the batch event."
    )
    thanx_job_id = models.CharField(max_length=64, blank=True)
    thanx_merchant_id = models.CharField(max_length=64, blank=True)
    position = models.PositiveIntegerField(null=True, blank=True, help_text="Index of the guest in the job, from 0.")
    reward_id = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    received_count = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=11, choices=DeliveryState.choices, default=DeliveryState.NEW)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it is looked at next; empty: never again.")
    note = models.CharField(max_length=200, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(fields=["thanx_job_id"], name="delivery_of_job"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["sha256"], name="one_delivery_per_body"),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(state__in=DELIVERY_WAITING), name="settled_delivery_is_never_due"
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    @property
    def status(self) -> DeliveryState:
        return DeliveryState(self.state)


class Resolution(models.Model):
    """What two people of the partner learned from Thanx about a job that needs review. Kept for good."""

    LINKED, NEVER_EXECUTED = "linked", "never_executed"

    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, related_name="resolutions")
    verdict = models.CharField(
        max_length=14,
        choices=[(LINKED, "Thanx has it under this id"), (NEVER_EXECUTED, "Thanx never executed it")],
    )
    thanx_id = models.CharField(max_length=64, blank=True, help_text="Thanx's id of the job; a GET confirms it.")
    evidence = models.CharField(max_length=300, help_text="Thanx's written answer: who, when, ticket. No guests.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [("confirm_resolution", "Can confirm resolutions of others")]
        constraints = [
            models.UniqueConstraint(fields=["job"], condition=Q(confirmed_at=None), name="one_open_resolution"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="confirmed_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(verdict="linked", thanx_id__gt="") | Q(verdict="never_executed", thanx_id=""),
                name="linked_has_an_id",
            ),
        ]

    def __str__(self) -> str:
        return f"Resolution {self.pk} of job {self.job_id}"


def note_event(
    recipient_list: RecipientList,
    new_state: str,
    *,
    old_state: str = "",
    job: IssuanceJob | None = None,
    actor: User | None = None,
    note: str = "",
) -> None:
    """Appends one line to the list's timeline; call it inside the transition's transaction."""
    fields: dict[str, Any] = {"old_state": old_state, "new_state": new_state, "actor": actor, "note": note[:300]}
    Event.objects.create(recipient_list=recipient_list, job=job, **fields)
