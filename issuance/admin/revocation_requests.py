"""What managers ask of staff: to take rewards back. Yes leads to a plan, no takes a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from issuance.admin.reason import ReasonForm, reason_field
from issuance.models import RevocationRequest
from issuance.staff.revocation_plans import CantRevoke, refuse_request
from thanxportal.accounts.access import user_of
from thanxportal.read_only_admin import ReadOnlyAdmin


class RefusalForm(ReasonForm):
    reason = reason_field(
        label="No, because",
        help_text="One sentence for the merchant. Don’t name a guest.",
        required="Write why not.",
        max_length=250,
    )


@admin.register(RevocationRequest)
class RevocationRequestAdmin(ReadOnlyAdmin):
    """Requests of managers to take rewards back."""

    list_display = ("__str__", "merchant", "guest_list", "variant", "reason", "asked_by", "asked_at", "answered_at")
    list_filter = (
        ("answered_at", admin.EmptyFieldListFilter),
        ("guest_list__merchant", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("guest_list__merchant", "variant", "asked_by")
    fields = (
        "merchant", "guest_list", "variant", "reason", "asked_by", "asked_at", "answered_by", "answered_at", "refusal",
    )  # fmt: skip
    readonly_fields = ("merchant",)
    change_form_template = "admin/issuance/revocationrequest/change.html"
    ordering = ("-id",)

    @admin.display(ordering="guest_list__merchant")
    def merchant(self, asked: RevocationRequest) -> str:
        return str(asked.guest_list.merchant)

    def get_urls(self) -> list[URLPattern]:
        refuse = self.admin_site.admin_view(require_POST(self.refuse))
        return [path("<int:object_id>/refuse/", refuse, name="issuance_refuse_request"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context |= {
            "plans": context["original"].plans.all(),
            "refusal_form": RefusalForm(),
            "may_answer": _may_answer(request),
            "may_plan": user_of(request).has_perm("issuance.add_revocationplan"),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not _may_answer(request):
            raise PermissionDenied
        requests = RevocationRequest.objects.select_related("guest_list__merchant", "variant")
        asked = requests.filter(pk=object_id).first()
        if asked is None:
            raise Http404("No such request.")
        form = RefusalForm(request.POST)
        try:
            if not form.is_valid():
                raise CantRevoke(" ".join(map(str, form.errors["reason"])))
            refuse_request(request=asked, actor=user_of(request), reason=form.cleaned_data["reason"])
        except CantRevoke as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
        else:
            self.message_user(request, "The merchant has been told.", messages.SUCCESS)
        return redirect("admin:issuance_revocationrequest_change", asked.pk)


def _may_answer(request: HttpRequest) -> bool:
    return user_of(request).has_perm("issuance.answer_revocationrequest")
