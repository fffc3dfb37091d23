"""Browsers in which an account was signed in to before: guesses of strangers don't count against them.

The cookie holds no secret of the account and is no key to it: the password is asked for all the same.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from thanxportal.accounts.models import User

KNOWN_FOR = timedelta(days=180)


def remember_browser(response: HttpResponse, user: User) -> None:
    """Lets this browser be known as one of the account, until its password is changed."""
    response.set_cookie(
        _cookie(user),
        _signer(user).sign(str(user.pk)),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_browser(request: HttpRequest, email: str) -> str | None:
    """Returns what names this browser among those of the account with this email; None if it isn't one of them."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return None
    value = request.COOKIES.get(_cookie(user), "")
    try:
        _signer(user).unsign(value, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return None
    return value


def _cookie(user: User) -> str:
    return f"known-{user.pk}"


def _signer(user: User) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"known browser {user.get_session_auth_hash()}")
