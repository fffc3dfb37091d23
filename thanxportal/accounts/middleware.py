"""Middleware for signing in, time zones, pictures, sessions and what they have to prove."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from thanxportal.accounts.access import user_of
from thanxportal.accounts.looking import LookEnded
from thanxportal.accounts.proofs import FRESH, ProofNeeded, has_second_factor, passed_second_factor
from thanxportal.accounts.sessions import note_session
from thanxportal.accounts.typed import forget_typed, keep_typed
from thanxportal.whole_pages import lead_to, lead_to_sign_in


class SignIn(LoginRequiredMiddleware):
    """Leads who isn't signed in, or no longer is, to sign in, and from there back to the page with what was typed."""

    def handle_no_permission(self, request: HttpRequest, view: Any) -> HttpResponse:  # type: ignore[override]
        response = lead_to_sign_in(request)
        if request.method == "POST" and getattr(view, "keeps_typed", False):
            keep_typed(request, response)
        return response

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        forget_typed(request, response)
        return response


class MerchantTime:
    """Resets time zone and locale after each request: `merchant_for` sets those of the merchant for the thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
            translation.deactivate()
        return response


class PictureOrigins:
    """Lets pages of a merchant load pictures from where those of its rewards come from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if merchant := getattr(request, "merchant", None):
            response._csp_update = {"img-src": merchant.picture_origins}  # type: ignore[attr-defined]
        return response


class Sessions:
    """Notes which sessions a person has, for the page that lists and ends them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key:
            note_session(request)
        return self.get_response(request)


class Proofs:
    """Leads people who have something to prove first to where they do, and from there back to their page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        """Staff pages open to sessions that passed a second factor. What is written there needs a fresh one, already
        before somebody begins with a new row."""
        match = request.resolver_match
        if not settings.SECOND_FACTOR or not match or match.app_name != "admin" or not user_of(request).is_staff:
            return None
        name = match.url_name or ""
        writes = (request.method == "POST" and name != "logout") or name.endswith("_add")
        if passed_second_factor(request, within=FRESH if writes else None):
            return None
        return _to_proof(request, ProofNeeded(request.get_full_path(), by_factor=True))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _to_proof(request, error) if isinstance(error, ProofNeeded) else None


class EndedLooks:
    """Leads staff whose look at a merchant is over back to where they began it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LookEnded):
            return None
        messages.warning(request, str(error))
        return lead_to(request, reverse("admin:accounts_merchant_change", args=[error.merchant]))


def _to_proof(request: HttpRequest, needed: ProofNeeded) -> HttpResponse:
    if needed.by_factor and not has_second_factor(user_of(request)):
        messages.warning(request, "This needs a second factor. Turn it on first, then confirm with it that it’s you.")
        address = reverse("mfa_index")
    else:
        way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        address = f"{way}?{urlencode({'next': needed.back})}"
    return lead_to(request, address)
