"""Jobs as staff see them: how Thanx knows them, what was sent, and what can be done about them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from issuance.admin.lists import ONE_MERCHANT
from issuance.admin.parking import ParkedFilter, ParkingAdmin
from issuance.admin.records import EventInline
from issuance.models import Attempt, IssuanceJob, RevocationPlan, UnknownReason
from issuance.models.states import JOB_REVOCABLE, JobState
from issuance.staff.asking_again import ask_again, when_polls_pass
from issuance.staff.job_story import story_of_job
from issuance.staff.revocation import impact_of
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.read_only_admin import ReadOnlyInline


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("started_at", "finished_at", "result", "status", "code", "words")


class UnknownReasonInline(ReadOnlyInline):
    model = UnknownReason
    fields = ("words", "guests_count")


class MissingFilter(admin.SimpleListFilter):
    title = "webhooks"
    parameter_name = "webhooks"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("missing", "Some never came; asking Thanx brought them")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> QuerySet[IssuanceJob]:
        return queryset.filter(missing_reward_ids__gt=0) if self.value() else queryset


@admin.register(IssuanceJob)
class IssuanceJobAdmin(ParkingAdmin):
    """Jobs as Thanx knows them, and plans to take them back. The body, with its guests, stays out of sight."""

    list_display = (
        "__str__",
        "merchant",
        "campaign",
        "variant",
        "state",
        "issued",
        "failure_count",
        "problem_code",
        "news_at",
    )
    list_filter = ("state", "in_doubt", "canary", ParkedFilter, MissingFilter, ONE_MERCHANT, "planned_at")
    list_select_related = ("merchant", "variant", "guest_list__campaign")
    search_fields = ("thanx_id__exact", "guest_list__name", "merchant__handle__exact")
    search_help_text = "Thanx’s id of the job, a part of the list’s name, or a merchant’s handle"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("guest_list", "campaign", "merchant", "variant", "number", "canary", "part_of")}),
        ("State", {"fields": ("state", "partner_state", "unknown_state_since", "thanx_id", "idempotency_key",
                              "problem_code", "in_doubt")}),
        ("Guests", {"classes": ("collapse",), "fields": (
            "total_count", "processed_count", "success_count", "failure_count")}),
        ("Revocation", {"fields": ("revoke_reason", "revoke_plan", "revoke_requested_by", "revoke_asked_at",
                                   "revoke_count", "revoke_sent_at", "revoked_at")}),
        ("Webhooks", {"classes": ("collapse",), "fields": ("webhooks_due_at", "missing_reward_ids")}),
        ("Dates", {"classes": ("collapse",), "fields": (
            "planned_at", "first_sent_at", "accepted_at", "ended_at", "news_at", "lost_since")}),
        ("Inside the portal", {"classes": ("collapse",), "fields": (
            "body_sha256", "epoch", "lease_until", "next_attempt_at", "attempt_count", "crash_count")}),
    )  # fmt: skip
    readonly_fields = ("campaign",)
    change_form_template = "admin/issuance/issuancejob/change.html"
    inlines = (AttemptInline, UnknownReasonInline, EventInline)
    actions = ("plan_to_revoke", "return_to_work")
    task = work_job
    why_parked = (
        "These jobs were parked because their workers crashed five times. Workers take them up again; one that "
        "was being sent is replayed only within the time in which Thanx knows its key."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuanceJob]:
        return super().get_queryset(request).defer("body")

    def get_fieldsets(self, request: HttpRequest, obj: IssuanceJob | None = None) -> Any:
        """Without what nobody has asked for."""
        asked = obj is None or obj.revoke_reason or obj.state in (JobState.REVOKING, JobState.REVOKED)
        return [(name, shown) for name, shown in self.fieldsets if name != "Revocation" or asked]

    def get_urls(self) -> list[URLPattern]:
        ask = self.admin_site.admin_view(require_POST(self.ask))
        return [path("<int:object_id>/ask/", ask, name="issuance_ask"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        job = context["original"]
        may_plan = job.status in JOB_REVOCABLE and self.has_plan_permission(request)
        plan = _plan_page([job]) if may_plan else ""
        context |= {"story": story_of_job(job), "may_ask": self.has_unpark_permission(request), "plan_page": plan}
        return super().render_change_form(request, context, *args, **kwargs)

    def ask(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Has a worker ask Thanx about the job now; says what it still waits for."""
        if not self.has_unpark_permission(request):
            raise PermissionDenied
        job = self.get_object(request, str(object_id))
        if job is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(object_id))  # type: ignore[attr-defined, no-any-return]
        if ask_again(job=job, actor=user_of(request)):
            nudge(work_job, job.pk)
            self.message_user(request, f"A worker asks Thanx as soon as {when_polls_pass()}. Reload to see the answer.")
        else:
            self.message_user(request, "Nothing more is being asked about this job.", messages.WARNING)
        return redirect("admin:issuance_issuancejob_change", job.pk)

    @admin.display(ordering="guest_list__campaign")
    def campaign(self, job: IssuanceJob) -> str:
        return job.guest_list.campaign.name

    @admin.display(ordering="success_count")
    def issued(self, job: IssuanceJob) -> str:
        return f"{job.success_count:,} of {job.total_count:,}"

    def has_plan_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_revocationplan")

    @admin.action(description="Plan to revoke selected jobs", permissions=["plan"])
    def plan_to_revoke(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> HttpResponse | None:
        """Leads to the plan that a colleague has to confirm."""
        impact = impact_of(queryset)
        for job, why in impact.impossible:
            self.message_user(request, f"{job} can’t be revoked. {why}", messages.WARNING)
        if len(impact.lists) > 1:
            self.message_user(request, "Select jobs of one list: each list takes a plan of its own.", messages.WARNING)
        return redirect(_plan_page(impact.jobs)) if len(impact.lists) == 1 else None


def _plan_page(jobs: list[IssuanceJob]) -> str:
    """Where such a plan is proposed, with these jobs of one list ticked."""
    what = {"cause": RevocationPlan.OTHER, "list": jobs[0].guest_list_id, "job": [job.pk for job in jobs]}
    return f"{reverse('admin:issuance_revocationplan_add')}?{urlencode(what, doseq=True)}"
