"""Which page an address belongs to, and how a browser gets the whole of it, whoever asked for a piece."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import is_valid_path, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django_htmx.http import HttpResponseClientRedirect


def wants_piece(request: HttpRequest) -> bool:
    """Whether htmx asks, and not to fill a page that Back or Forward leads to."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """Leads the browser to another page, never a piece of a page to a part of one."""
    return HttpResponseClientRedirect(address) if wants_piece(request) else redirect(address)


def lead_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Leads to where people sign in, and from there back to their page."""
    return lead_to(request, f"{reverse('account_login')}?{urlencode({'next': page_of(request)})}")


def page_of(request: HttpRequest) -> str:
    """The local address of the page on which somebody sent a form or htmx asked; of the request if nobody says."""
    sent_from = request.headers.get("HX-Current-URL") or (request.method == "POST" and request.headers.get("Referer"))
    if not sent_from or not url_has_allowed_host_and_scheme(sent_from, {request.get_host()}):
        return request.get_full_path()
    page = urlsplit(sent_from)
    if not is_valid_path(page.path):
        return request.get_full_path()
    return f"{page.path}?{page.query}" if page.query else page.path


def page_above(path: str) -> str:
    """The nearest page on the way up: what acts on a page, or is a piece of it, has its address below the page's."""
    while path != "/":
        path = f"{path.rstrip('/').rpartition('/')[0]}/"
        if is_valid_path(path):
            break
    return path
