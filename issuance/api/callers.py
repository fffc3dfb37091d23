"""Who asks: a program with a token of one merchant, or of the partner for the merchant that it names."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone, translation
from ninja.errors import AuthorizationError, HttpError, Throttled
from ninja.security import HttpBearer

from thanxportal.accounts.models import ApiToken, Merchant, PartnerToken, Scope
from thanxportal.accounts.partner_tokens import is_of_partner, note_reading, part_at, partner_token_by
from thanxportal.accounts.request_rate import rates
from thanxportal.accounts.tokens import note_day_of_use, token_by

NAMES_MERCHANT = "X-Merchant"


class Token(HttpBearer):
    """Lets a program in whose token may do this; `None`: whatever it may do."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        if wait := rates.wait(token):
            raise TooFast(wait)
        found = self._part(request, token) if is_of_partner(token) else token_by(token)
        if found is None or found.of_hook:
            return None
        self._check(request, found)
        self._check_merchant(request, found)
        timezone.activate(found.merchant.time_zone)
        translation.activate(found.merchant.locale)
        if found.partner_token:
            found.note_use()
            found.partner_token.note_use()
            note_reading(found)
        else:
            note_day_of_use(found)
        return found

    def _check(self, request: HttpRequest, found: ApiToken | PartnerToken) -> None:
        if found.networks and not found.works_from(get_adapter().get_client_ip(request)):
            raise AuthorizationError(message="This token isn’t taken from your network address.")
        if self.scope and self.scope not in found.scopes:
            raise AuthorizationError(message=f"This token may not {self.scope.label}: it lacks “{self.scope}”.")

    def _check_merchant(self, request: HttpRequest, found: ApiToken) -> None:
        """A program of several merchants may have taken the token of another one."""
        if request.headers.get(NAMES_MERCHANT, found.merchant.handle) != found.merchant.handle:
            raise AuthorizationError(message=f"This token is of another merchant than {NAMES_MERCHANT} names.")

    def _part(self, request: HttpRequest, secret: str) -> ApiToken | None:
        """Nothing is made at a merchant for whom the token isn't taken."""
        whole, handle = partner_token_by(secret), request.headers.get(NAMES_MERCHANT, "")
        if whole is None:
            return None
        self._check(request, whole)
        if not handle:
            raise HttpError(400, f"Name the merchant by its handle in the header {NAMES_MERCHANT}: harbor-grill.")
        try:
            return part_at(whole, handle)
        except Merchant.DoesNotExist:
            raise HttpError(404, f"No merchant has the handle that {NAMES_MERCHANT} names.") from None


class TooFast(Throttled):
    def __init__(self, wait: int) -> None:
        super().__init__(wait=wait)
        self.message = "This token asks too often. Wait for as many seconds as Retry-After says."


def token_of(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


def merchant_of(request: HttpRequest) -> Merchant:
    return token_of(request).merchant
