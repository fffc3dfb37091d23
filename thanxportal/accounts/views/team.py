"""The page of a merchant's team, for its managers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from thanxportal.accounts.access import invitation_for, member_for, merchant_for, user_of
from thanxportal.accounts.forms import ROLES, InviteForm, RoleForm
from thanxportal.accounts.models import Invitation, Loosening, Membership, Merchant, Right, Role
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.team import (
    TeamRefusal,
    change_role,
    facts_of_member,
    invite,
    remove_member,
    target_of_member,
    withdraw_invitation,
)
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.reviewed import FIELD, ChangedSinceReview, sign

WAITS = "It waits, as more could be rewarded then: see below."


@keeps_typed
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, handle: str) -> HttpResponse:
    """Members and invitations; a POST invites somebody."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _page(request, merchant, _invitation(typed_before(request)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, merchant, form, status=422)
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    try:
        made = invite(merchant=merchant, email=email, role=role, actor=user_of(request))
    except TeamRefusal as refusal:
        form.add_error("email", str(refusal))
        return _page(request, merchant, form, status=422)
    if isinstance(made, Loosening):
        messages.warning(request, WAITS)
    else:
        messages.success(request, f"Invited {email}. The link in the email is good for a week.")
    return redirect("accounts:team", handle)


@require_POST
def member_role(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    member = member_for(request, handle, pk)
    require_proof(request, member.merchant, back=reverse("accounts:team", args=[handle]))
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:team", handle)
    role = Role(form.cleaned_data["role"])
    act = partial(change_role, member=member, role=role)
    return _do(request, member, act, f"{member.user} is {role.label} now.")


@require_POST
def member_remove(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    member = member_for(request, handle, pk)
    require_proof(request, member.merchant, back=reverse("accounts:team", args=[handle]))
    act = partial(remove_member, member=member)
    return _do(request, member, act, f"{member.user} is no longer on the team of {member.merchant}.")


@require_POST
def invitation_withdraw(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    invitation = invitation_for(request, handle, pk)
    require_proof(request, invitation.merchant, back=reverse("accounts:team", args=[handle]))
    if withdraw_invitation(invitation=invitation, actor=user_of(request)):
        messages.success(request, f"The invitation of {invitation.email} no longer works.")
    else:
        messages.warning(request, "This invitation was answered or withdrawn already.")
    return redirect("accounts:team", handle)


def _do(request: HttpRequest, member: Membership, act: Callable[..., Loosening | None], done: str) -> HttpResponse:
    """Does it and reports the result. A person who lost the right to manage the team is led to the start page."""
    try:
        asked = act(actor=user_of(request), seen=request.POST.get(FIELD, ""))
    except ChangedSinceReview as changed:
        return _page(request, member.merchant, _invitation(), changed=changed.differences, status=409)
    except TeamRefusal as refusal:
        messages.error(request, str(refusal))
        return redirect("accounts:team", member.merchant.handle)
    if asked:
        messages.warning(request, WAITS)
        return redirect("accounts:team", member.merchant.handle)
    messages.success(request, done)
    if member.user_id == user_of(request).pk:
        return redirect("accounts:start")
    return redirect("accounts:team", member.merchant.handle)


def _invitation(typed: dict[str, str] | None = None) -> InviteForm:
    return InviteForm(typed, initial={"role": Role.VIEWER})


def _page(
    request: HttpRequest, merchant: Merchant, form: InviteForm, *, changed: list[str] | None = None, status: int = 200
) -> HttpResponse:
    members = Membership.objects.of_merchant(merchant)
    context = {
        "form": form,
        "changed": changed,
        "members": [(member, sign(target_of_member(member), facts_of_member(member))) for member in members],
        "loosenings": Loosening.objects.of_merchant(merchant).waiting(),
        "invitations": Invitation.objects.of_merchant(merchant).unanswered(),
        "roles": Role.choices,
        "what_roles_do": ROLES,
    }
    return TemplateResponse(request, "accounts/team.html", context, status=status)
