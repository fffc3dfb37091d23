"""The hooks of a merchant: made, looked at, switched, and told who may send."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issuance.access import hook_for, may
from issuance.forms.hooks import CampaignForm, HookForm, SignatureForm
from issuance.hooks.deciding import drop_all, try_again
from issuance.hooks.making import change_campaign, change_signature, make_hook, renew_address, switch
from issuance.hooks.telling import rules_in_words, told_of
from issuance.models import LATEST, Hook, HookEvent
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.counted import counted
from thanxportal.pagination import page_of


@require_GET
def hooks(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle)
    context = {"hooks": Hook.objects.for_merchant(merchant).with_waiting(), "may_manage": may(request, Right.MANAGE)}
    return TemplateResponse(request, "issuance/hooks/index.html", context)


@keeps_typed
@never_cache
@require_http_methods(["GET", "POST"])
def hook_new(request: HttpRequest, handle: str) -> HttpResponse:
    """A POST makes a hook and shows its address, once."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    if request.method == "GET":
        return _form(request, HookForm(merchant, typed_before(request)))
    require_proof(request, merchant, back=request.path, keep=True)
    form = HookForm(merchant, request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    campaign = form.cleaned_data.pop("campaign")
    campaign.merchant = merchant
    made, secret = make_hook(campaign=campaign, actor=user_of(request), **form.cleaned_data)
    return _page(request, made, secret=secret)


def _form(request: HttpRequest, form: HookForm, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "issuance/hooks/new.html", {"form": form}, status=status)


@require_GET
def hook(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    return _page(request, hook_for(request, handle, pk))


@require_POST
def hook_switch(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Turning it off needs no fresh proof: then nobody is rewarded unless somebody looked."""
    found, on = hook_for(request, handle, pk, Right.MANAGE), request.POST.get("on") == "yes"
    if on:
        _prove(request, found)
    switch(found, on=on, actor=user_of(request))
    then = "What comes is rewarded by its rules." if on else "What comes waits for you until it is on again."
    messages.success(request, f"“{found}” is {'on' if on else 'off'}. {then}")
    return redirect(_address(found))


@require_POST
def hook_try_again(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = hook_for(request, handle, pk, Right.MANAGE)
    _prove(request, found)
    messages.success(request, f"{try_again(found, user_of(request), newest=_newest(request))}.")
    return redirect(_address(found))


@require_POST
def hook_drop_all(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = hook_for(request, handle, pk, Right.MANAGE)
    _prove(request, found)
    dropped = drop_all(found, user_of(request), newest=_newest(request))
    messages.success(request, f"{counted(dropped, 'event was', 'events were')} dropped: nobody is rewarded.")
    return redirect(_address(found))


@never_cache
@require_POST
def hook_renew(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    """Shows the new address, once."""
    found = hook_for(request, handle, pk, Right.MANAGE)
    _prove(request, found)
    secret = renew_address(found, user_of(request))
    if secret:
        found.token.refresh_from_db()
        return _page(request, found, secret=secret)
    messages.warning(request, f"“{found}” was ended, so it gets no other address. Make a new hook.")
    return redirect(_address(found))


@require_POST
def hook_campaign(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = hook_for(request, handle, pk, Right.MANAGE)
    _prove(request, found)
    form = CampaignForm(found.merchant, request.POST)
    if not form.is_valid():
        return _page(request, found, campaigns=form, status=422)
    change_campaign(found, form.cleaned_data["campaign"], user_of(request))
    messages.success(request, "Saved. What waits can be tried again.")
    return redirect(_address(found))


@require_POST
def hook_signature(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    found = hook_for(request, handle, pk, Right.MANAGE)
    _prove(request, found)
    form = SignatureForm(found.signature, request.POST)
    if not form.is_valid():
        return _page(request, found, signature=form, status=422)
    change_signature(found, form.signature, user_of(request))
    messages.success(request, "Saved.")
    return redirect(_address(found))


def _newest(request: HttpRequest) -> int:
    """The id of the last event of which the page told; what came after it isn't acted on, and nothing without it."""
    newest = request.POST.get("newest", "")
    return int(newest) if newest.isascii() and newest.isdecimal() and len(newest) < 19 else 0


def _prove(request: HttpRequest, found: Hook) -> None:
    require_proof(request, found.merchant, back=_address(found))


def _address(found: Hook) -> str:
    return reverse("issuance:hook", args=[found.merchant.handle, found.pk])


def _page(request: HttpRequest, found: Hook, *, secret: str = "", status: int = 200, **more: Any) -> HttpResponse:
    events = HookEvent.objects.for_merchant(found.merchant).filter(hook=found).defer("fields")
    waiting, older = page_of(request, events.waiting(), LATEST)
    manages = may(request, Right.MANAGE)
    context = {
        "hook": found,
        "address": f"{settings.PORTAL_URL}{reverse('hook', args=[secret])}" if secret else "",
        "rules": rules_in_words(found),
        "waiting": waiting,
        "older": older,
        "events": [(event, told_of(event)) for event in events[:LATEST]],
        "signature": SignatureForm(found.signature),
        "campaigns": CampaignForm(found.merchant, initial={"campaign": found.campaign_id}) if manages else None,
        "may_manage": manages,
    }
    return TemplateResponse(request, "issuance/hooks/hook.html", context | more, status=status)
