from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from issuance.admin.lists import ONE_MERCHANT, EventInline, GuestListAdmin
from issuance.admin.reason import asked_reason
from issuance.admin.sending import ClaimOverrideAdmin, SendingPauseAdmin
from issuance.engine.parking import PARKED, return_to_work
from issuance.models import Attempt, Event, IssuanceJob, Resolution, WebhookDelivery
from issuance.models.states import JobState
from issuance.staff.resolution import CantResolve, confirm_resolution, why_not_resolvable
from issuance.staff.revocation import Impact, impact_of, request_revocation
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.read_only_admin import ReadOnlyAdmin, ReadOnlyInline

__all__ = ["ClaimOverrideAdmin", "GuestListAdmin", "SendingPauseAdmin"]  # Registered by being imported.


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ("started_at", "finished_at", "result", "status", "code", "epoch")


class RevocationForm(forms.Form):
    reason = forms.CharField(
        label="Why are these rewards taken back?",
        help_text="One sentence. The merchant reads it in the activity log; name no guest.",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={
            "required": "Write why these rewards are taken back.",
            "min_length": "Write a whole sentence, so that it can be understood next year.",
        },
    )


class ParkedFilter(admin.SimpleListFilter):
    title = "parked"
    parameter_name = "parked"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Parked: waits for staff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> QuerySet[IssuanceJob]:
        return queryset.filter(problem_code=PARKED, next_attempt_at=None) if self.value() else queryset


class MissingFilter(admin.SimpleListFilter):
    title = "webhooks"
    parameter_name = "webhooks"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("missing", "Some never came: recovered by polling")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> QuerySet[IssuanceJob]:
        return queryset.filter(missing_reward_ids__gt=0) if self.value() else queryset


