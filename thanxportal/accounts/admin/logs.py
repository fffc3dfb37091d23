"""Admin pages of what people were told, and of what they did."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from thanxportal.accounts.models import Activity, Merchant, Notification, User
from thanxportal.read_only_admin import LogAdmin

MOST_PEOPLE = 50  # whose lines are searched at once


class FailingMailFilter(admin.SimpleListFilter):
    title = "email"
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("failing", "Tried in vain, or given up")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.mail_failing() if self.value() else queryset


def of_somebody(person: str, words: str) -> Q:
    """Rows of a merchant or of people who are named like this: looked up first, as there are few of them."""
    merchants = Merchant.objects.filter(handle=words).values_list("pk", flat=True)
    people = User.objects.filter(email__icontains=words).values_list("pk", flat=True)[:MOST_PEOPLE]
    return Q(merchant__in=[*merchants]) | Q(**{f"{person}__in": [*people]})


@admin.register(Notification)
class NotificationAdmin(LogAdmin):
    """What people were told. An email that is still due after several attempts points to the mail server."""

    list_display = ("at", "person", "merchant", "kind", "sentence", "mail_attempts", "mail_sent_at", "read_at")
    list_filter = ("kind", FailingMailFilter, ("mail_sent_at", admin.EmptyFieldListFilter))
    list_select_related = ("merchant", "person")
    search_fields = ("person__email", "merchant__handle")
    search_help_text = "A merchant’s handle, or a part of the person’s email"
    fields = (
        "at", "person", "merchant", "kind", "sentence", "facts", "path", "key", "in_app", "read_at", "mail_due_at",
        "mail_attempts", "mail_sent_at",
    )  # fmt: skip

    def matching(self, rows: Any, words: str) -> Any:
        return rows.filter(of_somebody("person", words))


@admin.register(Activity)
class ActivityAdmin(LogAdmin):
    list_display = ("at", "merchant", "actor", "sentence", "target")
    list_filter = ("merchant",)
    list_select_related = ("merchant", "actor")
    search_fields = ("target", "merchant__handle", "actor__email")
    search_help_text = "Such as list:12 or campaign:7, a merchant’s handle, or the email of who did it"
    fields = ("at", "merchant", "actor", "sentence", "target", "path")

    def matching(self, rows: Any, words: str) -> Any:
        return rows.filter(Q(target=words) if ":" in words else of_somebody("actor", words))
