"""Where staff see whether Thanx's rules are kept, record a rehearsal, and take the evidence along as one file."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from issuance.admin.failures import failures
from issuance.admin.onboarding import onboarding
from issuance.admin.training import train, training
from issuance.models import Rehearsal
from issuance.staff.certification.board import BROKEN, KEPT, UNSEEN, lines_of, steps_of
from issuance.staff.certification.rehearsing import begin_rehearsal, end_rehearsal, may_rehearse, note_certification
from issuance.staff.certification.traffic import Traffic
from thanxportal.accounts.access import user_of
from thanxportal.partner_api import HEADERS
from thanxportal.read_only_admin import ReadOnlyAdmin

ACTS = {"begin": begin_rehearsal, "end": end_rehearsal, "certified": note_certification}


@admin.register(Rehearsal)
class RehearsalAdmin(ReadOnlyAdmin):
    """Periods of requests that were recorded as evidence, each with its page and its file."""

    list_display = ("__str__", "environment", "started_by", "ended_at")
    list_filter = ("environment",)
    list_select_related = ("started_by",)
    fields = ("environment", "started_at", "started_by", "ended_at")
    change_list_template = "admin/issuance/rehearsal/list.html"
    change_form_template = "admin/issuance/rehearsal/change.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("failures/", view(failures), name="issuance_failures"),
            path("training/", view(training), name="issuance_training"),
            path("train/", view(require_POST(train)), name="issuance_train"),
            path("onboarding/", view(onboarding), name="issuance_onboarding"),
            path("certification/", view(self.latest), name="issuance_certification"),
            path("lately/", view(self.lately), name="issuance_certification_lately"),
            path("act/", view(require_POST(self.act)), name="issuance_rehearse"),
            path("<int:object_id>/certification/", view(self.one), name="issuance_rehearsal_certification"),
            path("<int:object_id>/pack/", view(self.pack), name="issuance_rehearsal_pack"),
            *super().get_urls(),
        ]

    def latest(self, request: HttpRequest) -> HttpResponse:
        return self._board(request, Rehearsal.latest())

    def lately(self, request: HttpRequest) -> HttpResponse:
        return self._board(request, None)

    def one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return self._board(request, get_object_or_404(Rehearsal, pk=object_id))

    def _board(self, request: HttpRequest, rehearsal: Rehearsal | None) -> HttpResponse:
        context: dict[str, Any] = self.admin_site.each_context(request) | self._facts(request, rehearsal)
        return TemplateResponse(request, "admin/issuance/rehearsal/board.html", context)

    def pack(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One file with its own style and no scripts, to be read and printed anywhere."""
        rehearsal = get_object_or_404(Rehearsal, pk=object_id)
        facts = self._facts(request, rehearsal) | {"user_agent": settings.THANX_USER_AGENT}
        answer = TemplateResponse(request, "admin/issuance/rehearsal/pack.html", facts)
        answer["Content-Disposition"] = f'attachment; filename="certification-{rehearsal.started_at:%Y-%m-%d}.html"'
        return answer

    def _facts(self, request: HttpRequest, rehearsal: Rehearsal | None) -> dict[str, Any]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        traffic = Traffic.of(rehearsal)
        lines = lines_of(traffic)
        return {
            "title": "Certification",
            "opts": self.opts,
            "rehearsal": rehearsal,
            "traffic": traffic,
            "lines": lines,
            "all_five": " ".join(HEADERS),
            "steps": steps_of(lines) if rehearsal else [],
            "counts": {state: sum(line.state == state for line in lines) for state in (KEPT, BROKEN, UNSEEN)},
            "running": Rehearsal.objects.filter(ended_at=None, environment=settings.THANX_ENVIRONMENT).first(),
            "may_record": may_rehearse() and self.has_record_permission(request),
            "now": timezone.now(),
        }

    def has_record_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.record_rehearsal")

    def act(self, request: HttpRequest) -> HttpResponse:
        """Begins or ends a rehearsal, or notes that Thanx has certified us."""
        if not self.has_record_permission(request):
            raise PermissionDenied
        act = ACTS.get(request.POST.get("act", ""))
        said = act(user_of(request)) if act else ""
        self.message_user(request, said or "Nothing was changed.", messages.SUCCESS if said else messages.WARNING)
        return redirect(f"admin:issuance_{'onboarding' if act is note_certification else 'certification'}")
