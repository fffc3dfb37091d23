"""Lists as staff see them: by their sums and their story, never by their guests."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from issuance.admin.reason import asked_reason
from issuance.engine.parking import return_list_to_work
from issuance.models import Event, GuestList, IssuanceJob
from issuance.models.states import ListState
from issuance.tasks import work_list
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.read_only_admin import ReadOnlyAdmin, ReadOnlyInline

ONE_MERCHANT = ("merchant", admin.RelatedOnlyFieldListFilter)
LEDGER = (
    "rows_count", "waiting_count", "control_count", "rewarded_count", "refused_count", "unknown_count",
    "already_rewarded_count", "revoked_count", "invalid_count", "duplicate_count",
)  # fmt: skip


class EventInline(ReadOnlyInline):
    model = Event
    verbose_name_plural = "Timeline"
    fields = ("at", "old_state", "new_state", "actor", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).select_related("actor")


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


class ParkedListFilter(admin.SimpleListFilter):
    title = "parked"
    parameter_name = "parked"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Parked: waits for staff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[GuestList]) -> QuerySet[GuestList]:
        return queryset.filter(state=ListState.HELD, held_until=None) if self.value() else queryset


@admin.register(GuestList)
class GuestListAdmin(ReadOnlyAdmin):
    """Lists by their sums. Guests and files belong to the merchant and are not shown to staff."""

    list_display = (
        "name",
        "merchant",
        "campaign",
        "state",
        "rows_count",
        "rewarded_count",
        "unknown_count",
        "created_at",
    )
    list_filter = ("state", ParkedListFilter, ONE_MERCHANT, "created_at")
    list_select_related = ("merchant", "campaign")
    search_fields = ("name", "id__exact", "merchant__handle__exact", "campaign__name")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("name", "merchant", "campaign", "state", "problem", "pasted")}),
        ("Ledger", {"fields": LEDGER}),
        ("People", {"fields": ("created_by", "launched_by")}),
        ("Dates", {"fields": ("created_at", "checked_at", "launched_at", "held_until", "planned_at", "ended_at")}),
        ("Work", {"fields": ("epoch", "lease_until", "crash_count", "bytes_total", "bytes_read")}),
    )
    inlines = (JobInline, ListEventInline)
    actions = ("return_to_work",)

    def has_unpark_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.unpark_issuancejob")

    @admin.action(description="Return parked lists to work", permissions=["unpark"])
    def return_to_work(self, request: HttpRequest, queryset: QuerySet[GuestList]) -> HttpResponse | None:
        explain = "Whoever planned these lists died five times. Nothing of them was sent; workers plan them again."
        parked = queryset.filter(state=ListState.HELD, held_until=None)
        title = "Return parked lists to work"
        reason = asked_reason(self, request, parked, action="return_to_work", title=title, explain=explain)
        if isinstance(reason, HttpResponse):
            return reason
        for guest_list in parked:
            if return_list_to_work(guest_list=guest_list, actor=user_of(request), reason=reason):
                nudge(work_list, guest_list.pk)
                self.message_user(request, f"“{guest_list}” is taken up again.", messages.SUCCESS)
        return None
