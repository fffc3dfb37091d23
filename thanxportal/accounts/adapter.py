"""Tells allauth how accounts work here: nobody signs up by themselves, and guesses are counted for all processes."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context, ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from thanxportal.accounts.known_browsers import known_browser, remember_browser
from thanxportal.accounts.mail import send_reset_link
from thanxportal.accounts.models import User

BY_FACTOR = (
    ("mfa_reauthenticate:webauthn", "Use a passkey"),
    ("mfa_reauthenticate", "Use a code from your app, or a recovery code"),
)


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """A merchant or partner staff invite people. An account has one address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raises ValidationError before the password is looked at, if there were too many guesses."""
        known = known_browser(request, _email(credentials))
        if known is None and not ratelimit.consume(request, action="login_from_address"):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A known browser has a count of its own, so that nobody else can use it up."""
        email = _email(credentials)
        return f"{email} {known_browser(request, email) or ''}"

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        remember_browser(response, user)
        return response

    def reauthenticate(self, user: User, password: str) -> bool:
        return bool(self.authenticate(context.request, email=user.email, password=password) == user)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """By what the person proves who they are: by a second factor if there is one, as the password proves less."""
        ways = {way["id"]: way["url"] for way in super().get_reauthentication_methods(user)}
        factors = [(name, label) for name, label in BY_FACTOR if name in ways]
        chosen = factors or [(name, "Use your password") for name in ways]
        return [{"id": name, "description": label, "url": ways[name]} for name, label in chosen]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Returns the path only, as the host that a request names is nothing to write into an email."""
        uid, _, token = key.partition("-")
        return reverse("account_reset_password_from_key", args=[uid, token])

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        send_reset_link(user, context["password_reset_url"])


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Names a passkey until its person does."""

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


def _email(credentials: dict[str, Any]) -> str:
    return str(credentials.get("email", "")).lower()
