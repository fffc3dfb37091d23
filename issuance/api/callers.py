"""Who asks: a program with a token of one merchant, for which everything is looked up."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer

from thanxportal.accounts.models import ApiToken, Merchant, Scope
from thanxportal.accounts.tokens import token_by


class Token(HttpBearer):
    """Lets a program in whose token may do this; `None`: whatever it may do."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_by(token)
        if found is None or found.of_hook:
            return None
        if found.networks and not found.works_from(get_adapter().get_client_ip(request)):
            raise AuthorizationError(message="This token isn’t taken from your network address.")
        if self.scope and self.scope not in found.scopes:
            raise AuthorizationError(message=f"This token may not {self.scope.label}: it lacks “{self.scope}”.")
        found.note_use()
        timezone.activate(found.merchant.time_zone)
        translation.activate(found.merchant.locale)
        return found


def token_of(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


def merchant_of(request: HttpRequest) -> Merchant:
    return token_of(request).merchant
