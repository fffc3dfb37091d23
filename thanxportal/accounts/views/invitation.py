"""The page of an invitation's link: creates an account, or adds the person's own account to the team."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from thanxportal.accounts.access import LAST_MERCHANT, invitation_by, user_of
from thanxportal.accounts.forms import JoinForm
from thanxportal.accounts.models import Invitation, User
from thanxportal.accounts.team import join
from thanxportal.accounts.views.start import to_home_of


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitation = invitation_by(token)
    has_account = User.objects.filter(email=invitation.email).exists()
    signed_in = request.user.is_authenticated
    mine = signed_in and user_of(request).email == invitation.email
    form = None if signed_in or has_account else JoinForm(invitation.email, request.POST or None)
    if request.method == "POST" and invitation.usable:
        if mine:
            return _join(request, invitation, user_of(request))
        if form is not None and form.is_valid():
            return _join_as_new(request, invitation, form)
    context = {"invitation": invitation, "form": form, "mine": mine, "has_account": has_account}
    wrong = request.method == "POST"
    return TemplateResponse(request, "accounts/invitation.html", context, status=422 if wrong else 200)


def _join(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    if not join(invitation=invitation, user=user):
        return redirect(request.path)
    request.session[LAST_MERCHANT] = invitation.merchant_id
    messages.success(request, f"Welcome to the team of {invitation.merchant}.")
    return to_home_of(invitation.merchant)


def _join_as_new(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    """Creates the account only if the invitation is still valid."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email, form.cleaned_data["password"], name=form.cleaned_data["name"]
            )
            joined = join(invitation=invitation, user=user)
            transaction.set_rollback(not joined)
    except IntegrityError:  # A second click has just created the account.
        joined = False
    if not joined:
        return redirect(request.path)
    home = to_home_of(invitation.merchant)
    signed_in: HttpResponse = perform_login(request, user, email_verification="none", redirect_url=home["Location"])
    return signed_in