@admin.register(IssuanceJob)
class IssuanceJobAdmin(ReadOnlyAdmin):
    """Jobs as Thanx knows them, and taking them back. The body, with its guests, stays out of sight."""

    list_display = ("__str__", "merchant", "campaign", "variant", "state", "issued", "problem_code", "news_at")
    list_filter = ("state", "in_doubt", "canary", ParkedFilter, MissingFilter, ONE_MERCHANT, "planned_at")
    list_select_related = ("merchant", "variant", "guest_list__campaign")
    search_fields = ("thanx_id__exact", "guest_list__name", "merchant__handle__exact")
    search_help_text = "Thanx’s id of the job, a part of the list’s name, or a merchant’s handle"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("guest_list", "campaign", "merchant", "variant", "number", "canary")}),
        ("State", {"fields": ("state", "partner_state", "thanx_id", "problem_code", "in_doubt")}),
        ("Guests", {"fields": ("total_count", "processed_count", "success_count", "failure_count")}),
        ("Revocation", {"fields": ("revoke_reason", "revoke_requested_by", "revoke_sent_at", "revoked_at")}),
        ("Webhooks", {"fields": ("webhooks_due_at", "missing_reward_ids")}),
        ("Dates", {"fields": ("planned_at", "first_sent_at", "accepted_at", "ended_at", "news_at",
                              "lost_since")}),
        ("Work", {"fields": ("idempotency_key", "body_sha256", "epoch", "lease_until", "next_attempt_at",
                             "attempt_count", "crash_count")}),
    )  # fmt: skip
    readonly_fields = ("campaign",)
    inlines = (AttemptInline, EventInline)
    actions = ("revoke", "return_to_work")

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

    @admin.action(description="Revoke selected jobs", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> HttpResponse | None:
        """Shows what would be undone, asks for the reason, then asks Thanx to take the jobs back."""
        impact = impact_of(queryset)
        if not impact.jobs:
            self._say_why_not(request, impact)
            return None
        form = RevocationForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            return self._revoke(request, impact, form.cleaned_data["reason"])
        return self._confirm(request, impact, form)

    def has_unpark_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.unpark_issuancejob")

    @admin.action(description="Return parked jobs to work", permissions=["unpark"])
    def return_to_work(self, request: HttpRequest, queryset: QuerySet[IssuanceJob]) -> HttpResponse | None:
        explain = (
            "These jobs were parked because whoever worked on them died five times. Workers take them up again; one "
            "that was being sent is replayed only within the time in which Thanx knows its key."
        )
        parked = queryset.filter(problem_code=PARKED, next_attempt_at=None).select_related("guest_list")
        title = "Return parked jobs to work"
        reason = asked_reason(self, request, parked, action="return_to_work", title=title, explain=explain)
        if isinstance(reason, HttpResponse):
            return reason
        for job in parked:
            if return_to_work(job=job, actor=user_of(request), reason=reason):
                nudge(work_job, job.pk)
                self.message_user(request, f"{job} is taken up again.", messages.SUCCESS)
        return None

    def _confirm(self, request: HttpRequest, impact: Impact, form: RevocationForm) -> HttpResponse:
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Revoke jobs",
            "opts": self.opts,
            "impact": impact,
            "form": form,
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        template = "admin/issuance/issuancejob/revoke.html"
        return TemplateResponse(request, template, context, status=422 if form.is_bound else 200)

    def _revoke(self, request: HttpRequest, impact: Impact, reason: str) -> HttpResponse:
        """Asks for each job by itself: one that was taken back meanwhile is left out, and that is said."""
        actor = user_of(request)
        asked = [job for job in impact.jobs if request_revocation(job=job, actor=actor, reason=reason)]
        for job in asked:
            nudge(work_job, job.pk)
        if asked:
            guests = sum(job.total_count for job in asked)
            sentence = f"Asked Thanx to revoke {_jobs(len(asked))} with {guests:,} guests. Reload to see it happen."
            self.message_user(request, sentence, messages.SUCCESS)
        late = len(impact.jobs) - len(asked)
        if late:
            self.message_user(request, f"{_jobs(late)} changed meanwhile and stayed as it was.", messages.WARNING)
        self._say_why_not(request, impact)
        ids = ",".join(str(job.pk) for job in impact.jobs)
        return redirect(f"{reverse('admin:issuance_issuancejob_changelist')}?{urlencode({'id__in': ids})}")

    def _say_why_not(self, request: HttpRequest, impact: Impact) -> None:
        for job, why in impact.impossible:
            self.message_user(request, f"{job} can’t be revoked. {why}", messages.WARNING)
        if not impact.jobs and not impact.impossible:
            self.message_user(request, "These jobs have changed meanwhile. Choose again.", messages.WARNING)


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "guest_list", "job", "old_state", "new_state", "actor", "note")
    list_filter = ("new_state", ("guest_list__merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("guest_list", "job", "actor")
    search_fields = ("guest_list__name",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).defer("job__body")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What Thanx told by itself; put aside are those that fit no job, no guest or another merchant."""

    list_display = ("received_at", "event", "thanx_job_id", "position", "state", "note", "received_count", "due_at")
    list_filter = ("state", "event", "received_at")
    search_fields = ("thanx_job_id__exact", "reward_id__exact")
    search_help_text = "Thanx’s id of a job or of a reward"
    ordering = ("-id",)


class ResolutionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Resolution
        fields = ("job", "decision", "thanx_id", "evidence")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        linked, thanx_id = data.get("decision") == Resolution.LINKED, data.get("thanx_id", "")
        if linked != bool(thanx_id):
            self.add_error("thanx_id", "Write the id that Thanx gave." if linked else "Leave the id empty.")
        job = data.get("job")
        if job is not None and (why_not := why_not_resolvable(job, data.get("decision", ""), thanx_id)):
            self.add_error("job", why_not)
        return data


@admin.register(Resolution)
class ResolutionAdmin(ReadOnlyAdmin):
    """Settling jobs that need staff: proposed by one person, confirmed by another."""

    form = ResolutionForm
    list_display = ("__str__", "decision", "evidence", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at")
    list_filter = ("decision", ("confirmed_at", admin.EmptyFieldListFilter))
    list_select_related = ("job", "proposed_by", "confirmed_by")
    actions = ("confirm",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_resolution")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.confirm_resolution")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if isinstance(job := form.base_fields.get("job"), forms.ModelChoiceField):
            job.queryset = IssuanceJob.objects.filter(state=JobState.NEEDS_STAFF).defer("body")
        return form

    def save_model(self, request: HttpRequest, obj: Resolution, form: Any, change: bool) -> None:
        obj.proposed_by = user_of(request)
        super().save_model(request, obj, form, change)

    @admin.action(description="Confirm selected resolutions", permissions=["confirm"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Resolution]) -> None:
        for resolution in queryset.select_related("job"):
            try:
                confirm_resolution(resolution=resolution, actor=user_of(request))
            except CantResolve as refusal:
                self.message_user(request, f"{resolution}: {refusal}", messages.WARNING)
            else:
                nudge(work_job, resolution.job_id)
                self.message_user(request, f"{resolution} is confirmed.", messages.SUCCESS)
