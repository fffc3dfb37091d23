"""The door for what browsers send: addresses, cookies and forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from thanxportal.plain_text import plain_text


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
    """Lets browsers and proxies keep no page, as each may show guests or what only this person may see."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True)
        return response
