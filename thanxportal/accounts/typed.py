"""Keeps a small form, while its person signs in, in a cookie that no script reads.

The browser that typed it has it for a quarter of an hour, and the server nothing: strangers may send forms, too. Who is
signed in and has to prove it has a session for that (`proofs`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from thanxportal.accounts.proofs import kept_form

TYPED = "typed"  # Name of the cookie, and the salt of its signature.
KEPT_FOR = timedelta(minutes=15)
MOST_TYPED = 3_500  # bytes; browsers take cookies of 4,096
SECRET = ("csrfmiddlewaretoken", "password", "code", "credential")  # In names of fields that aren't kept.


def keeps_typed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a view whose page gives back by `typed_before` what was sent to it too late; of others nothing is kept."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def keep_typed(request: HttpRequest, response: HttpResponse) -> None:
    """Keeps what the form of this request had, for its address; nothing if that is too much for a cookie."""
    fields = {name: text for name, text in request.POST.items() if not any(word in name for word in SECRET)}
    value = signing.dumps([request.path, fields], salt=TYPED, compress=True)
    if fields and len(value) <= MOST_TYPED:
        response.set_cookie(
            TYPED,
            value,
            max_age=KEPT_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def typed_before(request: HttpRequest, *addresses: str) -> dict[str, str] | None:
    """What was typed in a form of this page before somebody signed in or proved who they are, once; None for nothing.
    `addresses` are where its forms are sent, if not to the page's own."""
    return _before_sign_in(request, addresses or (request.path,)) or kept_form(request)


def _before_sign_in(request: HttpRequest, addresses: Collection[str]) -> dict[str, str] | None:
    try:
        address, fields = signing.loads(request.COOKIES.get(TYPED, ""), salt=TYPED, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    if address not in addresses:
        return None
    request.typed_came_back = True  # type: ignore[attr-defined]
    return dict(fields)


def forget_typed(request: HttpRequest, response: HttpResponse) -> None:
    """Takes the cookie back once its page has shown it."""
    if getattr(request, "typed_came_back", False):
        response.delete_cookie(TYPED, samesite="Lax")
