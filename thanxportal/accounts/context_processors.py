"""Adds to every template what each page shows: environment, merchant, rights, notifications."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from thanxportal.accounts.access import user_of
from thanxportal.accounts.models import Membership, Notification, Right
from thanxportal.accounts.partner_access import standing
from thanxportal.partner.models import Credential


def _memberships(request: HttpRequest) -> list[Membership]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    rows = Membership.objects.filter(user=user_of(request)).select_related("merchant")
    return list(rows.order_by("merchant__name"))


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return Notification.objects.of_person(user).unread().count() if user and user.is_authenticated else 0


def _trouble(request: HttpRequest) -> Credential | None:
    merchant = getattr(request, "merchant", None)
    return Credential.trouble(merchant.thanx_id) if merchant else None


def portal(request: HttpRequest) -> dict[str, Any]:
    """The environment banner, the merchant and the user's rights there. Lazy parts cost nothing unless shown."""
    membership = getattr(request, "membership", None)
    return {
        "environment": settings.THANX_ENVIRONMENT,
        "merchant": getattr(request, "merchant", None),
        "memberships": SimpleLazyObject(lambda: _memberships(request)),
        "thanx_trouble": SimpleLazyObject(lambda: _trouble(request)),
        "standing": SimpleLazyObject(standing),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "may": {right.name.lower(): bool(membership and membership.may(right)) for right in Right},
    }
