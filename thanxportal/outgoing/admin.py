"""What staff see of messages to merchants' systems: hosts, types, times and statuses. The rest of an address may let in
whoever knows it, and bodies are the merchant's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from thanxportal.outgoing.models import Endpoint, Message, Try
from thanxportal.read_only_admin import LogAdmin, ReadOnlyAdmin, ReadOnlyInline


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """Systems that are told what happens, by their hosts."""

    list_display = ("host", "merchant", "status", "gets", "succeeded_at", "failed_at")
    list_filter = ("off_why",)
    list_select_related = ("merchant",)
    fields = (
        "host", "merchant", "status", "gets", "succeeded_at", "failed_at", "failing_since", "failures", "rests_until",
        "off_since", "rotated_at", "created_by", "created_at",
    )  # fmt: skip
    readonly_fields = ("host", "status", "gets")
    search_fields = ("merchant__name", "merchant__handle")
    search_help_text = "The name of a merchant"
    ordering = ("-id",)

    @admin.display(description="host")
    def host(self, endpoint: Endpoint) -> str:
        return endpoint.host

    @admin.display(description="state")
    def status(self, endpoint: Endpoint) -> str:
        return endpoint.state

    @admin.display(description="is told")
    def gets(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.gets)


class TryInline(ReadOnlyInline):
    model = Try
    fields = ("at", "status", "code", "duration_ms")


@admin.register(Message)
class MessageAdmin(LogAdmin):
    """Messages of the last 30 days, without what they say."""

    list_display = ("made_at", "type", "endpoint", "status", "tries", "due_at", "delivered_at")
    list_select_related = ("endpoint",)
    fields = ("name", "endpoint", "type", "status", "made_at", "asked_at", "due_at", "tries", "delivered_at")
    readonly_fields = ("name", "status")
    search_fields = ("uuid",)
    search_help_text = "The id of a message, as its header has it"
    inlines = (TryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("body")

    def matching(self, rows: Any, words: str) -> Any:
        digits = words.removeprefix("msg_").replace("-", "")
        is_id = len(digits) == 32 and all(sign in "0123456789abcdefABCDEF" for sign in digits)
        return rows.filter(uuid=digits) if is_id else rows.none()

    @admin.display(description="webhook-id")
    def name(self, message: Message) -> str:
        return message.name

    @admin.display(description="state")
    def status(self, message: Message) -> str:
        return message.state
