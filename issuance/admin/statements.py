"""After a restore: one person writes down what Thanx made since the backup, another confirms what follows from it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from issuance.admin.reason import ReasonForm, asked_reason
from issuance.models import IssuanceJob, ThanxStatement
from issuance.models.states import JobState
from issuance.staff.made_jobs import UnclearLine, read_made_jobs
from issuance.staff.statements import (
    NOTHING_FORGOTTEN,
    CantConfirm,
    confirm_statement,
    unsettled_pause,
    what_follows,
)
from thanxportal import database_clock
from thanxportal.accounts.access import user_of
from thanxportal.read_only_admin import ReadOnlyAdmin

MOST_BYTES = 4_000_000  # of an uploaded statement
MOST_JOBS = 500  # shown to be asked about


class StatementForm(forms.ModelForm):  # type: ignore[type-arg]
    file = forms.FileField(required=False, help_text="Instead of pasting: the same as a text file (CSV).")

    class Meta:
        model = ThanxStatement
        fields = ("made_jobs", "complete", "evidence", "about_the_rest")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        try:
            if data.get("file"):
                data["made_jobs"] = _text_of(data["file"])
            read_made_jobs(data.get("made_jobs", ""))
        except UnclearLine as why:
            self.add_error("made_jobs", str(why))
        if unsettled_pause() is None:
            self.add_error(None, NOTHING_FORGOTTEN)
        return data


def _text_of(file: Any) -> str:
    if file.size > MOST_BYTES:
        raise UnclearLine("The file is too large to be a list of jobs.")
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnclearLine("The file isn’t text in UTF-8.") from None


@admin.register(ThanxStatement)
class ThanxStatementAdmin(ReadOnlyAdmin):
    """What was sent since a backup: written down by one person, confirmed by another."""

    form = StatementForm
    add_form_template = "admin/issuance/thanxstatement/add.html"
    change_form_template = "admin/issuance/thanxstatement/change.html"
    list_display = ("__str__", "pause", "evidence", "written_by", "confirmed_by", "confirmed_at")
    list_select_related = ("pause", "written_by", "confirmed_by")
    list_filter = (("confirmed_at", admin.EmptyFieldListFilter),)
    actions = ("confirm",)
    fields = (
        "pause", "made_jobs", "complete", "evidence", "about_the_rest", "written_by", "written_at", "confirmed_by",
        "confirmed_at", "confirm_reason",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_thanxstatement")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.confirm_thanxstatement")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("made_jobs", "file", *StatementForm.Meta.fields[1:])

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        jobs = IssuanceJob.objects.filter(state=JobState.FORGOTTEN).defer("body").order_by("guest_list", "number")
        shown = jobs.select_related("variant", "guest_list__campaign", "merchant")[:MOST_JOBS]
        return super().add_view(request, form_url, {"jobs": shown, "count": jobs.count()})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        statement = self.get_object(request, object_id)
        if isinstance(statement, ThanxStatement) and not statement.confirmed_at:
            extra_context = {"matching": what_follows(statement)}
        return super().change_view(request, object_id, form_url, extra_context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What was written last, to be completed."""
        pause = unsettled_pause()
        last = pause.statements.first() if pause else None
        return {"made_jobs": last.made_jobs, "complete": last.complete, "evidence": last.evidence} if last else {}

    def save_model(self, request: HttpRequest, obj: ThanxStatement, form: Any, change: bool) -> None:
        pause = unsettled_pause()
        if pause is None:
            raise PermissionDenied(NOTHING_FORGOTTEN)
        obj.pause, obj.written_by, obj.written_at = pause, user_of(request), database_clock.now()
        super().save_model(request, obj, form, change)

    @admin.action(description="Confirm the selected statement", permissions=["confirm"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[ThanxStatement]) -> HttpResponse | None:
        """Shows what follows from it and asks what was looked at."""
        statement = queryset.filter(confirmed_at=None).select_related("pause").first()
        if statement is None:
            self.message_user(request, "Choose a statement that isn’t confirmed yet.", messages.WARNING)
            return None
        reason = asked_reason(
            self,
            request,
            [statement],
            action="confirm",
            title="Confirm what Thanx made",
            form_class=ReasonForm,
            template="admin/issuance/thanxstatement/confirm.html",
            matching=what_follows(statement),
            statement=statement,
        )
        if isinstance(reason, HttpResponse):
            return reason
        try:
            matching = confirm_statement(statement=statement, actor=user_of(request), reason=reason)
        except CantConfirm as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, matching.sentence, messages.SUCCESS)
        return None
