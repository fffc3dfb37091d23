"""Jobs as staff see them: how Thanx knows them, what was sent, and what can be done about them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from issuance.admin.lists import ONE_MERCHANT
from issuance.admin.parking import ParkedFilter, ParkingAdmin
from issuance.admin.records import EventInline
from issuance.admin.revocation import revoke
from issuance.models import Attempt, IssuanceJob, UnknownReason
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.read_only_admin import ReadOnlyInline


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("started_at", "finished_at", "result", "status", "code", "words", "epoch")


class UnknownReasonInline(ReadOnlyInline):
    model = UnknownReason
    fields = ("words", "guests_count")


class MissingFilter(admin.SimpleListFilter):
    title = "webhooks"
    parameter_name = "webhooks"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("missing", "Some never came: recovered by polling")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> QuerySet[IssuanceJob]:
        return queryset.filter(missing_reward_ids__gt=0) if self.value() else queryset


@admin.register(IssuanceJob)
class IssuanceJobAdmin(ParkingAdmin):
    """Jobs as Thanx knows them, and taking them back. The body, with its guests, stays out of sight."""

    list_display = ("__str__", "merchant", "campaign", "variant", "state", "issued", "problem_code", "news_at")
    list_filter = ("state", "in_doubt", "canary", ParkedFilter, MissingFilter, ONE_MERCHANT, "planned_at")
    list_select_related = ("merchant", "variant", "guest_list__campaign")
    search_fields = ("thanx_id__exact", "guest_list__name", "merchant__handle__exact")
    search_help_text = "Thanx’s id of the job, a part of the list’s name, or a merchant’s handle"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("guest_list", "campaign", "merchant", "variant", "number", "canary", "part_of")}),
        ("State", {"fields": ("state", "partner_state", "unknown_state_since", "thanx_id", "problem_code",
                              "in_doubt")}),
        ("Guests", {"fields": ("total_count", "processed_count", "success_count", "failure_count")}),
        ("Revocation", {"fields": ("revoke_reason", "revoke_requested_by", "revoke_sent_at", "revoked_at")}),
        ("Webhooks", {"fields": ("webhooks_due_at", "missing_reward_ids")}),
        ("Dates", {"fields": ("planned_at", "first_sent_at", "accepted_at", "ended_at", "news_at",
                              "lost_since")}),
        ("Work", {"fields": ("idempotency_key", "body_sha256", "epoch", "lease_until", "next_attempt_at",
                             "attempt_count", "crash_count")}),
    )  # fmt: skip
    readonly_fields = ("campaign",)
    own_lookups = ("id__in",)  # What was just revoked.
    inlines = (AttemptInline, UnknownReasonInline, EventInline)
    actions = (revoke, "return_to_work")
    task = work_job
    why_parked = (
        "These jobs were parked because their workers crashed five times. Workers take them up again; one that "
        "was being sent is replayed only within the time in which Thanx knows its key."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuanceJob]:
        return super().get_queryset(request).defer("body")

    @admin.display(ordering="guest_list__campaign")
    def campaign(self, job: IssuanceJob) -> str:
        return job.guest_list.campaign.name

    @admin.display(ordering="success_count")
    def issued(self, job: IssuanceJob) -> str:
        return f"{job.success_count:,} of {job.total_count:,}"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.revoke_issuancejob")
