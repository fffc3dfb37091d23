"""What staff see and do about sending as a whole: the gate with its queue, and pauses of sending."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from issuance.admin.reason import asked_reason
from issuance.engine.sending_pauses import pause_sending
from issuance.models import SendingPause
from issuance.staff.gate_status import gate_status
from issuance.staff.resume_sending import CantResume, resume_sending
from thanxportal.accounts.access import user_of
from thanxportal.read_only_admin import ReadOnlyAdmin


@admin.register(SendingPause)
class SendingPauseAdmin(ReadOnlyAdmin):
    """Times in which nothing new was sent. Adding one pauses first sends at once; resuming takes another right."""

    list_display = (
        "__str__", "in_force", "reason", "started_by", "forgotten_count", "sends_forgotten", "resumed_at", "resumed_by",
    )  # fmt: skip
    list_filter = ("in_force",)
    list_select_related = ("started_by", "resumed_by")
    actions = ("resume",)
    fields = (
        "in_force", "started_at", "started_by", "reason", "forgotten_count", "sends_forgotten", "resumed_at",
        "resumed_by", "resume_reason",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        return [path("gate/", self.admin_site.admin_view(self.gate), name="issuance_gate"), *super().get_urls()]

    def gate(self, request: HttpRequest) -> HttpResponse:
        if not user_of(request).has_perm("partner.view_credential"):
            raise PermissionDenied
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Queue and request budget",
            "gate": gate_status(),
        }
        return TemplateResponse(request, "admin/issuance/sendingpause/gate.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_sendingpause")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("reason", "sends_forgotten")

    def save_model(self, request: HttpRequest, obj: SendingPause, form: Any, change: bool) -> None:
        """Two people who pause at the same moment make one pause."""
        if not pause_sending(actor=user_of(request), reason=obj.reason, sends_forgotten=obj.sends_forgotten):
            self.message_user(request, "Sending is paused already.", messages.WARNING)
        obj.pk = SendingPause.objects.get(in_force=True).pk

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.resume_sendingpause")

    @admin.action(description="Resume sending", permissions=["resume"])
    def resume(self, request: HttpRequest, queryset: QuerySet[SendingPause]) -> HttpResponse | None:
        """Reconciles first; asks for the reason before that."""
        explain = (
            "Planning and first sends resume for every list. After a restore, first settle with Thanx what was sent "
            "since the backup. Every number is checked before anything goes out."
        )
        pauses = queryset.filter(in_force=True)
        reason = asked_reason(self, request, pauses, action="resume", title="Resume sending", explain=explain)
        if isinstance(reason, HttpResponse):
            return reason
        try:
            resume_sending(actor=user_of(request), reason=reason)
        except CantResume as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, "Sending has resumed.", messages.SUCCESS)
        return None
