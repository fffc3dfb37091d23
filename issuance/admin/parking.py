"""Parked jobs and lists in the admin: a filter that finds them, and an action that returns them to work."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from issuance.admin.reason import asked_reason
from issuance.engine.parking import return_to_work
from thanxportal.accounts.access import user_of
from thanxportal.celery import nudge
from thanxportal.read_only_admin import ReadOnlyAdmin, SomeFilter


class ParkedFilter(SomeFilter):
    title, parameter_name, words = "parked", "parked", "Parked: waits for staff"

    def some(self, rows: Any) -> Any:
        return rows.parked()


class ParkingAdmin(ReadOnlyAdmin):
    """The admin of a model whose rows are parked when five workers crashed over them."""

    why_parked: str  # and what becomes of them, for whoever is asked for a reason
    task: Any  # of Celery, that works on such a row
    actions: Any = ("return_to_work",)

    def has_unpark_permission(self, request: HttpRequest) -> bool:
        return user_of(request).has_perm("issuance.unpark_issuancejob")

    @admin.action(description="Return parked %(verbose_name_plural)s to work", permissions=["unpark"])
    def return_to_work(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        parked = queryset.parked()  # type: ignore[attr-defined]
        title = f"Return parked {self.opts.verbose_name_plural} to work"
        reason = asked_reason(self, request, parked, action="return_to_work", title=title, explain=self.why_parked)
        if isinstance(reason, HttpResponse):
            return reason
        for row in parked:
            if return_to_work(row, actor=user_of(request), reason=reason):
                nudge(self.task, row.pk)
                self.message_user(request, f"{row} is back at work.", messages.SUCCESS)
        return None
