"""The page of a person's notifications, the newest first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from thanxportal.accounts.access import merchant_of_person, notification_of, user_of
from thanxportal.accounts.models import Notification
from thanxportal.accounts.notifications import mark_read
from thanxportal.pagination import page_of

PAGE = 30


@require_GET
@never_cache
def notifications(request: HttpRequest) -> HttpResponse:
    merchant_of_person(request)
    told, older = page_of(request, Notification.objects.of_person(user_of(request)), PAGE)
    return TemplateResponse(request, "accounts/notifications.html", {"notifications": told, "older": older})


@require_GET
@never_cache
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks it as read and leads to its page."""
    notification = notification_of(request, pk)
    mark_read(user_of(request), pk=notification.pk)
    return redirect(notification.path)


@require_POST
def read_one(request: HttpRequest, pk: int) -> HttpResponse:
    mark_read(user_of(request), pk=notification_of(request, pk).pk)
    return redirect("accounts:notifications")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    mark_read(user_of(request))
    return redirect("accounts:notifications")
