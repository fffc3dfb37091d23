"""The jobs in which a list is issued, and every send of their bodies."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from campaigns.models import Variant
from issuance.models.lists import GuestList
from issuance.models.states import JOB_DUE, JOB_KNOWN, JOB_OPEN, JobState
from thanxportal import database_clock
from thanxportal.accounts.models import Merchant
from thanxportal.kept_text import KeptText

PARKED = "parked"  # the problem code of a job whose workers crashed
_NEVER_DUE = Q(next_attempt_at=None, lease_until=None)
IS_PARKED = Q(problem_code=PARKED) & _NEVER_DUE
NOT_TAKEN_BACK = Q(state=JobState.REVOKING) & ~Q(problem_code=PARKED) & _NEVER_DUE


class IssuanceJobQuerySet(models.QuerySet["IssuanceJob"]):
    def of_list(self, guest_list: GuestList | int) -> IssuanceJobQuerySet:
        """Without jobs whose guests sit in parts of them now, so that each guest counts once."""
        jobs = self.filter(guest_list=guest_list).exclude(state=JobState.HALVED)
        return jobs.defer("body").select_related("variant").order_by("number")

    def with_part_numbers(self) -> IssuanceJobQuerySet:
        """With `part_of_number`: of the planned job of which each has a part."""
        number: dict[str, F] = {"part_of_number": F("part_of__number")}
        return self.annotate(**number)

    def open(self) -> IssuanceJobQuerySet:
        return self.filter(state__in=JOB_OPEN)

    def due(self, now: datetime | None = None) -> IssuanceJobQuerySet:
        """Jobs that nobody has; `now` is the database's time."""
        free = Q(lease_until=None) | Q(lease_until__lt=now or database_clock.now())
        return self.waiting().filter(free, next_attempt_at__lte=timezone.now())

    def waiting(self) -> IssuanceJobQuerySet:
        """Jobs that workers have to do with, now or later. First sends for a merchant that has opted out aren't."""
        opted_out = Q(state=JobState.READY, merchant__in=Merchant.objects.opted_out())
        return self.filter(state__in=JOB_DUE, next_attempt_at__isnull=False).exclude(opted_out)

    def parked(self) -> IssuanceJobQuerySet:
        """Waiting for staff: their workers crashed five times, or Thanx doesn’t take their rewards back."""
        return self.filter(IS_PARKED | NOT_TAKEN_BACK)

    def in_turn(self) -> IssuanceJobQuerySet:
        """The most urgent kind of work first; within it the lists, and then the merchants, take turns."""
        urgency = Case(
            When(state__in=(JobState.SENDING, JobState.REVOKING), then=0), When(state=JobState.READY, then=1), default=2
        )
        return self.annotate(
            urgency=urgency, turn_of_list=_turn("guest_list"), turn_of_merchant=_turn("merchant")
        ).order_by("urgency", "turn_of_list", "turn_of_merchant", "next_attempt_at", "pk")


def _turn(sharers: str) -> Window:
    return Window(RowNumber(), partition_by=[F(sharers), F("urgency")], order_by=["next_attempt_at", "pk"])


