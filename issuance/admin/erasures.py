"""A guest asks the partner: looked up, exported and erased at all merchants at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from issuance.forms.privacy import WhichGuestForm
from issuance.models import Erasure
from issuance.privacy.certificates import facts_of
from issuance.privacy.everywhere import export_everywhere, look_everywhere, order_everywhere
from issuance.tasks import remove_personal_data
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.counted import counted
from thanxportal.read_only_admin import ReadOnlyAdmin

COUNTRY = "US"  # of phones without a country code


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """Guests who asked to be forgotten. None is named; adding one erases the guest at every merchant."""

    list_display = ("__str__", "merchant", "ordered_by", "ordered_at", "done_at", "waits_for")
    list_filter = (("done_at", admin.EmptyFieldListFilter), ("merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("merchant", "ordered_by")
    search_fields = ("guest_hash__exact",)
    search_help_text = "The keyed hash on a certificate"
    fields = ("merchant", "guest_hash", "ordered_by", "ordered_at", "done_at", "waits_for", "removed")
    readonly_fields = ("removed",)
    ordering = ("-id",)

    @admin.display
    def removed(self, erasure: Erasure) -> str:
        return "; ".join(f"{fact['label']}: {fact['value']:,}" for fact in facts_of(erasure.counts)) or "Nothing so far"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.add_erasure")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Looks the guest up, and then does what was chosen; who it is comes in the body only."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WhichGuestForm(COUNTRY, request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self._page(request, form, status=422 if form.is_bound else 200)
        guest = form.cleaned_data["guest"]
        if "erase" in request.POST:
            return self._erase(request, guest)
        if "export" in request.POST:
            return self._export(request, guest)
        return self._page(request, form, guest=guest, merchants=look_everywhere(guest))

    def _page(self, request: HttpRequest, form: WhichGuestForm, *, status: int = 200, **facts: Any) -> HttpResponse:
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Erase a guest at all merchants",
            "opts": self.opts,
            "form": form,
            "may_export": user_of(request).has_perm("issuance.export_guest"),
            **facts,
        }
        return TemplateResponse(request, "admin/issuance/erasure/add.html", context, status=status)

    def _erase(self, request: HttpRequest, guest: str) -> HttpResponse:
        ordered = order_everywhere(value=guest, actor=user_of(request))
        nudge(remove_personal_data)
        if ordered:
            self.message_user(request, f"Erasure ordered at {counted(len(ordered), 'merchant')}.", messages.SUCCESS)
        else:
            self.message_user(request, "No merchant holds anything about this guest.", messages.INFO)
        return redirect("admin:issuance_erasure_changelist")

    def _export(self, request: HttpRequest, guest: str) -> HttpResponse:
        if not user_of(request).has_perm("issuance.export_guest"):
            raise PermissionDenied
        documents = export_everywhere(value=guest, actor=user_of(request))
        headers = {"Content-Disposition": 'attachment; filename="guest.json"'}
        written = {"made_at": timezone.now(), "merchants": documents}
        return JsonResponse(written, headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})
