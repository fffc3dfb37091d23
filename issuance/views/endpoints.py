"""Addresses of a merchant's own systems, what they are told, and the log of each."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issuance.access import endpoint_for, message_for
from issuance.forms.endpoints import EndpointForm
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.outgoing.endpoints import (
    MOST,
    AlreadyThere,
    TooMany,
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    rotate_secret,
    turn_off,
    turn_on,
)
from thanxportal.outgoing.messages import send_again, send_test
from thanxportal.outgoing.models import Endpoint
from thanxportal.pagination import page_of

PAGE = 30
TWICE = (
    "This address is in your list already, so messages would arrive there twice. To change what it’s told, open it "
    "under “Messages to your systems”, or enter another address."
)
FULL = f"{MOST} addresses are the most. Remove one that nobody needs any more."


@keeps_typed
@never_cache
@require_http_methods(["GET", "POST"])
def endpoints(request: HttpRequest, handle: str) -> HttpResponse:
    """A POST adds an address and shows its secret, once."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        typed = typed_before(request) or {}
        return _all(request, merchant, EndpointForm(address=typed.get("address", "")))
    require_proof(request, merchant, back=request.path, keep=True)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _all(request, merchant, form, status=422)
    try:
        made, secret = add_endpoint(merchant=merchant, actor=user_of(request), path=request.path, **form.cleaned_data)
    except AlreadyThere:
        form.add_error("address", TWICE)
    except TooMany:
        form.add_error(None, FULL)
    else:
        return _all(request, merchant, EndpointForm(), endpoint=made, secret=secret)
    return _all(request, merchant, form, status=422)


def _all(
    request: HttpRequest, merchant: Merchant, form: EndpointForm, *, status: int = 200, **more: object
) -> HttpResponse:
    context = {"form": form, "endpoints": Endpoint.objects.for_merchant(merchant)}
    return TemplateResponse(request, "issuance/integrations/endpoints.html", context | more, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def endpoint(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """A POST changes the address or what it is told."""
    one = endpoint_for(request, handle, pk)
    if request.method == "GET":
        return _one(request, one, EndpointForm(endpoint=one))
    require_proof(request, one.merchant, back=request.path)
    form = EndpointForm(request.POST)
    if not form.is_valid():
        return _one(request, one, form, status=422)
    try:
        changed = change_endpoint(endpoint=one, actor=user_of(request), path=request.path, **form.cleaned_data)
    except AlreadyThere:
        form.add_error("address", TWICE)
        return _one(request, one, form, status=422)
    if changed:
        messages.success(request, "Saved. What happens from now on is told so.")
    return redirect(request.path)


def _one(request: HttpRequest, one: Endpoint, form: EndpointForm, *, status: int = 200, **more: object) -> HttpResponse:
    log, older = page_of(request, one.messages.in_log(), PAGE)
    context = {"endpoint": one, "form": form, "log": log, "older": older}
    return TemplateResponse(request, "issuance/integrations/endpoint.html", context | more, status=status)


@never_cache
@require_POST
def endpoint_secret(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Makes another secret and shows it, once."""
    one = endpoint_for(request, handle, pk)
    page = _page(one)
    require_proof(request, one.merchant, back=page)
    secret = rotate_secret(endpoint=one, actor=user_of(request), path=page)
    return _one(request, one, EndpointForm(endpoint=one), secret=secret, rotated=True)


@require_POST
def endpoint_test(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    one = endpoint_for(request, handle, pk)
    if send_test(one, user_of(request), _page(one)):
        messages.success(request, "A test message is sent within seconds. Its line below says what was answered.")
    else:
        messages.warning(request, "Nothing was sent: the address is off, or a test message is still on its way.")
    return redirect(_page(one))


@require_POST
def endpoint_off(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Needs no fresh proof, as it only keeps things in."""
    one = endpoint_for(request, handle, pk)
    if turn_off(endpoint=one, actor=user_of(request), path=_page(one)):
        messages.success(request, f"{one.place} is told nothing more. What happens meanwhile isn’t told later.")
    return redirect(_page(one))


@require_POST
def endpoint_on(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    one = endpoint_for(request, handle, pk)
    if turn_on(endpoint=one, actor=user_of(request), path=_page(one)):
        messages.success(request, f"{one.place} is told again what happens. What waited is sent now.")
    return redirect(_page(one))


@require_POST
def endpoint_remove(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    one, page = endpoint_for(request, handle, pk), reverse("issuance:endpoints", args=[handle])
    remove_endpoint(endpoint=one, actor=user_of(request), path=page)
    messages.success(request, f"{one.place} is removed, with its log.")
    return redirect(page)


@require_GET
def message(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    one = message_for(request, handle, pk)
    body = json.dumps(json.loads(one.body), ensure_ascii=False, indent=2)
    context = {"message": one, "endpoint": one.endpoint, "body": body, "tries": one.log.all()[:PAGE]}
    return TemplateResponse(request, "issuance/integrations/message.html", context)


@require_POST
def message_again(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    one = message_for(request, handle, pk)
    page = reverse("issuance:message", args=[handle, pk])
    if send_again(one, user_of(request), page):
        messages.success(request, "It is sent again within seconds, under the same id.")
    else:
        messages.warning(request, "It isn’t sent again: it is on its way already, or the address is off.")
    return redirect(page)


def _page(one: Endpoint) -> str:
    return reverse("issuance:endpoint", args=[one.merchant.handle, one.pk])
