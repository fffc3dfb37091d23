"""Admin pages of the connection to Thanx: the credential with its budget, and the request log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from thanxportal.partner import slots
from thanxportal.partner.models import ApiRequest, Credential, MerchantRefusal
from thanxportal.read_only_admin import LogAdmin, ReadOnlyAdmin

ABOUT_ONE = (
    "/partner/issuance_jobs/{}",
    "/partner/issuance_jobs/{}/revoke",
    "/partner/campaigns/{}",
    "/partner/reward_templates/{}",
)


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    """The credential at Thanx, and whether requests pass right now. The token is only in the environment."""

    list_display = ("client_id", "health", "budget", "throttled_in_a_row", "synced_at")
    fields = (
        "client_id",
        "health",
        "budget",
        "refused_at",
        "scope_missing",
        "missing_merchants",
        "throttled_until",
        "throttled_in_a_row",
        "scopes",
        "synced_at",
    )
    readonly_fields = ("health", "budget", "throttled_until")

    @admin.display(description="health")
    def health(self, credential: Credential) -> str:
        if credential.refusal:
            return credential.refusal
        if credential.blocked_until > timezone.now().timestamp():
            return "Throttled by Thanx; requests wait"
        return "OK"

    @admin.display(description="request budget")
    def budget(self, credential: Credential) -> str:
        return f"{slots.look(credential.pk).used(slots.LONG):,} of {slots.usable():,} requests used in 15 minutes"

    @admin.display(description="throttled until", empty_value="never")
    def throttled_until(self, credential: Credential) -> datetime | None:
        return datetime.fromtimestamp(credential.blocked_until, UTC) if credential.blocked_until else None


@admin.register(MerchantRefusal)
class MerchantRefusalAdmin(ReadOnlyAdmin):
    """Merchants about whom Thanx answers 403. They are asked about once in 15 minutes, and go on by themselves."""

    list_display = ("merchant_id", "since", "refusals", "request", "code", "next_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    fields = (*list_display, "told_at")
    search_fields = ("merchant_id__exact",)
    ordering = ("-since",)


class AnswerFilter(admin.SimpleListFilter):
    title = "answer"
    parameter_name = "answer"
    ranges = {"ok": (200, 399), "refused": (400, 428), "throttled": (429, 429), "broken": (500, 599)}

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return [
            ("ok", "Answered"),
            ("refused", "Refused (4xx)"),
            ("throttled", "Throttled (429)"),
            ("broken", "Broken (5xx)"),
            ("none", "No answer"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiRequest]) -> QuerySet[ApiRequest]:
        if self.value() == "none":
            return queryset.filter(status=None)
        if self.value() in self.ranges:
            return queryset.filter(status__range=self.ranges[str(self.value())])
        return queryset


class GivenFilter(admin.SimpleListFilter):
    """Shows rows of a value that the address gives, and offers no others: looking for all there are takes too long."""

    column: str

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        given = request.GET.get(self.parameter_name or "")
        return [(given, given)] if given else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiRequest]) -> QuerySet[ApiRequest]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class CodeFilter(GivenFilter):
    title, parameter_name, column = "code", "code", "code"


class MerchantFilter(GivenFilter):
    title, parameter_name, column = "merchant", "merchant", "merchant_id"


class EndpointFilter(GivenFilter):
    title, parameter_name, column = "endpoint", "endpoint", "endpoint"

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiRequest]) -> QuerySet[ApiRequest]:
        return super().queryset(request, queryset.with_endpoint())  # type: ignore[attr-defined]


@admin.register(ApiRequest)
class ApiRequestAdmin(LogAdmin):
    """Requests to Thanx, the newest first: addresses and codes, never bodies."""

    list_display = ("at", "method", "path", "status", "code", "duration_ms", "merchant_id")
    list_filter = (AnswerFilter, EndpointFilter, CodeFilter, MerchantFilter)
    search_fields = ("path__exact", "code__exact", "merchant_id__exact")
    search_help_text = "An address, a code, or Thanx’s id of a merchant, job, campaign or template"
    change_list_template = "admin/partner/apirequest/list.html"
    fields = (*list_display, "headers", "idempotency_key", "counts", "fingerprint")

    def matching(self, rows: Any, words: str) -> Any:
        """Whole words alone, each by an index: a part of an address would take all rows to find."""
        paths = [words, *(path.format(quote(words, safe="")) for path in ABOUT_ONE)]
        return rows.filter(Q(path__in=paths) | Q(code=words) & ~Q(code="") | Q(merchant_id=words))
