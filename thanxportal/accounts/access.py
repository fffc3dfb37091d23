"""The one gate to a merchant's data: strangers get 404, members without the right get 403."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone

from thanxportal.accounts.models import Membership, Merchant, Right, User


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def merchant_for(request: HttpRequest, handle: str, right: Right = Right.VIEW) -> Merchant:
    """The merchant named in the address, if the signed-in user may do `right` there.

    Leaves `request.merchant` and `request.membership` for the templates, and times in the merchant's zone.
    """
    membership = (
        Membership.objects.filter(user=user_of(request), merchant__handle=handle).select_related("merchant").first()
    )
    if membership is None:
        raise Http404("No such merchant.")
    if not membership.may(right):
        raise PermissionDenied(f"Your role here is {membership.get_role_display()}: you can't {right.label}.")
    timezone.activate(membership.merchant.time_zone)
    request.merchant = membership.merchant  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    return membership.merchant
