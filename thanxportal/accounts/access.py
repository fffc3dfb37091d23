"""The only gate to a merchant's data: 404 for strangers, 403 for members without the right."""

from __future__ import annotations

from typing import cast

from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation

from thanxportal.accounts.looking import is_look, looker_at, only_look, tell_ended_look
from thanxportal.accounts.models import (
    ApiToken,
    Invitation,
    Loosening,
    Membership,
    Merchant,
    Notification,
    Right,
    User,
)
from thanxportal.prepared import Prepared

LAST_MERCHANT = "merchant"  # Session key: id of the merchant to which the user switched last.


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def merchant_for(request: HttpRequest, handle: str, right: Right = Right.VIEW) -> Merchant:
    """Returns the merchant in the address, if the signed-in user may do `right` there, or is staff who only look.

    Sets `request.merchant` and `request.membership` for the templates, and the merchant's time zone and locale.
    """
    for membership in _membership(user_of(request).pk, handle):
        return let_in(request, membership, right)
    if looker := looker_at(request, handle):
        only_look(request, looker, right)
        return _enter(request, looker)
    tell_ended_look(request, handle)
    raise Http404("No such merchant.")


@Prepared
def _membership(person: int, handle: str) -> QuerySet[Membership]:
    return Membership.objects.filter(user=person, merchant__handle=handle).select_related("merchant")


def let_in(request: HttpRequest, membership: Membership, right: Right) -> Merchant:
    """The same as `merchant_for`, of a membership of the user that was found with something else."""
    merchant = _enter(request, membership)
    if not membership.may(right):
        raise PermissionDenied(f"Your role here is {membership.get_role_display()}: you can’t {right.label}.")
    return merchant


def merchant_of_person(request: HttpRequest) -> Merchant | None:
    """Returns the merchant shown around a person's own pages: the last choice, or the first; None without any.

    Sets the same as `merchant_for`.
    """
    mine = Membership.objects.filter(user=user_of(request)).select_related("merchant")
    memberships = list(mine.order_by("merchant__name"))
    last = request.session.get(LAST_MERCHANT)
    switched_to = (membership for membership in memberships if membership.merchant_id == last)
    membership = next(switched_to, memberships[0] if memberships else None)
    return _enter(request, membership) if membership else None


def _enter(request: HttpRequest, membership: Membership) -> Merchant:
    timezone.activate(membership.merchant.time_zone)
    translation.activate(membership.merchant.locale)
    if not is_look(membership):
        membership.merchant.note_visit()
    request.merchant = membership.merchant  # type: ignore[attr-defined]
    request.membership = membership  # type: ignore[attr-defined]
    return membership.merchant


def invitation_by(token: str) -> Invitation:
    """Returns the invitation of this link: who has the link may see it. 404 for links that nobody sent."""
    invitation = Invitation.objects.by_token(token)
    if invitation is None:
        raise Http404("No such invitation.")
    return invitation


def member_for(request: HttpRequest, handle: str, pk: int) -> Membership:
    """Returns a member of the team that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    members = Membership.objects.filter(merchant=merchant).select_related("user")
    member: Membership = get_object_or_404(members, pk=pk)
    member.merchant = merchant
    return member


def invitation_for(request: HttpRequest, handle: str, pk: int) -> Invitation:
    """Returns an invitation to the team that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    invitation: Invitation = get_object_or_404(Invitation.objects.of_merchant(merchant), pk=pk)
    invitation.merchant = merchant
    return invitation


def loosening_for(request: HttpRequest, handle: str, pk: int) -> Loosening:
    """Returns what somebody asked for at the merchant that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    loosening: Loosening = get_object_or_404(Loosening.objects.of_merchant(merchant), pk=pk)
    loosening.merchant = merchant
    return loosening


def token_for(request: HttpRequest, handle: str, pk: int) -> ApiToken:
    """Returns a token of a program of the merchant that the user manages."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    token: ApiToken = get_object_or_404(ApiToken.objects.for_merchant(merchant), pk=pk)
    token.merchant = merchant
    return token


def session_of(request: HttpRequest, pk: int) -> UserSession:
    """Returns a session of the signed-in user."""
    return get_object_or_404(UserSession, user=user_of(request), pk=pk)


def notification_of(request: HttpRequest, pk: int) -> Notification:
    """Returns a notification of the signed-in user."""
    return get_object_or_404(Notification.objects.of_person(user_of(request)), pk=pk)
