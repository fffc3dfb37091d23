"""What was recorded and nobody changes: events, webhooks and reasons of Thanx, decisions to reward guests again."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest

from issuance.models import ClaimOverride, Event, UnknownReason, WebhookDelivery
from thanxportal.read_only_admin import ReadOnlyAdmin, ReadOnlyInline


class EventInline(ReadOnlyInline):
    model = Event
    verbose_name_plural = "Timeline"
    fields = ("at", "old_state", "new_state", "actor", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).select_related("actor")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "guest_list", "job", "old_state", "new_state", "actor", "note")
    list_filter = ("new_state", ("guest_list__merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("guest_list", "job", "actor")
    search_fields = ("guest_list__name",)
    fields = ("at", "guest_list", "job", "old_state", "new_state", "actor", "note")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).defer("job__body")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """What Thanx told by itself; put aside are those that fit no job, no guest or another merchant."""

    list_display = ("received_at", "event", "thanx_job_id", "position", "state", "note", "received_count", "due_at")
    list_filter = ("state", "event", "received_at")
    search_fields = ("thanx_job_id__exact", "reward_id__exact")
    search_help_text = "Thanx’s id of a job or of a reward"
    fields = (
        "received_at", "event", "thanx_job_id", "thanx_merchant_id", "position", "reward_id", "state", "note",
        "received_count", "due_at", "sha256",
    )  # fmt: skip
    ordering = ("-id",)


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
