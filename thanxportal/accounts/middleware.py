"""Middleware for time zones, pictures and the second factor of partner staff."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone


class MerchantTime:
    """Resets the time zone after each request: `merchant_for` sets that of the merchant for the thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
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


class StaffSecondFactor:
    """Keeps partner staff without a second factor out of the admin, if STAFF_SECOND_FACTOR is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.STAFF_SECOND_FACTOR or not match or match.app_name != "admin":
            return None
        if not request.user.is_staff or is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return None
        messages.warning(request, "The staff pages need a second factor. Turn it on first.")
        return redirect("mfa_index")
