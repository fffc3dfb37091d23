"""Hooks and what came to them, as staff see it: states, counts and reasons. Secrets are left out, guests masked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from campaigns.models import Campaign
from issuance.admin.programs import OfMerchantAdmin
from issuance.guests.sight import MASKED
from issuance.hooks.fields import kept
from issuance.hooks.making import words_of
from issuance.hooks.rules import ROLES, conditions_of
from issuance.hooks.signatures import KINDS
from issuance.hooks.telling import Line, lines_of
from issuance.models import Hook, HookEvent
from thanxportal.accounts.models import Merchant
from thanxportal.accounts.tokens import is_answered_for
from thanxportal.read_only_admin import ReadOnlyAdmin, SomeFilter, link_to_rows


class WaitingFilter(SomeFilter):
    title, parameter_name, words = "waiting", "waiting", "Waits for the merchant"

    def some(self, rows: Any) -> Any:
        return rows.waiting()


@admin.register(Hook)
class HookAdmin(ReadOnlyAdmin):
    """Addresses to which tools send events. Managers make them and decide about what waits."""

    list_display = ("__str__", "merchant", "campaign", "state", "waiting", "last_event", "refused_count", "refused_at")
    list_filter = (WaitingFilter, ("merchant", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("merchant", "campaign", "token__created_by")
    search_fields = ("merchant__handle__exact",)
    search_help_text = "A merchant’s handle"
    ordering = ("-id",)
    fields = (
        "merchant", "campaign", "token", "state", "answered_for", "reads", "signed", "waiting", "last_event", "events",
        "refused_count", "refused_at", "refused_why",
    )  # fmt: skip
    readonly_fields = ("state", "answered_for", "reads", "signed", "waiting", "last_event", "events")

    def get_queryset(self, request: HttpRequest) -> Any:
        newest = HookEvent.objects.filter(hook=OuterRef("pk")).order_by("-pk").values("received_at")
        hooks: Any = super().get_queryset(request).select_related(*self.list_select_related).defer("campaign__raw")
        return hooks.with_waiting().annotate(last_event=Subquery(newest[:1]))

    @admin.display
    def state(self, hook: Hook) -> str:
        return hook.label

    @admin.display(description="its maker manages", boolean=True)
    def answered_for(self, hook: Hook) -> bool:
        return is_answered_for(hook.token)

    @admin.display(description="waits for the merchant")
    def waiting(self, hook: Any) -> int:
        return int(hook.waiting)

    @admin.display(description="last event")
    def last_event(self, hook: Any) -> str:
        return display_for_value(hook.last_event, "-")

    @admin.display
    def reads(self, hook: Hook) -> str:
        return words_of(hook.mapping, conditions_of(hook)) or "Nothing yet"

    @admin.display
    def signed(self, hook: Hook) -> str:
        return KINDS[hook.signature.get("kind", "")]

    @admin.display
    def events(self, hook: Hook) -> str:
        return link_to_rows(HookEvent, "What came", hook__exact=hook.pk)


@admin.register(HookEvent)
class HookEventAdmin(OfMerchantAdmin):
    """What came to hooks, and what became of it. What an event says is masked, and deleted after some days."""

    of_merchant = "hook__merchant"
    list_display = ("received_at", "merchant", "hook", "code", "note", "received_count")
    list_filter = (WaitingFilter,)
    own_lookups = ("hook__exact",)
    list_select_related = ("hook__merchant", "hook__token", "hook__campaign", "batch", "decided_by")
    deferred = ("fields", "hook__campaign__raw", "batch__guests")
    search_fields = ("hook__merchant__handle",)
    fields = (
        "received_at", "received_count", "merchant", "campaign", "hook", "code", "note", "says", "is_kept", "batch",
        "decided_by", "decided_at",
    )  # fmt: skip
    readonly_fields = ("merchant", "campaign", "code", "says")

    @admin.display
    def merchant(self, event: HookEvent) -> Merchant:
        return event.hook.merchant

    @admin.display
    def campaign(self, event: HookEvent) -> Campaign:
        return event.hook.campaign

    @admin.display(description="state")
    def code(self, event: HookEvent) -> str:
        return event.state

    @admin.display(description="it says")
    def says(self, event: HookEvent) -> str:
        return "\n".join(map(_line, lines_of(kept(event.fields), event.hook.mapping, MASKED)))


def _line(line: Line) -> str:
    roles = "".join(f" ({ROLES[role].lower()})" for role in line.roles)
    return f"{line.label}{roles}: {line.shown}"
