"""The page of a person's sessions: where they are signed in, and how to end that."""

from __future__ import annotations

from allauth.usersessions.internal.flows.sessions import end_sessions as sign_out_of
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from thanxportal.accounts.access import merchant_of_person, session_of, user_of
from thanxportal.accounts.sessions import end_sessions, sessions_of
from thanxportal.counted import counted


@require_GET
@never_cache
def sessions(request: HttpRequest) -> HttpResponse:
    merchant_of_person(request)
    alive = sessions_of(user_of(request), key=request.session.session_key)
    return TemplateResponse(request, "accounts/sessions.html", {"sessions": alive})


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one session; whoever ends this one is signed out."""
    sign_out_of(request, [session_of(request, pk)])
    messages.success(request, "Ended. Whoever used it has to sign in again.")
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    count = end_sessions(user_of(request).pk, but=request.session.session_key)
    messages.success(request, f"Ended {counted(count, 'session')}. You are signed in here only.")
    return redirect("accounts:sessions")
