"""A guest asks what a merchant knows, or to be forgotten. Who it is comes in a body, never in an address."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from issuance.access import erasure_for
from issuance.forms.privacy import WhichGuestForm
from issuance.models import Erasure, GuestList
from issuance.privacy.certificates import certificate, facts_of
from issuance.privacy.erasing import note_request, order_erasure
from issuance.privacy.exporting import as_document, export_guest
from issuance.privacy.finding import GuestSearch
from issuance.tasks import remove_personal_data
from thanxportal.accounts.access import merchant_for, user_of
from thanxportal.accounts.models import Merchant, Right
from thanxportal.accounts.proofs import require_proof
from thanxportal.accounts.typed import keeps_typed, typed_before
from thanxportal.celery import nudge

SHOWN = 50  # erasures, the newest


@require_GET
def privacy(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.MANAGE)
    return _index(request, merchant, WhichGuestForm(merchant.country, typed_before(request, *_acts(handle))))


def _acts(handle: str) -> list[str]:
    """Where the form of the page may be sent."""
    return [reverse(f"issuance:privacy_{act}", args=[handle]) for act in ("look", "export", "erase")]


@keeps_typed
@require_POST
def look(request: HttpRequest, handle: str) -> HttpResponse:
    """How much is held about a guest, by place; nothing of what it is."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    form = WhichGuestForm(merchant.country, request.POST)
    if not form.is_valid():
        return _index(request, merchant, form, status=422)
    search = GuestSearch(merchant, form.cleaned_data["guest"])
    context = {
        "search": search,
        "facts": facts_of(search.look()),
        "files": GuestList.objects.for_merchant(merchant).exclude(file="").count(),
        "nameless": search.rows().filter(value="", other="").count(),
        "claims": search.claims().count(),
    }
    return TemplateResponse(request, "issuance/privacy/look.html", context)


@keeps_typed
@require_POST
def export(request: HttpRequest, handle: str) -> HttpResponse:
    """What is held about the guest, as a page or as a file; the log keeps that somebody asked."""
    merchant = merchant_for(request, handle, Right.MANAGE)
    form = WhichGuestForm(merchant.country, request.POST)
    if not form.is_valid():
        return _index(request, merchant, form, status=422)
    require_proof(request, merchant, back=reverse("issuance:privacy", args=[handle]), keep=True)
    search = GuestSearch(merchant, form.cleaned_data["guest"])
    sections = export_guest(search)
    note_request(merchant, user_of(request), "Exported what is held about one guest.")
    if "page" in request.POST:
        return TemplateResponse(request, "issuance/privacy/export.html", {"search": search, "sections": sections})
    return _download(as_document(search, sections), f"guest-of-{merchant.handle}.json")


@keeps_typed
@require_POST
def erase(request: HttpRequest, handle: str) -> HttpResponse:
    merchant = merchant_for(request, handle, Right.MANAGE)
    form = WhichGuestForm(merchant.country, request.POST)
    if not form.is_valid():
        return _index(request, merchant, form, status=422)
    require_proof(request, merchant, back=reverse("issuance:privacy", args=[handle]), keep=True)
    erasure = order_erasure(merchant=merchant, value=form.cleaned_data["guest"], actor=user_of(request))
    nudge(remove_personal_data)
    messages.success(request, "Ordered. This page says what was removed as soon as it is done.")
    return redirect("issuance:privacy_erasure", handle, erasure.pk)


@require_GET
def erasure(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    ordered = erasure_for(request, handle, pk)
    context = {"erasure": ordered, "facts": facts_of(ordered.counts)}
    return TemplateResponse(request, "issuance/privacy/erasure.html", context)


@require_GET
def download_certificate(request: HttpRequest, handle: str, pk: int) -> HttpResponse:
    ordered = erasure_for(request, handle, pk)
    return _download(certificate(ordered), f"erasure-{ordered.pk}.json")


def _index(request: HttpRequest, merchant: Merchant, form: WhichGuestForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "erasures": Erasure.objects.for_merchant(merchant)[:SHOWN]}
    return TemplateResponse(request, "issuance/privacy/index.html", context, status=status)


def _download(document: dict[str, Any], name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(document, headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})