class IssuanceJob(models.Model):
    """Up to 10,000 guests of one arm, sent in one request. Body, key and order never change after planning, but the
    body is emptied once nobody can need it any more."""

    guest_list = models.ForeignKey(GuestList, on_delete=models.PROTECT, related_name="jobs")
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(Variant, verbose_name="arm", on_delete=models.PROTECT, related_name="jobs")
    number = models.PositiveIntegerField("number in its list", help_text="From 1 within the list.")
    label = KeptText(max_length=120, blank=True, help_text="What its guests share: a value of a column.")
    part_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts",
        help_text="The planned job that Thanx refused because of some guest, and of whose guests this one has a part.",
    )  # fmt: skip
    canary = models.BooleanField(
        "sent ahead", default=False, help_text="Sent ahead of the rest to see how many are refused."
    )
    total_count = models.PositiveIntegerField("guests")
    body = models.BinaryField()
    body_sha256 = models.CharField("fingerprint of the body", max_length=64)
    idempotency_key = models.UUIDField(unique=True)

    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.READY)
    partner_state = models.CharField(
        "state at Thanx", max_length=40, blank=True, help_text="Thanx's own word, but for guests."
    )
    unknown_state_since = models.DateTimeField(
        "state unknown since",
        null=True,
        blank=True,
        help_text="Since when that word has been none that we know; empty after any other.",
    )
    thanx_id = models.CharField("Thanx’s id", max_length=64, null=True, blank=True, unique=True)
    epoch = models.PositiveIntegerField("times taken up", default=0)
    lease_until = models.DateTimeField("a worker’s until", null=True, blank=True)
    next_attempt_at = models.DateTimeField("next attempt", null=True, blank=True)
    attempt_count = models.PositiveIntegerField(
        "attempts", default=0, help_text="Sends, then polls, since the last change."
    )
    crash_count = models.PositiveIntegerField("crashes", default=0, help_text="Leases that ran out: the worker died.")
    in_doubt = models.BooleanField(default=False, help_text="A send got no clear answer; only a replay can tell.")
    processed_count = models.PositiveIntegerField("processed", default=0)
    success_count = models.PositiveIntegerField("rewarded", default=0)
    failure_count = models.PositiveIntegerField("refused", default=0)
    problem_code = models.CharField("code of the problem", max_length=80, blank=True)
    revoke_reason = KeptText("reason", max_length=300, blank=True)
    revoke_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="asked by",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    revoke_plan = models.ForeignKey(
        "RevocationPlan", verbose_name="plan", on_delete=models.PROTECT, null=True, blank=True, related_name="asked",
        help_text="The plan by which Thanx was last asked for it; it counts there alone.",
    )  # fmt: skip
    revoke_asked_at = models.DateTimeField(
        "first sent to Thanx", null=True, blank=True, help_text="The first of these requests."
    )
    revoke_count = models.PositiveSmallIntegerField("requests to Thanx", default=0)
    revoke_sent_at = models.DateTimeField("sent to Thanx", null=True, blank=True)

    planned_at = models.DateTimeField("planned", default=timezone.now)
    first_sent_at = models.DateTimeField("first sent", null=True, blank=True)
    accepted_at = models.DateTimeField("accepted by Thanx", null=True, blank=True)
    ended_at = models.DateTimeField("ended", null=True, blank=True)
    revoked_at = models.DateTimeField("taken back", null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True, help_text="When its body was emptied; its hash stays.")
    news_at = models.DateTimeField("last news", null=True, blank=True, help_text="When Thanx last told us anything.")
    lost_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when Thanx has not known it any more; empty after any news."
    )
    webhooks_due_at = models.DateTimeField(
        "reward ids due",
        null=True,
        blank=True,
        help_text="When its reward ids should have come by webhook; empty: not looked for.",
    )
    missing_reward_ids = models.PositiveIntegerField(
        "reward ids missing",
        null=True,
        blank=True,
        help_text="Rewards without an id at that time; later ones are still taken off.",
    )

    part_of_number: int | None  # by `with_part_numbers`
    objects = IssuanceJobQuerySet.as_manager()

    class Meta:
        verbose_name = "job"
        verbose_name_plural = "jobs"
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state__in=JOB_DUE), name="job_due"),
            models.Index(fields=["merchant", "ended_at"], name="job_by_month"),
            models.Index(
                fields=["webhooks_due_at"], condition=Q(webhooks_due_at__isnull=False), name="job_webhooks_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["guest_list", "number"], name="one_job_per_number"),
            models.CheckConstraint(
                condition=Q(total_count__gte=1, total_count__lte=10_000), name="job_has_1_to_10000_guests"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=JOB_KNOWN) | Q(thanx_id__isnull=False), name="accepted_job_has_thanx_id"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=JOB_KNOWN) | Q(accepted_at__isnull=False), name="accepted_job_says_when"
            ),
            models.CheckConstraint(
                condition=Q(state__in=JOB_OPEN, ended_at=None) | ~Q(state__in=JOB_OPEN) & Q(ended_at__isnull=False),
                name="ended_job_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="revoked", revoked_at__isnull=False) | ~Q(state="revoked") & Q(revoked_at=None),
                name="revoked_job_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("needs_staff", "rejected")) | Q(problem_code__gt=""), name="problem_has_a_code"
            ),
            models.CheckConstraint(
                condition=Q(state__in=JOB_DUE) | Q(lease_until=None, next_attempt_at=None), name="done_job_is_never_due"
            ),
            models.CheckConstraint(
                condition=Q(in_doubt=False) | Q(first_sent_at__isnull=False), name="doubt_begins_with_a_send"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("ready", "forgotten", "cancelled")) | Q(first_sent_at=None),
                name="unsent_job_was_not_sent",
            ),
            models.CheckConstraint(
                condition=Q(processed_count__lte=F("total_count"))
                & Q(total_count__gte=F("success_count") + F("failure_count")),
                name="job_counts_stay_within_its_guests",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("completed", "revoking", "revoked")) | Q(success_count=0, failure_count=0),
                name="only_an_end_counts",
            ),
            models.CheckConstraint(
                condition=~Q(state="completed") | Q(total_count=F("success_count") + F("failure_count")),
                name="completed_job_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(first_sent_at__isnull=False), name="intent_before_send"
            ),
        ]
        permissions = [("unpark_issuancejob", "Can return parked jobs to work")]

    def __str__(self) -> str:
        return f"Job {self.number} of list {self.guest_list_id}"

    @property
    def status(self) -> JobState:
        return JobState(self.state)

    @property
    def not_refused(self) -> int:
        """Guests who may hold a reward; all whom a revocation takes it from. Of a failed job nobody knows who does."""
        return self.total_count - self.failure_count


class Attempt(models.Model):
    """One send of a job's body, written before its first byte leaves; finished once when the answer is known."""

    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, related_name="attempts")
    epoch = models.PositiveIntegerField("times taken up")
    body_sha256 = models.CharField("fingerprint of the body", max_length=64)
    idempotency_key = models.UUIDField()
    started_at = models.DateTimeField("started", default=timezone.now)
    finished_at = models.DateTimeField("finished", null=True, blank=True)
    result = models.CharField(max_length=20, blank=True, help_text="accepted, not_sent, rejected or in_doubt.")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=80, blank=True)
    words = models.CharField(
        "Thanx’s words", max_length=200, blank=True, help_text="What Thanx wrote instead, guests hidden."
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, result="") | Q(finished_at__isnull=False, result__gt=""),
                name="finished_attempt_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.pk} of job {self.job_id}"


class UnknownReason(models.Model):
    """What Thanx wrote about guests of a job whom it refused for a reason that we have no sentence for. For staff."""

    OTHERS = "(other words)"

    job = models.ForeignKey(IssuanceJob, on_delete=models.PROTECT, related_name="unknown_reasons", db_index=False)
    words = models.CharField("Thanx’s words", max_length=200, help_text="Guests hidden.")
    guests_count = models.PositiveIntegerField("guests")

    class Meta:
        verbose_name = "reason without a sentence"
        verbose_name_plural = "reasons without a sentence"
        ordering = ["-guests_count", "pk"]
        constraints = [models.UniqueConstraint(fields=["job", "words"], name="one_count_per_words")]

    def __str__(self) -> str:
        return self.words
