"""Adds to every template what each page shows: environment, merchant, rights, notifications."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from thanxportal.accounts.looking import look_of
from thanxportal.accounts.models import Membership, Notification, Right
from thanxportal.accounts.partner_access import standing
from thanxportal.partner.models import Credential
from thanxportal.prepared import Prepared


def _memberships(request: HttpRequest) -> list[Membership]:
    """With how much is unread at each merchant: pages ask once for all that they show of a person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return sorted(_of_person(user.pk), key=lambda membership: membership.merchant.name.casefold())


@Prepared
def _of_person(person: int) -> QuerySet[Membership]:
    of_merchant = Notification.objects.filter(person=person, in_app=True, merchant=OuterRef("merchant")).unread()
    unread = of_merchant.order_by().values("merchant").annotate(rows=Count("pk")).values("rows")
    rows = Membership.objects.filter(user=person).annotate(unread=Subquery(unread))
    return rows.select_related("merchant").only("role", "user", "merchant__name", "merchant__handle")


def _unread(request: HttpRequest, memberships: Iterable[Any]) -> int:
    user = getattr(request, "user", None)
    if user and user.is_staff:  # Staff are told of merchants where they are no members.
        return Notification.objects.of_person(user).unread().count()
    return sum(membership.unread or 0 for membership in memberships)


def _trouble(request: HttpRequest) -> Credential | None:
    merchant = getattr(request, "merchant", None)
    return Credential.trouble(merchant.thanx_id) if merchant else None


def portal(request: HttpRequest) -> dict[str, Any]:
    """The environment banner, the merchant and the user's rights there. Lazy parts cost nothing unless shown."""
    membership = getattr(request, "membership", None)
    memberships = SimpleLazyObject(lambda: _memberships(request))
    return {
        "environment": settings.THANX_ENVIRONMENT,
        "merchant": getattr(request, "merchant", None),
        "memberships": memberships,
        "thanx_trouble": SimpleLazyObject(lambda: _trouble(request)),
        "standing": SimpleLazyObject(standing),
        "looking": SimpleLazyObject(lambda: look_of(request)),
        "unread": SimpleLazyObject(lambda: _unread(request, memberships)),
        "may": {right.name.lower(): bool(membership and membership.may(right)) for right in Right},
    }
