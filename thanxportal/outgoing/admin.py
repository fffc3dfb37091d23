"""What staff see of messages to merchants' systems: hosts, types, times and statuses. The rest of an address may let in
whoever knows it, and bodies are the merchant's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from thanxportal.accounts.models import Merchant
from thanxportal.outgoing.models import Endpoint, Message, Try
from thanxportal.read_only_admin import LogAdmin, ReadOnlyAdmin, ReadOnlyInline, SomeFilter, link_to_rows


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    """Systems that are told what happens, by their hosts."""

    list_display = ("host", "merchant", "status", "waiting", "gets", "succeeded_at", "failed_at")
    list_filter = ("off_why",)
    list_select_related = ("merchant",)
    fields = (
        "host", "merchant", "status", "gets", "waiting", "messages", "last_error", "succeeded_at", "failed_at",
        "failing_since", "failures", "rests_until", "off_since", "rotated_at", "created_by", "created_at",
    )  # fmt: skip
    readonly_fields = ("host", "status", "gets", "waiting", "messages", "last_error")
    search_fields = ("merchant__name", "merchant__handle")
    search_help_text = "The name of a merchant"
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_waiting()  # type: ignore[attr-defined]

    @admin.display(description="host")
    def host(self, endpoint: Endpoint) -> str:
        return endpoint.host

    @admin.display(description="state")
    def status(self, endpoint: Endpoint) -> str:
        return endpoint.state

    @admin.display(description="is told")
    def gets(self, endpoint: Endpoint) -> str:
        return ", ".join(endpoint.gets)

    @admin.display(description="messages that wait")
    def waiting(self, endpoint: Any) -> int:
        return int(endpoint.waiting)

    @admin.display
    def messages(self, endpoint: Endpoint) -> str:
        return link_to_rows(Message, "The newest", endpoint__exact=endpoint.pk)

    @admin.display(description="last answer to what waits")
    def last_error(self, endpoint: Endpoint) -> str:
        tried = endpoint.messages.undelivered().filter(tries__gt=0)
        last = Try.objects.filter(message__in=tried).first()
        return last.said if last else "-"


class UndeliveredFilter(SomeFilter):
    title, parameter_name, words = "waiting", "waiting", "Still to be sent"

    def some(self, rows: Any) -> Any:
        return rows.undelivered()


class TryInline(ReadOnlyInline):
    model = Try
    fields = ("at", "status", "code", "duration_ms")


@admin.register(Message)
class MessageAdmin(LogAdmin):
    """Messages of the last 30 days, without what they say."""

    list_display = ("made_at", "merchant", "type", "endpoint", "status", "tries", "due_at", "delivered_at")
    list_filter = (UndeliveredFilter,)
    own_lookups = ("endpoint__exact",)
    list_select_related = ("endpoint__merchant",)
    fields = (
        "name", "merchant", "endpoint", "type", "status", "made_at", "asked_at", "due_at", "tries", "delivered_at",
    )  # fmt: skip
    readonly_fields = ("name", "merchant", "status")
    search_fields = ("uuid",)
    search_help_text = "The id of a message, as its header has it"
    inlines = (TryInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("endpoint__merchant").defer("body")

    def matching(self, rows: Any, words: str) -> Any:
        digits = words.removeprefix("msg_").replace("-", "")
        is_id = len(digits) == 32 and all(sign in "0123456789abcdefABCDEF" for sign in digits)
        return rows.filter(uuid=digits) if is_id else rows.none()

    @admin.display
    def merchant(self, message: Message) -> Merchant:
        return message.endpoint.merchant

    @admin.display(description="webhook-id")
    def name(self, message: Message) -> str:
        return message.name

    @admin.display(description="state")
    def status(self, message: Message) -> str:
        return message.state
