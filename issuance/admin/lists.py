"""Lists as staff see them: by their sums and their story, never by their guests."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path

from campaigns.models import Variant
from issuance.admin.home import find_anything
from issuance.admin.parking import ParkedFilter, ParkingAdmin
from issuance.admin.records import EventInline
from issuance.models import Event, GuestList, IssuanceJob, RevocationPlan
from issuance.outcomes.causes import causes_of
from issuance.tasks import work_list
from thanxportal.accounts.access import user_of
from thanxportal.read_only_admin import ReadOnlyInline, SomeFilter

ONE_MERCHANT = ("merchant", admin.RelatedOnlyFieldListFilter)
DATES = ("created_at", "checked_at", "launched_at", "launch_at", "held_until", "planned_at", "ended_at")
LEDGER = (
    "rows_count", "waiting_count", "control_count", "rewarded_count", "refused_count", "unknown_count",
    "already_rewarded_count", "revoked_count", "invalid_count", "duplicate_count",
)  # fmt: skip


class OptedOutFilter(SomeFilter):
    title, parameter_name, words = "opted out", "opted_out", "Stands still: its merchant has opted out"

    def some(self, rows: Any) -> Any:
        return rows.waiting_for_return()


class ListEventInline(EventInline):
    """What happened to the list itself; its jobs have timelines of their own."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).filter(job=None)


class JobInline(ReadOnlyInline):
    model = IssuanceJob
    fk_name = "guest_list"
    show_change_link = True
    fields = ("variant", "state", "total_count", "success_count", "failure_count", "problem_code", "news_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuanceJob]:
        return super().get_queryset(request).defer("body").select_related("variant").order_by("number")


@admin.register(GuestList)
class GuestListAdmin(ParkingAdmin):
    """Lists by their sums. Guests and files belong to the merchant and are not shown to staff."""

    list_display = (
        "name",
        "merchant",
        "campaign",
        "state",
        "rows_count",
        "rewarded_count",
        "refused_count",
        "unknown_count",
        "created_at",
    )
    list_filter = ("state", ParkedFilter, OptedOutFilter, ONE_MERCHANT, "created_at")
    list_select_related = ("merchant", "campaign")
    search_fields = ("name", "id__exact", "merchant__handle__exact", "campaign__name")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("name", "merchant", "campaign", "state", "problem", "pasted")}),
        ("Ledger", {"fields": LEDGER}),
        ("People", {"fields": ("created_by", "launched_by", "asked_at", "approved_by")}),
        ("Dates", {"fields": DATES}),
        (
            "Inside the portal",
            {"classes": ("collapse",), "fields": ("epoch", "lease_until", "crash_count", "bytes_total", "bytes_read")},
        ),
    )
    change_form_template = "admin/issuance/guestlist/change.html"
    inlines = (JobInline, ListEventInline)
    why_parked = "Their workers crashed five times. Nothing of them was sent; workers plan these lists again."
    task = work_list

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        made = context["original"]
        context |= {
            "requests": made.revocation_requests.select_related("variant", "asked_by"),
            "causes": causes_of(made) if made.planned_at else [],
            "plans": RevocationPlan.objects.filter(jobs__guest_list=made).distinct(),
            "may_plan": user_of(request).has_perm("issuance.add_revocationplan"),
            "arms": Variant.objects.filter(jobs__guest_list=made).distinct().order_by("position"),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        return [path("find/", self.admin_site.admin_view(find_anything), name="issuance_find"), *super().get_urls()]
