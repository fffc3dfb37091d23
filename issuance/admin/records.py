"""What was recorded and nobody changes: events, reasons of Thanx, decisions to reward guests again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest

from issuance.models import ClaimOverride, Event, GuestList, UnknownReason
from thanxportal.read_only_admin import LogAdmin, ReadOnlyAdmin, ReadOnlyInline

MOST_LISTS = 100  # whose events are searched at once


class EventInline(ReadOnlyInline):
    model = Event
    verbose_name_plural = "Timeline"
    fields = ("at", "old_state", "new_state", "actor", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).select_related("actor")


@admin.register(Event)
class EventAdmin(LogAdmin):
    list_display = ("at", "guest_list", "job", "old_state", "new_state", "actor", "note")
    list_select_related = ("guest_list", "job", "actor")
    search_fields = ("guest_list__name",)
    search_help_text = "A part of the list’s name"
    fields = ("at", "guest_list", "job", "old_state", "new_state", "actor", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).defer("job__body")

    def matching(self, rows: Any, words: str) -> Any:
        lists = GuestList.objects.filter(name__icontains=words).order_by("-pk").values_list("pk", flat=True)
        return rows.filter(guest_list__in=[*lists[:MOST_LISTS]])


@admin.register(ClaimOverride)
class ClaimOverrideAdmin(ReadOnlyAdmin):
    """Who decided that guests are issued again by the same campaign, and why."""

    list_display = ("__str__", "actor", "reason", "guests_count", "decided_at", "withdrawn_at")
    list_select_related = ("actor", "guest_list")
    fields = ("guest_list", "actor", "reason", "guests_count", "decided_at", "withdrawn_at", "withdrawn_by")
    ordering = ("-id",)


@admin.register(UnknownReason)
class UnknownReasonAdmin(ReadOnlyAdmin):
    """Reasons of Thanx that the portal has no sentence for, each once, with the latest job."""

    list_display = ("words", "guests", "jobs", "job")
    list_filter = (("job__merchant", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("job",)
    search_fields = ("words",)
    fields = ("words", "job", "guests_count")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnknownReason]:
        words = F("words")
        reasons: QuerySet[UnknownReason] = super().get_queryset(request).defer("job__body")
        return (
            reasons.annotate(
                guests=Window(Sum("guests_count"), words),
                jobs=Window(Count("job"), words),
                place=Window(RowNumber(), words, order_by="-pk"),
            )
            .filter(place=1)
            .order_by("-guests", "words")
        )

    @admin.display
    def guests(self, reason: UnknownReason) -> int:
        return int(reason.guests)  # type: ignore[attr-defined]

    @admin.display
    def jobs(self, reason: UnknownReason) -> int:
        return int(reason.jobs)  # type: ignore[attr-defined]
