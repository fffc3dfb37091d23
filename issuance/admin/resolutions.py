"""Jobs that need staff, settled by two people: one proposes what became of a job, another confirms it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from issuance.models import IssuanceJob, Resolution
from issuance.models.states import JobState
from issuance.staff.resolution import CantResolve, confirm_resolution, propose_resolution, why_not_resolvable
from issuance.tasks import work_job
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.read_only_admin import ReadOnlyAdmin


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
    fields = (
        "job", "decision", "thanx_id", "evidence", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_resolution")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.confirm_resolution")

    def get_fields(self, request: HttpRequest, obj: Resolution | None = None) -> Any:
        return self.fields if obj else ("job", "decision", "thanx_id", "evidence")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if isinstance(job := form.base_fields.get("job"), forms.ModelChoiceField):
            job.queryset = IssuanceJob.objects.filter(state=JobState.NEEDS_STAFF).defer("body")
        return form

    def save_model(self, request: HttpRequest, obj: Resolution, form: Any, change: bool) -> None:
        propose_resolution(resolution=obj, actor=user_of(request))

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
