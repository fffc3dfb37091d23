"""The log of webhooks: what Thanx told by itself, having it applied again, and a test of the way to us."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from issuance.models import WebhookDelivery, WebhookDeliveryQuerySet
from issuance.models.states import DeliveryState
from issuance.staff.webhook_log import apply_again, try_webhooks
from issuance.tasks import sweep
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.counted import counted
from thanxportal.read_only_admin import LogAdmin


class DeliveryFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("aside", "Put aside"), ("waiting", "Not applied yet")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "aside":
            return queryset.filter(state=DeliveryState.QUARANTINED)
        return queryset.filter(due_at__isnull=False) if self.value() else queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LogAdmin):
    """What Thanx told by itself; put aside are those that fit no job, no guest or another merchant."""

    list_display = ("received_at", "event", "thanx_job_id", "position", "state", "note", "received_count", "due_at")
    list_filter = (DeliveryFilter,)
    own_lookups = ("state__exact", "received_at__gte")  # What needs staff.
    search_fields = ("thanx_job_id", "reward_id")
    search_help_text = "Thanx’s id of a job or of a reward"
    fields = (
        "received_at", "event", "thanx_job_id", "thanx_merchant_id", "position", "reward_id", "state", "note",
        "received_count", "due_at", "sha256",
    )  # fmt: skip
    actions = ("apply_again",)
    change_list_template = "admin/issuance/webhookdelivery/list.html"

    def matching(self, rows: Any, words: str) -> Any:
        """There is an index for jobs alone, and many jobs have more rows than one; a reward takes seconds."""
        of_job = rows.filter(thanx_job_id=words)
        return of_job if of_job.exists() else rows.filter(reward_id=words)

    def get_urls(self) -> list[URLPattern]:
        test = self.admin_site.admin_view(require_POST(self.test))
        return [path("test/", test, name="issuance_webhook_test"), *super().get_urls()]

    def has_apply_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.apply_webhookdelivery")

    @admin.action(description="Apply again", permissions=["apply"])
    def apply_again(self, request: HttpRequest, queryset: WebhookDeliveryQuerySet) -> None:
        count = apply_again(queryset)
        nudge(sweep)
        words = f"{counted(count, 'webhook is', 'webhooks are')} applied again within seconds. Nothing is done twice."
        self.message_user(request, words if count else "None of these names a job.")

    def test(self, request: HttpRequest) -> HttpResponse:
        if not self.has_apply_permission(request):
            raise PermissionDenied
        came = try_webhooks()
        self.message_user(request, came.words, messages.SUCCESS if came.fine else messages.ERROR)
        return redirect("admin:issuance_webhookdelivery_changelist")
