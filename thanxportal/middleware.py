"""The door for what browsers send: addresses, cookies and forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers

from thanxportal.log_lines import about
from thanxportal.plain_text import plain_text
from thanxportal.whole_pages import page_above

OF_MACHINES = ("/healthz", "/readyz", "/metrics")
WITH_SECRETS = "/hooks/in/"
REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


class AnyHost:
    """Lets machines ask for our health by whatever address they reach us: none of these answers depends on the host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in OF_MACHINES:
            request.get_host = lambda: "localhost"  # type: ignore[method-assign]
        return self.get_response(request)


class Named:
    """Gives each request an id, or keeps that of the proxy in front: all that is logged for it says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
        name = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        with about(request=name):
            response = self.get_response(request)
        response["X-Request-ID"] = name
        return response


class SecretPaths:
    """Keeps addresses that end in a secret out of the log: Django writes there the `path` of what it refuses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(WITH_SECRETS):
            request.path = WITH_SECRETS
        return self.get_response(request)


class PlainRequests:
    """Takes NUL out of queries and forms; views would meet it as an error of PostgreSQL. A path with it leads nowhere,
    and a cookie with it is none of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        request.GET = _plain(request.GET)
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in value}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> None:
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            request.POST = _plain(request.POST)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A filter by a date that another time zone doesn't have, or by an id that no row can have, finds nothing."""
        if not isinstance(error, OverflowError) or not request.GET:
            return None
        return render(request, "422.html", status=422)


def _plain(sent: QueryDict) -> Any:
    fields = list(sent.lists())
    if not any("\0" in text for name, texts in fields for text in (name, *texts)):
        return sent
    plain = QueryDict(mutable=True)
    for name, texts in fields:
        plain.setlist(plain_text(name), [*map(plain_text, texts)])
    return plain


class NothingKept:
    """Lets browsers and proxies keep no page, as each may show guests or what only this person may see, and never take
    a piece of a page for the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True)
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        return response


class ActsHavePages:
    """Leads who opens the address of an act, as a reload or a sign-in may, to the page that has its button."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and _is_for_people(request):
            return redirect(page_above(request.path))
        return response


def _is_for_people(request: HttpRequest) -> bool:
    return bool(request.resolver_match and getattr(request.resolver_match.func, "login_required", True))
